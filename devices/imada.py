"""Imada DST and DSV force gauges: one cell, asked for each reading over USB; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.serial_format import SerialFormat
from protocols.imada import ImadaCodec

IMADA = ForceModel(
    id="imada",
    name="Imada DST/DSV",
    maker="Imada",
    codec=ImadaCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=20.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    baud_rate=256_000,
    line=SerialFormat(rts_cts=True),
    usb_ids=((0x1412, 0x0200),),
    rfd_refused="readings come when they are asked for, without time stamps",
    is_steady=False,
    silence_s=2.0,
    boot_s=1.0,
    notes=(
        "Set the gauge to newtons and real time; peaks and other units are refused.",
        "The direction of plus is not known: pull and look.",
        "How fast a gauge answers is not known; it is asked at most 20 times a second.",
    ),
)
