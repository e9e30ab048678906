"""What is stored, as CSV for a spreadsheet and as JSON with unit and method beside each number."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

from data.analysis.types import Curve, Side, TrialAnalysis
from data.clinical.modalities import number_of
from data.errors import DamagedRecordError
from data.records import Person, Treatment, Trial
from data.store import Store
from data.treatment_export import treatment_rows, treatment_values_object
from data.values import Json, JsonObject, to_json

_FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"  # full-width forms become the plain ones in some programs
_REP_COLUMNS = (
    "trial",
    "test",
    "started_at",
    "device",
    "device_serial",
    "rep",
    "side",
    "start_s",
    "end_s",
    "onset_s",
    "time_of_peak_s",
)
_NUMBER_COLUMNS = (
    "trial",
    "test",
    "device",
    "device_serial",
    "rep",
    "side",
    "key",
    "value",
    "unit",
    "method",
    "reason",
)

_VALUE_COLUMNS = (
    "treatment",
    "modality",
    "started_at",
    "group",
    "key",
    "label",
    "channel",
    "at_s",
    "value",
    "unit",
    "origin",
    "is_default",
    "method",
    "reason",
)


def curve_csv(curve: Curve) -> str:
    """``time_s`` and a column of newtons, zero removed, for each channel; every digit kept."""
    rows = [curve.t.tolist(), *(column.tolist() for column in curve.force.T)]
    lines = map(",".join, zip(*(map(_number, row) for row in rows), strict=True))
    return "\n".join((",".join(("time_s", *channel_names(curve.sides))), *lines, ""))


def curves_csv(curves: Iterable[tuple[Trial, Curve]]) -> str:
    """Many curves below one another, each row with its trial; a channel not there is empty."""
    parts = [(trial, curve, channel_names(curve.sides)) for trial, curve in curves]
    columns = sorted({name for _, _, names in parts for name in names})
    lines = [",".join(("trial", "test", "time_s", *columns))]
    for trial, curve, names in parts:
        start = f"{trial.id},{_text_cell(trial.header.test_id)}"
        nothing = [""] * len(curve.t)
        cells = [
            list(map(_number, curve.force[:, names.index(name)].tolist()))
            if name in names
            else nothing
            for name in columns
        ]
        times = map(_number, curve.t.tolist())
        lines += [f"{start},{','.join(row)}" for row in zip(times, *cells, strict=True)]
    return "\n".join((*lines, ""))


def reps_csv(trials: Iterable[Trial]) -> str:
    """One row for each limb in each repetition: its numbers, codes and why it was rejected."""
    rows = [(trial, rep) for trial in trials for rep in trial.analysis.reps]
    keys = list(dict.fromkeys(key for _, rep in rows for key in rep.metrics))
    lines = [",".join((*_REP_COLUMNS, *map(_text_cell, keys), "codes", "rejected"))]
    for trial, rep in rows:
        header = trial.header
        cells = [
            str(trial.id),
            _text_cell(header.test_id),
            header.started_at.isoformat(),
            _text_cell(header.device_model),
            _text_cell(header.device.serial or ""),
            str(rep.number),
            rep.side or "",
            *map(_number, (rep.bounds.start_s, rep.bounds.end_s, rep.onset_s, rep.peak_s)),
            *(_number(rep.metrics[key].value if key in rep.metrics else None) for key in keys),
            _text_cell(" ".join(rep.codes)),
            _text_cell(rep.rejected or ""),
        ]
        lines.append(",".join(cells))
    return "\n".join((*lines, ""))


def numbers_csv(trials: Iterable[Trial]) -> str:
    """One row for each number: of repetitions, of the set, of asymmetries, with unit and method.

    A number that was not computed is empty beside its reason.
    """
    lines = [",".join(_NUMBER_COLUMNS)]
    for trial in trials:
        header = trial.header
        start = [str(trial.id), header.test_id, header.device_model, header.device.serial or ""]
        lines += [
            ",".join(
                (*map(_text_cell, [*start, *where, key]), _number(value), *map(_text_cell, how))
            )
            for where, key, value, how in _numbers_of(trial.analysis)
        ]
    return "\n".join((*lines, ""))


def treatments_csv(treatments: Iterable[Treatment]) -> str:
    """One row for each value of a treatment, with unit and where it comes from."""
    lines = [",".join(_VALUE_COLUMNS)]
    for treatment in treatments:
        start = [str(treatment.id), treatment.modality.value, treatment.started_at.isoformat()]
        for row in treatment_rows(treatment):
            number = number_of(row.value)
            value = _text_cell(_words(row.value)) if number is None else _number(number)
            cells = [
                *map(_text_cell, [*start, row.group, row.key, row.label]),
                str(row.channel) if row.channel else "",
                _number(row.at_s),
                value,
                *map(_text_cell, [row.unit, row.origin.value, "yes" if row.is_default else ""]),
                *map(_text_cell, [row.method, row.reason]),
            ]
            lines.append(",".join(cells))
    return "\n".join((*lines, ""))


def treatment_object(treatment: Treatment) -> JsonObject:
    """A treatment for JSON: the record, and under ``rows`` each value with unit and origin."""
    rows = [public_object(row) for row in treatment_values_object(treatment)]
    return {**public_object(to_json(treatment)), "rows": [*rows]}


def trial_object(trial: Trial, curve: Curve | None = None) -> JsonObject:
    """A trial for JSON: header, results with unit, method and reason, and its net curve."""
    found = public_object(to_json(trial))
    if trial.lost_reason is not None:
        found |= {"lost": None, "lost_reason": trial.lost_reason}
    if curve is not None:
        found["curve"] = {
            "zero_removed": True,
            "time_s": curve.t.tolist(),
            "channels": [
                {
                    "position": channel.position.value,
                    "side": channel.side.value if channel.side else None,
                    "force_n": [_finite(value) for value in column.tolist()],
                }
                for channel, column in zip(trial.header.channels, curve.force.T, strict=True)
            ],
        }
    return found


def session_object(store: Store, session_id: UUID) -> JsonObject:
    """A whole visit for JSON: person, trials with curves, treatments, items of every kind.

    What is damaged is named under `damaged` and hides nothing else: a trial is left out, a curve
    is null beside its reason. Raises a `StoreError`.
    """
    session = store.sessions.get(session_id)
    trials = store.trials.of_session(session_id)
    objects = [read_trial(store, trial) for trial in trials]
    damaged = [str(t.id) for t, found in zip(trials, objects, strict=True) if not found["curve"]]
    return {
        "format": "myograph session",
        "version": 1,
        "person": public_object(to_json(store.people.get(session.person_id))),
        "session": public_object(to_json(session)),
        "trials": [*objects],
        "treatments": [
            treatment_object(treatment) for treatment in store.treatments.of_session(session_id)
        ],
        "items": [public_object(item) for item in store.items.of_session(session_id)],
        "damaged": [*trials.damaged, *damaged],
    }


def read_trial(store: Store, trial: Trial) -> JsonObject:
    """`trial_object` with the stored curve; null with the reason where that is damaged."""
    try:
        return trial_object(trial, store.trials.curve(trial.id))
    except DamagedRecordError as error:
        return {**trial_object(trial), "curve": None, "curve_reason": str(error)}


def person_object(store: Store, person: Person) -> JsonObject:
    """A person for JSON, with what belongs to no visit: injuries, matches, typed values …"""
    return {
        "person": public_object(to_json(person)),
        "items": [public_object(item) for item in store.items.of_person(person.id)],
    }


def device_objects(store: Store) -> list[JsonObject]:
    """What is kept about things and not about a person, for JSON."""
    return [public_object(item) for item in store.items.of_nobody()]


def json_text(value: Json) -> str:
    """JSON that every reader takes: no NaN, no infinity."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def write_text(path: Path, text: str) -> None:
    """Put a finished file in place: never half of one."""
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def channel_names(sides: Sequence[Side | None]) -> list[str]:
    """Column names by limb: ``force_left_n``; ``force_n``, or numbered, where it is not known."""
    named = [f"force_{side}_n" if side else "force_n" for side in sides]
    if len(set(named)) == len(named):
        return named
    return [f"force_{number}_n" for number in range(1, len(sides) + 1)]


