"""Imada eZT and ZTA force gauges: one cell over USB serial; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.imada_zta import ImadaZtaCodec

IMADA_ZTA = ForceModel(
    id="imada-zta",
    name="Imada eZT/ZTA",
    maker="Imada",
    codec=ImadaZtaCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=100.0,
    transports=(Transport.SERIAL,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    baud_rate=460_800,
    rfd_refused="records whose layout is not known, without time stamps",
    needs_calibration=True,
    notes=(
        "Only the place of the number in a record is known, not its unit: it needs a calibration "
        "of your own. Leave its unit and mode alone afterwards.",
        "Whether a record is marked when it is beyond the gauge's range is not known: stay below.",
        "How many records it sends is not known: the measured rate counts.",
    ),
)
