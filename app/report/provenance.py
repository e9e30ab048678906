"""With what a trial was recorded: unit, link, samples, cells, zero and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.plain_text import plain
from app.report.content import Fact
from app.wording import EXPERIMENTAL, MISSING, alignment_text, duration, fixed, lost_text, sentence
from data.records import Trial, TrialChannel
from devices.catalog import is_experimental


def provenance(trials: Sequence[Trial]) -> Iterable[Fact]:
    units = {_device(trial): trial for trial in trials}
    for device, trial in units.items():
        yield Fact("Device" if len(units) == 1 else f"Device, {limbs_of(trial)}", device)
    if together := alignment_text(trials):
        yield Fact("Recorded with", together)
    for trial in trials:
        rate = MISSING if trial.rate_hz is None else f"{fixed(trial.rate_hz, 1)} Hz"
        samples = (
            f"{trial.samples} samples in {duration(trial.duration_s)} at {rate}, "
            f"{lost_text([trial])}"
        )
        channels = trial.header.channels
        if len(channels) == 1:
            cell = "; ".join(_channel(channels[0]))
            yield Fact(sentence(limbs_of(trial)) or "Recording", f"{samples}; {cell}")
            continue
        yield Fact("Recording", samples)
        for channel in channels:
            name = "Cell" if channel.side is None else f"Cell, {channel.side.value}"
            yield Fact(name, "; ".join(_channel(channel)))


def _device(trial: Trial) -> str:
    header, device = trial.header, trial.header.device
    marks = ", virtual" if header.is_virtual else ""
    if is_experimental(header.device_model):
        marks += f" ({EXPERIMENTAL[0].lower()}{EXPERIMENTAL[1:]})"
    return plain(
        f"{device.name or header.device_model}{marks}, serial {device.serial or 'unknown'}, "
        f"firmware {device.firmware or 'unknown'}, {header.link}"
    )


def _channel(channel: TrialChannel) -> Iterable[str]:
    calibration = channel.calibration
    if channel.capacity_n is not None:
        yield f"up to {fixed(channel.capacity_n, 0)} N"
    if channel.zero is None:
        yield "no zero was taken"
    else:
        zero = channel.zero
        quiet = f"SD {zero.sd_n:.2g} N, {fixed(zero.duration_s, 1)} s"
        yield f"zero {fixed(zero.offset_n, 1)} N ({quiet})"
    known = [
        plain(calibration.calibrated_on) if calibration.calibrated_on else "",
        f"±{calibration.uncertainty_percent:g} %" if calibration.uncertainty_percent else "",
        f"cell {plain(calibration.cell_serial)}" if calibration.cell_serial else "",
    ]
    yield f"calibrated {', '.join(filter(None, known))}" if any(known) else "calibration not known"
    if calibration.check is not None:
        check = calibration.check
        yield (
            f"checked {plain(check.checked_on)} with {check.mass_kg:g} kg: "
            f"{check.error_percent:+.1f} %"
        )
    if calibration.due_on is not None:
        yield f"due again {plain(calibration.due_on)}"


def limbs_of(trial: Trial) -> str:
    """``left``, ``left and right``; empty where the limb is not known."""
    return " and ".join(channel.side.value for channel in trial.header.channels if channel.side)
