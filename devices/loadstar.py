"""Loadstar DI-100 and DI-1000: a load cell interface on a serial port, without a clock."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.loadstar import LoadstarCodec

LOADSTAR = ForceModel(
    id="loadstar",
    name="Loadstar DI-100 / DI-1000",
    maker="Loadstar Sensors",
    codec=LoadstarCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=150.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    baud_rate=9600,
    rfd_refused="the interface has no clock: its samples are timed by their arrival",
    notes=(
        "10 to 150 samples a second, by model and setting: the measured rate counts.",
        "Unit and rated load are read from the interface.",
        "Some older units speak at 115200 baud, the high-speed one at 230400: serial:PORT@115200.",
    ),
)
