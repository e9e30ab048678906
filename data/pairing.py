"""Two trials that two devices recorded at the same time, read on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.analysis.types import Curve, MissingStretch, RepResult
from data.records import Trial


def partner_of(trial: Trial, trials: Sequence[Trial]) -> Trial | None:
    """The trial of the other device, where both lie on one axis."""
    if trial.header.alignment is None:
        return None
    return next(
        (
            other
            for other in trials
            if other.id == trial.header.partner and other.header.alignment is not None
        ),
        None,
    )


def reps_within(trial: Trial, start_s: float, end_s: float) -> list[int]:
    """Numbers of the repetitions that overlap a stretch of the shared axis."""
    place = trial.header.alignment
    if place is None:
        return []
    return [
        rep.number
        for rep in trial.analysis.reps
        if place.shared_s(rep.bounds.start_s) <= end_s
        and place.shared_s(rep.bounds.end_s) >= start_s
    ]


def paired_reps(one: Trial, other: Trial) -> list[tuple[RepResult | None, RepResult | None]]:
    """Repetitions that overlap on the shared axis beside each other, in the order of time; one
    that the other device did not see stands alone."""
    mine, theirs = one.header.alignment, other.header.alignment
    if mine is None or theirs is None:
        raise ValueError("these trials lie on no common axis")
    alone = {rep.number: rep for rep in other.analysis.reps}
    rows: list[tuple[float, RepResult | None, RepResult | None]] = []
    for rep in one.analysis.reps:
        start_s, end_s = mine.shared_s(rep.bounds.start_s), mine.shared_s(rep.bounds.end_s)
        number = next((n for n in reps_within(other, start_s, end_s) if n in alone), None)
        rows.append((start_s, rep, alone.pop(number) if number is not None else None))
    rows += [(theirs.shared_s(rep.bounds.start_s), None, rep) for rep in alone.values()]
    return [(left, right) for _, left, right in sorted(rows, key=lambda row: row[0])]


def on_axis_of(trial: Trial, partner: Trial, curve: Curve) -> Curve:
    """The partner's `curve` with the times that `trial` would have given its samples: moved and
    stretched as the clocks differ, none added and none left out."""
    mine, theirs = trial.header.alignment, partner.header.alignment
    if mine is None or theirs is None:
        raise ValueError("these trials lie on no common axis")

    def own_s(their_s: float) -> float:
        return mine.own_s(theirs.shared_s(their_s))

    def moved(stretches: Sequence[MissingStretch]) -> tuple[MissingStretch, ...]:
        return tuple(
            replace(each, start_s=own_s(each.start_s), end_s=own_s(each.end_s))
            for each in stretches
        )

    t = (theirs.start_s + theirs.rate * curve.t - mine.start_s) / mine.rate
    return replace(curve, t=t, gaps=moved(curve.gaps), saturated=moved(curve.saturated))
