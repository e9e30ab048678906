"""The Tindeq Progressor: one cell at 80 Hz over Bluetooth LE."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.progressor import ProgressorCodec

PROGRESSOR = ForceModel(
    id="progressor",
    name="Tindeq Progressor",
    maker="Tindeq",
    codec=ProgressorCodec,
    # The maker's rated load was not found in a source that was read: none is assumed.
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=80.0,
    transports=(Transport.BLE,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=True,
    gatt=Gatt(
        service="7e4e1701-1ea6-40c9-9dcc-13d34ffead57",
        notify="7e4e1702-1ea6-40c9-9dcc-13d34ffead57",
        write="7e4e1703-1ea6-40c9-9dcc-13d34ffead57",
        write_with_response=True,
    ),
    name_prefixes=("Progressor",),
    notes=(
        "Missing samples show only in the device's time stamps.",
        "The device's own tare differs between compatible units and is not used.",
    ),
)
