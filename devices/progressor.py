"""The Tindeq Progressor: one cell at 80 Hz over Bluetooth LE."""

from devices.declaration import ForceModel
from devices.progressor_compatible import CRIMPDEQ_MODEL, GATT, HANGMAN_MODEL, MITO_MODEL
from devices.types import ChannelInfo, Evidence, Position, Transport
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
    gatt=GATT,
    name_prefixes=("Progressor",),
    variants=(CRIMPDEQ_MODEL, HANGMAN_MODEL, MITO_MODEL),
    notes=(
        "Missing samples show only in the device's time stamps.",
        "The device's own tare differs between compatible units and is not used.",
        "A compatible unit whose builder gave it a number of its own cannot be told from it.",
    ),
)
