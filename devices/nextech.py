"""Nextech DFS and DFT force gauges: one cell, asked for each reading over serial; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.nextech import NextechCodec

NEXTECH = ForceModel(
    id="nextech",
    name="Nextech DFS/DFT (Sauter FL)",
    maker="Nextech",
    codec=NextechCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=10.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    baud_rate=38_400,
    rfd_refused="readings come when they are asked for, without time stamps",
    is_steady=False,
    silence_s=2.0,
    needs_calibration=True,
    notes=(
        "The form of its answers is not published: the first number counts, in whatever unit, so "
        "that it needs a calibration of your own. Leave its unit and mode alone afterwards.",
        "Set it to show the present force, not a peak: Myograph cannot tell.",
        "Gauges set to 9600 baud (Sauter FL): serial:PORT@9600.",
    ),
)
