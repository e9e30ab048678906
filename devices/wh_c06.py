"""The WH-C06 hanging scale: one cell, heard in Bluetooth advertisements; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.broadcast import Broadcast
from protocols.wh_c06 import COMPANY, HEADER, NEWTONS_PER_STEP, WhC06Codec

WH_C06 = ForceModel(
    id="wh-c06",
    name="WH-C06 hanging scale",
    maker="Weiheng",
    codec=WhC06Codec,
    channels=(
        ChannelInfo(Position.SINGLE, capacity_n=300 * 9.80665, resolution_n=NEWTONS_PER_STEP),
    ),
    rate_hz=8.0,
    transports=(Transport.BLE,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=False,
    broadcast=Broadcast(COMPANY, HEADER),
    rfd_refused="about five readings a second arrive, without time stamps",
    timing_refused="about five readings a second arrive, without time stamps",
    is_steady=False,
    silence_s=10.0,
    notes=(
        "Peak and mean only, and with care: about four of ten readings never arrive, so that the "
        "highest force may be missed. Times within an effort are not valid.",
        "Set the scale to kg; readings that are not marked as kilograms are refused.",
        "A body scale (HealthSense BS161) advertises the same way: choose by address.",
        "It shows no push, and no force below its own zero.",
    ),
)
