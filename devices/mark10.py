"""Mark-10 Series 5 force gauges and Omega DFG55: polled on a serial port, without a clock."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.mark10 import Mark10Codec

MARK10 = ForceModel(
    id="mark10",
    name="Mark-10 Series 5 / Omega DFG55",
    maker="Mark-10",
    codec=Mark10Codec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=50.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    baud_rate=115_200,
    rfd_refused="the gauge has no clock, is asked for each reading, and averages them",
    is_steady=False,
    notes=(
        "Set the gauge's USB/RS-232 menu to 115200 baud, readings with unit and polarity.",
        "A pull counts as positive; to test with a push, invert the polarity in the gauge's menu.",
        "Its own filter lowers short peaks: set the current-reading filter as low as it goes.",
        "It switches itself off after some minutes unless its menu says otherwise.",
    ),
)
