"""The Chronojump force sensor over USB serial: newtons as text, or four cells in raw counts."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.chronojump import ChronojumpCodec, ChronojumpPlatformCodec

_BOOT_S = 3.0
_STAMP_NOTE = (
    "Samples are stamped before their conversion: a constant lead of up to one period (6 to 12 ms) "
    "that is kept as the device sends it."
)

CHRONOJUMP = ForceModel(
    id="chronojump",
    name="Chronojump force sensor",
    maker="Chronojump Boscosystem",
    codec=ChronojumpCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=5000.0, resolution_n=0.01),),
    rate_hz=80.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=True,
    baud_rate=115_200,
    boot_s=_BOOT_S,
    notes=(
        "Boards do about 85 or 160 samples a second: the measured rate counts.",
        _STAMP_NOTE,
        "Sensors are rated 5000 N, a special version 20 kN: the board does not say which.",
        "Its calibration divides by 9.81 instead of 9.80665: readings are 0.034 % high if it was "
        "calibrated in kilograms. Nothing is corrected silently.",
        "Firmware 0.1 forgets its calibration when it is unplugged; its samples are marked.",
    ),
)

CHRONOJUMP_PLATFORM = ForceModel(
    id="chronojump-platform",
    name="Chronojump force platform (binary firmware)",
    maker="Chronojump Boscosystem",
    codec=ChronojumpPlatformCodec,
    channels=tuple(
        ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None) for _ in range(4)
    ),
    rate_hz=80.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=True,
    baud_rate=115_200,
    boot_s=_BOOT_S,
    needs_calibration=True,
    notes=(
        "It sends raw counts: each connected cell needs a calibration of your own.",
        _STAMP_NOTE,
    ),
)
