"""The CTS500 and CTS-300 scales: one cell over a Bluetooth serial module; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.cts500 import NEWTONS_PER_STEP, Cts500Codec

CTS500 = ForceModel(
    id="cts500",
    name="Jlyscales CTS500 / CTS-300",
    maker="Jlyscales",
    codec=Cts500Codec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=NEWTONS_PER_STEP),),
    rate_hz=80.0,
    transports=(Transport.BLE,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    gatt=Gatt(
        service="0000ffe0-0000-1000-8000-00805f9b34fb",
        notify="0000ffe1-0000-1000-8000-00805f9b34fb",
        write="0000ffe2-0000-1000-8000-00805f9b34fb",
        write_with_response=None,
        is_common=True,
    ),
    name_prefixes=("CTS500", "CTS-300"),
    rfd_refused="no time stamps",
    notes=(
        "How it sends a push, or a force below its own zero, is not known: such readings are left "
        "out and marked as a gap.",
        "It sends 10 to 320 readings a second, as set on it; Myograph does not change that: the "
        "measured rate counts.",
    ),
)