def _numbers_of(
    analysis: TrialAnalysis,
) -> Iterator[tuple[list[str], str, float | None, list[str]]]:
    """Repetition and limb, key, value, then unit, method and reason."""
    tables = [
        *(([str(rep.number), rep.side or ""], rep.metrics) for rep in analysis.reps),
        *((["", side or ""], metrics) for side, metrics in analysis.summary.items()),
    ]
    for where, metrics in tables:
        for key, each in metrics.items():
            yield where, key, each.value, [each.unit, each.method, each.reason or ""]
    for each in analysis.asymmetries:
        method = f"{each.formula} of {each.metric}, {each.aggregation}"
        if each.stronger:
            method += f"; {each.stronger} stronger"
        how = ["%", method, each.reason or ""]
        yield ["", ""], "asymmetry_percent", each.value_percent, how


def _number(value: float | None) -> str:
    """The shortest text that reads back as the same float64; empty where there is none."""
    return "" if value is None or not math.isfinite(value) else repr(value)


def _words(value: float | str | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _text_cell(text: str) -> str:
    """One cell, whatever it holds, that no spreadsheet takes for a formula."""
    if text.lstrip(" ").startswith(tuple(_FORMULA_STARTS)):
        text = "'" + text
    if any(sign in text for sign in ',;"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def public_object(record: JsonObject) -> JsonObject:
    """Numbers that JSON does not know become null: the record itself keeps them apart."""
    return {key: _public_value(value) for key, value in record.items()}


def _public_value(value: Json) -> Json:
    if isinstance(value, dict):
        return None if value.keys() == {"float"} else public_object(value)
    if isinstance(value, list):
        return [_public_value(item) for item in value]
    return value
