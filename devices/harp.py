"""Harp Load Cells: eight channels at 1 kHz, raw counts, calibrated here."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from protocols.harp import RATE_HZ, HarpCodec
from protocols.harp_cells import CHANNELS

HARP = ForceModel(
    id="harp",
    name="Harp Load Cells",
    maker="Harp, open hardware",
    codec=HarpCodec,
    # Which of them carry a cell, which side each is and what a count means: the host calibration.
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),) * CHANNELS,
    rate_hz=float(RATE_HZ),
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=False,
    baud_rate=1_000_000,
    needs_calibration=True,
    notes=(
        "Raw counts: it measures nothing before each used channel was calibrated here. "
        "Only calibrated channels are recorded.",
        "A reader board that is not plugged in sends zeros: its channels are then shown as open.",
        "Missing samples show only in the device's time stamps.",
    ),
)
