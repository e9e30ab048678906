"""From a capture file to a stored trial; the file goes only when the trial was read back."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from data import curves
from data.analysis.recording import AnalysisError
from data.analysis.trial import analyse
from data.analysis.types import (
    AnalysisOptions,
    Asymmetry,
    Curve,
    MissingStretch,
    QualityNote,
    TrialAnalysis,
)
from data.clinical import catalogue
from data.errors import DamagedJournalError, JournalInUseError, RecordNotFoundError
from data.frames import is_being_written
from data.journal import Capture, Mark, open_journals, read_journal
from data.records import Trial, TrialChannel, TrialHeader, TrialState
from data.store import Store
from data.trials import net_curve

_log = logging.getLogger(__name__)

_UNTRUSTED = ("saturated", "overload", "open", "uncalibrated")
_SENTENCES = {
    "open": "did not answer: its force cannot be trusted.",
    "uncalibrated": "has no calibration: its newtons are a guess.",
}


@dataclass(frozen=True, slots=True)
class RecoverableCapture:
    """A capture that nobody writes any more and that is not stored yet."""

    path: Path
    header: TrialHeader
    state: TrialState
    seconds: float
    samples: int
    lost_tail_bytes: int


def save_capture(
    store: Store, journal_path: Path, rejected: Mapping[int, str] | None = None
) -> Trial:
    """Analyse and store a finished or abandoned capture, read it back, then remove its file.

    Doing it again for a trial that is stored checks the stored one and removes the file. A file
    with unreadable bytes at its end is not removed but put aside as ``….fj.kept``. On any error
    the file stays. `rejected`: numbers of repetitions that a person struck through, with the
    reason. Raises a `StoreError`.
    """
    if journal_path.exists() and is_being_written(journal_path):
        raise JournalInUseError(
            f"{journal_path} is still being recorded. Nothing was changed. "
            "End the trial in the program that records it."
        )
    capture = read_journal(journal_path)
    try:
        trial = store.trials.get(capture.header.id)
    except RecordNotFoundError:
        trial = store.trials.save(_trial(capture, rejected or {}), capture.blocks)
    else:
        store.trials.check(trial, capture.blocks)
    try:
        if capture.lost_tail_bytes:
            journal_path.replace(journal_path.with_name(journal_path.name + ".kept"))
        else:
            journal_path.unlink(missing_ok=True)
    except OSError:  # the trial is stored; the next start tries to tidy up again
        _log.warning("the capture file of trial %s could not be removed", trial.id, exc_info=True)
    return trial


def recoverable(folder: Path) -> list[RecoverableCapture]:
    """What an earlier run of the program left behind, oldest first."""
    found: list[RecoverableCapture] = []
    for path in open_journals(folder):
        try:
            capture = read_journal(path)
        except DamagedJournalError:
            continue
        found.append(
            RecoverableCapture(
                path=path,
                header=capture.header,
                state=capture.state,
                seconds=capture.duration_s,
                samples=capture.samples,
                lost_tail_bytes=capture.lost_tail_bytes,
            )
        )
    return found


def unreadable(folder: Path) -> list[Path]:
    """Capture files whose beginning is damaged: kept, but nobody can say whose they are."""
    damaged: list[Path] = []
    for path in open_journals(folder):
        try:
            read_journal(path)
        except DamagedJournalError:
            damaged.append(path)
    return damaged


def _trial(capture: Capture, rejected: Mapping[int, str]) -> Trial:
    header = capture.header
    untrusted = _untrusted(capture)
    curve = net_curve(header, capture.blocks, capture.gaps, untrusted)
    rate_hz = _measured_rate(capture)
    analysis = _analysis(header, curve, rate_hz, rejected)
    notes = _recording_notes(capture)
    return Trial(
        header=header,
        state=capture.state,
        samples=capture.samples,
        lost=sum(gap.samples or 0 for gap in capture.gaps),
        rate_hz=rate_hz,
        duration_s=capture.duration_s,
        gaps=capture.gaps,
        analysis=replace(analysis, quality=(*analysis.quality, *notes)),
        note=_remarks(capture),
        untrusted=untrusted,
    )


def _analysis(
    header: TrialHeader, curve: Curve, rate_hz: float | None, rejected: Mapping[int, str]
) -> TrialAnalysis:
    """The numbers, or none with the reason: a recording is kept whether or not they exist."""
    test = catalogue.tests().get(header.test_id)
    if test is None:
        text = f"The test “{header.test_id}” is not in the catalogue, so nothing was computed."
        return _nothing(curve, rate_hz, QualityNote("NOTEST", text))
    if len(curve.t) < 2:
        return _nothing(curve, rate_hz, QualityNote("EMPTY", "No samples were recorded."))
    try:
        return analyse(curve, test, replace(analysis_options(header), rejected=rejected))
    except AnalysisError as error:
        return _nothing(curve, rate_hz, QualityNote("NOTCURVE", str(error)))
    except (ArithmeticError, LookupError, ValueError) as error:
        # Our mistake must not keep a patient's recording out of the database.
        _log.exception("the analysis of trial %s failed", header.id)
        text = (
            f"The analysis failed ({type(error).__name__}): a fault in Myograph, not in the test."
        )
        return _nothing(curve, rate_hz, QualityNote("FAULT", text))


def analysis_options(header: TrialHeader) -> AnalysisOptions:
    """What the header knows that the curve does not."""
    capacities = [c.capacity_n for c in header.channels if c.capacity_n is not None]
    resolutions = [c.resolution_n for c in header.channels if c.resolution_n is not None]
    return AnalysisOptions(
        body_mass_kg=header.body_mass_kg,
        lever_m=header.lever_m,
        gravity_n=header.gravity_n,
        gravity_method=header.gravity.value if header.gravity else "",
        target_n=header.target_n,
        injured=header.injured,
        both_injured=header.both_injured,
        dominant=header.dominant,
        capacity_n=min(capacities, default=None),
        resolution_n=max(resolutions, default=None),
        allows_rfd=header.allows_rfd,
        rfd_refused=header.rfd_refused,
        timing_refused=header.timing_refused,
    )


def _nothing(curve: Curve, rate_hz: float | None, note: QualityNote) -> TrialAnalysis:
    return TrialAnalysis(
        reps=(),
        summary={},
        asymmetry=Asymmetry("", "", "", None, None, None, None, reason=note.text),
        asymmetries=(),
        quality=(note,),
        methods={},
        rate_hz=rate_hz or 0.0,
        duration_s=float(curve.t[-1]) if len(curve.t) else 0.0,
    )


def _recording_notes(capture: Capture) -> list[QualityNote]:
    notes: list[QualityNote] = []
    for channel, text in dict.fromkeys((mark.channel, mark.text) for mark in capture.marks):
        if text in _SENTENCES:
            cell = _cell(capture.header, channel)
            side = cell.side if cell else None
            who = f"The {cell.position} cell" if cell else "The device"
            notes.append(QualityNote(text.upper(), f"{who} {_SENTENCES[text]}", side=side))
    notes += calibration_notes(capture.header)
    if capture.lost_tail_bytes:
        text = f"The last {capture.lost_tail_bytes} bytes of the capture file could not be read."
        notes.append(QualityNote("TAIL", f"{text} The file is kept."))
    return notes


def calibration_notes(header: TrialHeader) -> list[QualityNote]:
    """What a reader of the numbers must know of the calibration that was used, each said once."""
    when = header.started_at + timedelta(minutes=header.utc_offset_min)
    notes: list[QualityNote] = []
    for channel in header.channels:
        known, side = channel.calibration, channel.side
        if known.is_past_due(when.date()):
            text = f"The device was used past the date of its calibration (due {known.due_on})."
            notes.append(QualityNote("CALDUE", text, side=side))
        check = known.check
        if check is not None and check.is_within is False:
            text = (
                f"At its last check with a known mass ({check.checked_on}) the device was "
                f"{check.error_percent:+.1f} % off; the clinic's limit is "
                f"±{check.limit_percent:g} %."
            )
            notes.append(QualityNote("CALOFF", text, side=side))
    seen: dict[tuple[str, str], QualityNote] = {}
    for note in notes:
        first = seen.setdefault((note.code, note.text), note)
        if first is not note:  # both limbs
            seen[note.code, note.text] = replace(first, side=None)
    return list(seen.values())


def _measured_rate(capture: Capture) -> float | None:
    """Samples a second by the device's clock, stretches without samples left out."""
    runs = curves.merge(capture.blocks, capture.gaps)
    intervals = sum(len(run.t_us) - 1 for run in runs)
    span_us = sum(int(run.t_us[-1]) - int(run.t_us[0]) for run in runs)
    return intervals * 1e6 / span_us if span_us > 0 else None


