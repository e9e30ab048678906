"""The JSON of every command in one place: what a script may rely on.

A key ends in its unit. A missing or refused value is ``null``, with the reason beside it under
the same key and ``_reason``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from math import isfinite
from typing import Any, cast

from app.wording import key_unit
from data.analysis.types import (
    Asymmetry,
    Metric,
    QualityNote,
    RepResult,
    Side,
    TrialAnalysis,
)
from data.clinical.dose import DoseNumber
from data.clinical.tests import StrengthTest
from data.records import DoseValue, Person, Session, Treatment, Trial, TrialChannel
from devices.catalog import is_experimental
from devices.declaration import (
    ElectrotherapyModel,
    ForceModel,
    InstrumentModel,
    RecordedModel,
)
from devices.types import DeviceInfo, Gap

Json = dict[str, Any]

_MODEL_KINDS: Mapping[type, str] = {
    ForceModel: "force",
    ElectrotherapyModel: "electrotherapy",
    RecordedModel: "recording",
    InstrumentModel: "instrument",
}


def analysis_json(analysis: TrialAnalysis) -> Json:
    shared = _shared_methods(analysis)
    return {
        "reps": [_rep(rep) | _own_methods(rep.metrics, shared) for rep in analysis.reps],
        "summary": [
            {"side": _side(side), **_metrics(metrics), **_own_methods(metrics, shared)}
            for side, metrics in analysis.summary.items()
        ],
        "asymmetry": asymmetry_json(analysis.asymmetry),
        "asymmetries": [asymmetry_json(each) for each in analysis.asymmetries],
        "quality": [_quality(note) for note in analysis.quality],
        "methods": {**shared, **analysis.methods},
        "rate_hz": number(analysis.rate_hz),
        "duration_s": number(analysis.duration_s),
    }


def asymmetry_json(asymmetry: Asymmetry) -> Json:
    unit = key_unit(asymmetry.metric)
    return {
        **_value("value_percent", asymmetry.value_percent, asymmetry.reason),
        "formula": asymmetry.formula,
        "stronger": _side(asymmetry.stronger),
        "metric": asymmetry.metric,
        "aggregation": asymmetry.aggregation,
        f"left{unit}": number(asymmetry.left),
        f"right{unit}": number(asymmetry.right),
    }


def trial_json(trial: Trial, of_set: Asymmetry | None = None) -> Json:
    """`of_set`: the comparison of limbs that were recorded one after the other."""
    header = trial.header
    compared = {} if of_set is None else {"asymmetry": asymmetry_json(of_set)}
    return {
        "id": str(trial.id),
        "session": str(header.session_id),
        "person": str(header.person_id),
        "set": str(header.set_id),
        "test": header.test_id,
        "started_at": _time(header.started_at),
        "utc_offset_min": header.utc_offset_min,
        "device": _device(header.device) | {"model": header.device_model},
        "virtual": header.is_virtual,
        "experimental": is_experimental(header.device_model),
        "link": header.link,
        "state": trial.state.value,
        "samples": trial.samples,
        **_lost(trial),
        "rate_hz": number(trial.rate_hz),
        "nominal_rate_hz": number(header.nominal_rate_hz),
        "duration_s": number(trial.duration_s),
        "gaps": [_gap(gap) for gap in trial.gaps],
        "channels": [_channel(channel) for channel in header.channels],
        "partner": None if header.partner is None else str(header.partner),
        "alignment": None if header.alignment is None else _fields(header.alignment),
        "posture": header.posture,
        "lever_m": number(header.lever_m),
        "body_mass_kg": number(header.body_mass_kg),
        "gravity_n": number(header.gravity_n),
        "gravity_method": None if header.gravity is None else header.gravity.value,
        "stabilisation": None if header.stabilisation is None else header.stabilisation.value,
        "target_n": number(header.target_n),
        "injured": _side(header.injured),
        "both_injured": header.both_injured,
        "dominant": _side(header.dominant),
        "note": trial.note,
        "program_version": header.program_version,
        # Rate and duration of the trial are those of the recording, gaps included.
        **{
            key: value
            for key, value in analysis_json(trial.analysis).items()
            if key not in {"rate_hz", "duration_s"}
        },
        **compared,
    }


def treatment_json(treatment: Treatment) -> Json:
    return {
        "id": str(treatment.id),
        "session": str(treatment.session_id),
        "person": str(treatment.person_id),
        "modality": treatment.modality.value,
        "source": treatment.source.value,
        "started_at": _time(treatment.started_at),
        "utc_offset_min": treatment.utc_offset_min,
        "ended_at": _time(treatment.ended_at),
        "site": treatment.site,
        "side": _side(treatment.side),
        "planned_s": number(treatment.planned_s),
        "actual_s": number(treatment.actual_s),
        "area_cm2": number(treatment.area_cm2),
        **dose_json(treatment.dose),
        "settings": [_fields(each) for each in treatment.settings],
        "changes": [_fields(each) for each in treatment.changes],
        "counters": [_fields(each) for each in treatment.counters],
        "gaps": [_fields(each) for each in treatment.gaps],
        "device": None if treatment.device is None else _device(treatment.device),
        "virtual": treatment.is_virtual,
        "link": treatment.link,
        "pain_before": treatment.pain_before,
        "pain_after": treatment.pain_after,
        "flags": list(treatment.flags),
        "note": treatment.note,
    }


def dose_json(dose: Mapping[str, DoseValue]) -> Json:
    """Under ``dose`` the numbers alone; methods and origins beside it under the same keys."""
    values: Json = {}
    for key, each in dose.items():
        values |= _value(key, each.value, each.reason)
    return {
        "dose": values,
        "dose_methods": {key: each.method for key, each in dose.items()},
        "dose_origins": {key: each.origin.value for key, each in dose.items()},
    }


def dose_number_json(dose: Mapping[str, DoseNumber]) -> Json:
    """The numbers by key, their methods, and the guard-rails that they meet."""
    values: Json = {}
    for key, each in dose.items():
        values |= _value(key, each.value, each.reason)
    return {
        **values,
        "methods": {key: each.method for key, each in dose.items()},
        "notes": {key: each.note for key, each in dose.items() if each.note is not None},
    }


def person_json(person: Person) -> Json:
    return {
        "id": str(person.id),
        "name": person.name,
        "born": None if person.born is None else person.born.isoformat(),
        "body_mass_kg": number(person.body_mass_kg),
        "dominant": _side(person.dominant),
        "injured": _side(person.injured),
        "injury": person.injury,
        "injured_on": None if person.injured_on is None else person.injured_on.isoformat(),
        "stage": None if person.stage is None else person.stage.value,
        "team": person.team,
        "notes": person.notes,
        "created_at": _time(person.created_at),
    }


def session_json(session: Session) -> Json:
    return {
        "id": str(session.id),
        "person": str(session.person_id),
        "started_at": _time(session.started_at),
        "utc_offset_min": session.utc_offset_min,
        "ended_at": _time(session.ended_at),
        "clinician": session.clinician,
        "notes": session.notes,
    }


def strength_test_json(test: StrengthTest) -> Json:
    return _fields(test)


def model_json(
    model: ForceModel | ElectrotherapyModel | RecordedModel | InstrumentModel,
) -> Json:
    shape: Json = {
        "id": model.id,
        "name": model.name,
        "maker": model.maker,
        "kind": _MODEL_KINDS[type(model)],
        "transports": []
        if isinstance(model, RecordedModel)
        else [transport.value for transport in model.transports],
        "evidence": model.evidence.value,
        "tested_on_hardware": model.tested_on_hardware,
        "notes": list(model.notes),
    }
    if isinstance(model, ForceModel):
        shape |= {
            "rate_hz": number(model.rate_hz),
            "channels": [_fields(channel) for channel in model.channels],
            "capabilities": {
                "device_time": model.has_device_time,
                "loss_detectable": model.loss_detectable,
                "hardware_tare": model.has_hardware_tare,
                "hardware_filter_ms": number(model.hardware_filter_ms),
                "rfd": model.rfd_refused is None,
                "rfd_reason": model.rfd_refused,
                "timing": model.timing_refused is None,
                "timing_reason": model.timing_refused,
            },
        }
    return shape


def number(value: float | None) -> float | None:
    """JSON has no NaN and no infinity: they are values that could not be computed."""
    return value if value is not None and isfinite(value) else None


def _rep(rep: RepResult) -> Json:
    return {
        "number": rep.number,
        "side": _side(rep.side),
        "start_s": number(rep.bounds.start_s),
        "end_s": number(rep.bounds.end_s),
        "bounds_rule": rep.bounds.rule,
        **_value("onset_s", rep.onset_s, "no onset was found" if rep.onset_s is None else None),
        "peak_s": number(rep.peak_s),
        **_metrics(rep.metrics),
        "codes": list(rep.codes),
        "rejected": rep.rejected,
    }


def _metrics(metrics: Mapping[str, Metric]) -> Json:
    shape: Json = {}
    for key, metric in metrics.items():
        shape |= _value(key, metric.value, metric.reason)
    return shape


def _value(key: str, value: float | None, reason: str | None) -> Json:
    if number(value) is None:
        return {key: None, f"{key}_reason": reason or "not computed"}
    return {key: value}


def _shared_methods(analysis: TrialAnalysis) -> dict[str, str]:
    """The method of each number, as the first repetition that has it says."""
    shared: dict[str, str] = {}
    for metrics in (*(rep.metrics for rep in analysis.reps), *analysis.summary.values()):
        for key, each in metrics.items():
            shared.setdefault(key, each.method)
    return shared


def _own_methods(metrics: Mapping[str, Metric], shared: Mapping[str, str]) -> Json:
    """Of the numbers that were made otherwise than the shared methods say."""
    own = {key: each.method for key, each in metrics.items() if each.method != shared[key]}
    return {"methods": own} if own else {}


def _quality(note: QualityNote) -> Json:
    return {"code": note.code, "text": note.text, "rep": note.rep, "side": _side(note.side)}


def _channel(channel: TrialChannel) -> Json:
    return {
        "position": channel.position.value,
        "side": _side(channel.side),
        "capacity_n": number(channel.capacity_n),
        "resolution_n": number(channel.resolution_n),
        "zero": None if channel.zero is None else _fields(channel.zero),
        "calibration": _fields(channel.calibration),
    }


def _gap(gap: Gap) -> Json:
    return {
        "start_s": gap.start_us / 1e6,
        "end_s": gap.end_us / 1e6,
        "samples": gap.samples,
        "cause": gap.cause,
    }


def _lost(trial: Trial) -> Json:
    if trial.lost_reason is None:
        return {"lost": trial.lost}
    return {"lost": None, "lost_reason": trial.lost_reason}


def _device(device: DeviceInfo) -> Json:
    return {
        "model": device.model,
        "name": device.name,
        "serial": device.serial,
        "firmware": device.firmware,
    }


def _side(side: Side | None) -> str | None:
    return None if side is None else side.value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _fields(value: object) -> Any:
    """A plain record, field by field; its field names already carry their units."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _fields(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_fields(each) for each in cast("tuple[object, ...]", value)]
    if isinstance(value, float):
        return number(value)
    return value
