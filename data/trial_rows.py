"""Trials as rows: what is searched in columns, the rest as JSON."""

from __future__ import annotations

from data.analysis.types import MissingStretch, TrialAnalysis
from data.database import damaged_record
from data.models import GapRow, RepRow, TrialChannelRow, TrialRow
from data.records import Trial, TrialChannel, TrialHeader, TrialState
from data.values import JsonObject, from_json, to_json
from devices.types import Gap

_COLUMNS = ("id", "session_id", "person_id", "set_id", "test_id", "started_at", "device_model")


def row_of(trial: Trial) -> TrialRow:
    header = trial.header
    details = to_json(header)
    for name in (*_COLUMNS, "is_virtual", "channels"):
        del details[name]
    device = to_json(header.device)
    del device["serial"]
    details["device"] = device
    return TrialRow(
        id=header.id,
        session_id=header.session_id,
        person_id=header.person_id,
        set_id=header.set_id,
        test_id=header.test_id,
        started_at=header.started_at,
        device_model=header.device_model,
        device_serial=header.device.serial,
        is_virtual=header.is_virtual,
        state=trial.state,
        samples=trial.samples,
        lost=trial.lost,
        rate_hz=trial.rate_hz,
        duration_s=trial.duration_s,
        note=trial.note,
        details=details,
        untrusted=[to_json(stretch) for stretch in trial.untrusted],
        analysis=analysis_json(trial.analysis),
        channels=[_channel_row(number, c) for number, c in enumerate(header.channels)],
        reps=rep_rows(trial.analysis),
        gaps=[
            GapRow(
                number=number,
                start_us=gap.start_us,
                end_us=gap.end_us,
                samples=gap.samples,
                cause=gap.cause,
            )
            for number, gap in enumerate(trial.gaps)
        ],
    )


def trial_of(row: TrialRow) -> Trial:
    """Raises `DamagedRecordError`."""
    try:
        return Trial(
            header=_header(row),
            state=TrialState(row.state),
            samples=row.samples,
            lost=row.lost,
            rate_hz=row.rate_hz,
            duration_s=row.duration_s,
            gaps=tuple(Gap(g.start_us, g.end_us, g.samples, g.cause) for g in row.gaps),
            analysis=from_json(
                TrialAnalysis, {**row.analysis, "reps": [_rep_json(rep) for rep in row.reps]}
            ),
            note=row.note,
            untrusted=tuple(from_json(MissingStretch, found) for found in row.untrusted),
        )
    except ValueError as error:
        raise damaged_record(row.id, error) from error


def analysis_json(analysis: TrialAnalysis) -> JsonObject:
    """The results apart from the repetitions, which have a table of their own."""
    found = to_json(analysis)
    del found["reps"]
    return found


def rep_rows(analysis: TrialAnalysis) -> list[RepRow]:
    rows: list[RepRow] = []
    for place, rep in enumerate(analysis.reps):
        found = to_json(rep)
        rows.append(
            RepRow(
                place=place,
                number=rep.number,
                side=rep.side,
                start_s=rep.bounds.start_s,
                end_s=rep.bounds.end_s,
                rule=rep.bounds.rule,
                onset_s=rep.onset_s,
                peak_s=rep.peak_s,
                metrics=found["metrics"],
                codes=found["codes"],
                rejected=rep.rejected,
            )
        )
    return rows


def _channel_row(number: int, channel: TrialChannel) -> TrialChannelRow:
    return TrialChannelRow(
        number=number,
        position=channel.position,
        side=channel.side,
        capacity_n=channel.capacity_n,
        resolution_n=channel.resolution_n,
        zero=to_json(channel.zero) if channel.zero else None,
        calibration=to_json(channel.calibration),
    )


def _header(row: TrialRow) -> TrialHeader:
    details = dict(row.details)
    device = details.get("device")
    if not isinstance(device, dict):
        raise ValueError("no device")  # noqa: TRY004 - damage, not a programmer's mistake
    channels = [
        {
            "position": channel.position,
            "side": channel.side,
            "capacity_n": channel.capacity_n,
            "resolution_n": channel.resolution_n,
            "zero": channel.zero,
            "calibration": channel.calibration,
        }
        for channel in row.channels
    ]
    return from_json(
        TrialHeader,
        {
            **details,
            **{name: str(getattr(row, name)) for name in _COLUMNS},
            "is_virtual": row.is_virtual,
            "device": {**device, "serial": row.device_serial},
            "channels": channels,
        },
    )


def _rep_json(row: RepRow) -> JsonObject:
    return {
        "number": row.number,
        "side": row.side,
        "bounds": {"start_s": row.start_s, "end_s": row.end_s, "rule": row.rule},
        "onset_s": row.onset_s,
        "peak_s": row.peak_s,
        "metrics": row.metrics,
        "codes": row.codes,
        "rejected": row.rejected,
    }