def _untrusted(capture: Capture) -> tuple[MissingStretch, ...]:
    """The stretches that the device did not trust: a mark stands before each block concerned."""
    blocks = [block for block in capture.blocks if len(block.t_us)]
    ends_us = [int(block.t_us[-1]) for block in blocks]
    spans: dict[str, list[tuple[int, int]]] = {}
    for mark in capture.marks:
        number = bisect_right(ends_us, mark.t_us)
        if mark.text not in _UNTRUSTED or number == len(blocks):
            continue
        same_cause = spans.setdefault(_cause(capture.header, mark), [])
        if same_cause and number <= same_cause[-1][1] + 1:
            same_cause[-1] = (same_cause[-1][0], number)
        else:
            same_cause.append((number, number))
    origin_us = int(blocks[0].t_us[0]) if blocks else 0
    return tuple(
        MissingStretch(
            (int(blocks[first].t_us[0]) - origin_us) / 1e6, (ends_us[last] - origin_us) / 1e6, cause
        )
        for cause, of_cause in spans.items()
        for first, last in of_cause
    )


def _cause(header: TrialHeader, mark: Mark) -> str:
    cell = _cell(header, mark.channel)
    return f"{cell.position} cell {mark.text}" if cell else mark.text


def _cell(header: TrialHeader, channel: int | None) -> TrialChannel | None:
    return None if channel is None or channel >= len(header.channels) else header.channels[channel]


def _remarks(capture: Capture) -> str:
    marks = [mark for mark in capture.marks if mark.text not in _UNTRUSTED]
    return "; ".join(f"{mark.t_us / 1e6:.1f} s: {mark.text}" for mark in marks)
