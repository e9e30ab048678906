"""What must hold of every trial, whatever happened while it was recorded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.types import LinkState
from tests.faults.bed import Outcome, Recorded, Rows, Times

REPEAT_US = 200_000
GAP_PERIODS = 2.5  # from which on the analysis says GAP


def check(outcome: Outcome, *, losses: int = 0, keeps_order: bool = True) -> None:
    """All invariants; `losses` outages had to be told, once each."""
    for recorded in (outcome.faulted, outcome.clean):
        disk_holds_what_arrived(outcome, recorded, keeps_order=keeps_order)
        missing_stretches_are_gap_rows(outcome, recorded)
        nothing_is_computed_over_a_gap_unflagged(recorded)
    one_notice_for_one_cause(outcome, losses)
    assert len(outcome.faulted.gaps) >= losses, "an outage without its row"
    assert outcome.clean.gaps == (), "the trial after the fault is not clean"


def disk_holds_what_arrived(
    outcome: Outcome, recorded: Recorded, *, keeps_order: bool = True
) -> None:
    """An unbroken run of what was delivered, bit for bit, without what came twice."""
    arrived = np.concatenate(
        [_once(t_us, force) if keeps_order else force for t_us, force in outcome.arrived]
    )
    force = recorded.force
    assert len(force), "nothing is on disk"
    if keeps_order:
        assert _find(arrived, force) is not None, "disk differs from what arrived"
    else:
        assert _is_subsequence(force, arrived)


def never_invented(outcome: Outcome) -> None:
    """Each run without an interruption is what the device measured, each sample in its place."""
    sent = np.concatenate([force for _, force in outcome.sent])
    recorded = outcome.faulted
    if not outcome.model.loss_detectable:
        assert _is_subsequence(recorded.force, sent)
        return
    breaks = {gap.end_us for gap in recorded.gaps if gap.samples is None or _is_outage(gap.cause)}
    starts = np.flatnonzero(np.isin(recorded.t_us, list(breaks)))
    place = 0
    for run in np.split(np.arange(len(recorded.t_us)), starts):
        index = recorded.index[run] - recorded.index[run[0]]
        found = _find(sent[place:], recorded.force[run], index)
        assert found is not None, "a sample is not where the device measured it"
        place += found + int(index[-1]) + 1


def missing_stretches_are_gap_rows(outcome: Outcome, recorded: Recorded) -> None:
    """Each wide step in time is one gap row with a cause, and each gap row such a step."""
    t_us = recorded.t_us
    assert np.all(np.diff(t_us) > 0), "time does not rise"
    bounds = list(zip(t_us[:-1].tolist(), t_us[1:].tolist(), strict=True))
    rows = [(gap.start_us, gap.end_us) for gap in recorded.gaps]
    assert len(set(rows)) == len(rows)
    assert set(rows) <= set(bounds), "a gap row where no samples are missing"
    assert all(gap.cause for gap in recorded.gaps)
    longest_us = 1.6e6 / outcome.rate_hz if outcome.model.has_device_time else 600_000
    for start_us, end_us in bounds:
        assert end_us - start_us <= longest_us or (start_us, end_us) in rows, (start_us, end_us)
    lost = sum(gap.samples or 0 for gap in recorded.gaps)
    assert recorded.trial.lost == lost
    # The number of each sample is where it would be had nothing been lost.
    assert int(recorded.index[-1]) - int(recorded.index[0]) + 1 == len(t_us) + lost


def nothing_is_computed_over_a_gap_unflagged(recorded: Recorded) -> None:
    trial = recorded.trial
    period_s = 1.0 / trial.rate_hz if trial.rate_hz else 0.0
    for gap in trial.gaps:
        start_s, end_s = gap.start_us / 1e6, gap.end_us / 1e6
        if end_s - start_s <= GAP_PERIODS * period_s * 1.01:
            continue
        for rep in trial.analysis.reps:
            if start_s < rep.bounds.end_s and end_s > rep.bounds.start_s:
                assert "GAP" in rep.codes, (gap, rep.bounds, rep.codes)


def one_notice_for_one_cause(outcome: Outcome, losses: int) -> None:
    assert len(outcome.losses) == losses, outcome.notices
    assert all(cause.strip() for cause in outcome.losses)
    assert LinkState.CLOSED not in [state for state, _ in outcome.notices]
    back = [state for state, _ in outcome.notices].count(LinkState.STREAMING)
    assert back == 1 + losses


def _is_outage(cause: str) -> bool:
    return "missing" not in cause


def _once(t_us: Times | None, force: Rows) -> Rows:
    """Without samples that came a second time; only a time of their own can tell them."""
    if t_us is None:
        return force
    latest = np.maximum.accumulate(t_us)
    is_new = np.concatenate(([True], t_us[1:] > latest[:-1]))
    is_far_back = np.concatenate(([False], latest[:-1] - t_us[1:] >= REPEAT_US))
    return force[is_new | is_far_back]


def _find(where: Rows, what: Rows, index: NDArray[np.int64] | None = None) -> int | None:
    """Where `what` begins in `where`; `index` are the places of its rows."""
    places = np.arange(len(what)) if index is None else index
    last = len(where) - int(places[-1]) if len(places) else 0
    for start in np.flatnonzero(_same(where[: max(last, 0)], what[0])):
        if np.all(_same(where[start + places], what)):
            return int(start)
    return None


def _same(some: Rows, other: Rows) -> NDArray[np.bool_]:
    return np.all((some == other) | (np.isnan(some) & np.isnan(other)), axis=-1)


def _is_subsequence(what: Rows, where: Rows) -> bool:
    rows = iter(where.tolist())
    return all(any(row == wanted for row in rows) for wanted in what.tolist())
