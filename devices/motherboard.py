"""The Griptonite Motherboard: three zones in raw counts at 30 Hz; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.motherboard import MotherboardCodec

MOTHERBOARD = ForceModel(
    id="motherboard",
    name="Griptonite Motherboard",
    maker="Griptonite",
    codec=MotherboardCodec,
    # As the board reports them: left, centre, right.
    channels=(
        ChannelInfo(Position.LEFT, capacity_n=None, resolution_n=None),
        ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),
        ChannelInfo(Position.RIGHT, capacity_n=None, resolution_n=None),
    ),
    rate_hz=30.0,
    transports=(Transport.BLE,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=True,
    has_hardware_tare=False,
    gatt=Gatt(
        service="6e400001-b5a3-f393-e0a9-e50e24dcca9e",
        notify="6e400003-b5a3-f393-e0a9-e50e24dcca9e",
        write="6e400002-b5a3-f393-e0a9-e50e24dcca9e",
        write_with_response=None,
        is_common=True,
    ),
    name_prefixes=("Motherboard",),
    rfd_refused="30 samples a second, numbered but without time stamps",
    needs_calibration=True,
    notes=(
        "It sends raw counts: each zone that you use needs a calibration of your own. The board's "
        "own calibration points are not used, because their sign is not agreed on.",
        "Any request ends its stream, so that nothing is sent while it measures.",
    ),
)
