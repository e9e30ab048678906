"""From a recording of a controlling program to a treatment record, each sum with its method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from data.analysis.types import Side
from data.clinical.dose import DoseError, DoseNumber, electrical_dose
from data.clinical.dose import Waveform as DoseWaveform
from data.records import DoseValue, Treatment
from devices.modality import Modality, Origin, StimulationSettings, Waveform
from devices.recorded_stream import Understood
from devices.stimulation_recording import PulseTrain, StimulationRecording
from devices.types import DeviceInfo

ORDERED = "As the controlling program ordered it: what reached the person was not measured."
NO_TIMES = (
    "The recording carries no times: when it began is an assumption, changes have no times, "
    "and nothing could be summed up over time."
)
CHANGES_IN_NOTE = 50

_SUM = "settings integrated over the time heard"
_NO_TIMES = "the recording carries no times"
_AT_A_MOMENT = ("charge_per_phase_uc", "rms_ma", "density_ma_cm2")
_WAVEFORMS: Mapping[Waveform, DoseWaveform] = {
    Waveform.MONOPHASIC: "monophasic",
    Waveform.ASYMMETRIC: "asymmetric",
    Waveform.SYMMETRIC: "symmetric",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a recording comes from; `began_at` is its beginning, not that of output."""

    model: str
    name: str
    began_at: datetime
    has_times: bool
    is_virtual: bool
    flags: tuple[str, ...] = ()


def recorded_treatment(
    understood: Understood,
    source: Provenance,
    treatment_id: UUID,
    session_id: UUID,
    person_id: UUID,
    *,
    site: str = "",
    side: Side | None = None,
) -> Treatment:
    """What was understood, as a record; raises ValueError where no output was ordered."""
    recording = understood.recording
    if not recording.has_begun:
        raise ValueError("No output was ordered in this recording.")
    started_at, ended_at = output_times(recording, source.began_at)
    offset = started_at.astimezone().utcoffset() or timedelta()
    has_times = source.has_times
    return Treatment(
        id=treatment_id,
        session_id=session_id,
        person_id=person_id,
        modality=Modality.NMES,
        source=Origin.READ,
        started_at=started_at,
        utc_offset_min=round(offset.total_seconds() / 60),
        ended_at=ended_at if has_times else None,
        site=site,
        side=side,
        planned_s=None,
        actual_s=recording.on_s if has_times else None,
        settings=recording.settings,
        changes=tuple(recording.changes) if has_times else (),
        dose=dict(_dose(recording, has_times)),
        device=DeviceInfo(source.model, source.name, understood.serial, understood.firmware),
        link=f"import:{source.model}",
        is_virtual=source.is_virtual,
        flags=(ORDERED, *([] if has_times else [NO_TIMES]), *source.flags, *recording.flags),
        note="" if has_times else _changes_in_words(recording),
    )


def output_times(recording: StimulationRecording, began_at: datetime) -> tuple[datetime, datetime]:
    """When output began and ended; both `began_at` where the recording carries no times."""
    begin_s, end_s = recording.began_s or 0.0, recording.ended_s or 0.0
    return began_at + timedelta(seconds=begin_s), began_at + timedelta(seconds=end_s)


def _dose(recording: StimulationRecording, has_times: bool) -> Iterator[tuple[str, DoseValue]]:
    for train in recording.last_trains:
        number = train.settings.channel
        sums = recording.delivered.get(number)
        is_known = has_times and sums is not None
        reason = None if is_known else _NO_TIMES
        for key, amount, unit in (
            ("pulses", sums.pulses if sums else 0.0, ""),
            ("settings_charge_uc", sums.charge_uc if sums else 0.0, "µC"),
        ):
            value = amount if is_known else None
            yield f"ch{number}_{key}", DoseValue(value, unit, _SUM, Origin.DERIVED, reason)
        for key, each in _at_a_moment(train).items():
            yield (
                f"ch{number}_{key}",
                DoseValue(each.value, each.unit, each.method, Origin.DERIVED, each.reason),
            )


def _at_a_moment(train: PulseTrain) -> Mapping[str, DoseNumber]:
    """Of the settings that the channel had last; none for a pulse of another shape."""
    settings = train.settings
    rate_hz = train.pulses_per_s
    waveform = _WAVEFORMS.get(settings.waveform) if settings.waveform else None
    match settings:
        case StimulationSettings(amplitude_ma=float(ma), phase_us=float(us)) if (
            waveform is not None and rate_hz is not None and math.isfinite(rate_hz)
        ):
            try:
                numbers = electrical_dose(ma, us, rate_hz, waveform)
            except DoseError:  # ordered outside what can be: kept as ordered, nothing computed
                return {}
            return {key: numbers[key] for key in _AT_A_MOMENT}
        case _:
            return {}


def _changes_in_words(recording: StimulationRecording) -> str:
    if not recording.changes:
        return ""
    lines = [
        f"channel {c.channel} {c.parameter} {_plain(c.old)} → {_plain(c.new)} {c.unit}".rstrip()
        for c in recording.changes[:CHANGES_IN_NOTE]
    ]
    more = len(recording.changes) + recording.unlisted_changes - len(lines)
    rest = [f"and {more} more"] if more else []
    return "Changes in their order, times unknown: " + "; ".join([*lines, *rest]) + "."


def _plain(value: float | str | None) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
