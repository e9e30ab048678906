"""Suggestions about a repetition or a set: a code and a sentence; a person decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from data.analysis.limb import LimbRep, baseline_complaint, resting_limit
from data.analysis.reps import RepEvent
from data.analysis.rfd import LEAST_HZ
from data.analysis.sensor import reading_apart
from data.analysis.trace import mean
from data.analysis.types import AnalysisOptions, Curve, QualityNote, RepResult, Side
from data.clinical.tests import Contraction, StrengthTest

Finding = tuple[str, str]

PLATEAU_S = 1.0
SHORT_SHARE = 0.5

SIDES_UNKNOWN = QualityNote(
    "SIDES", "Which limb pulled on which cell is not known: both cells were added."
)


def rep_findings(
    limb: LimbRep, curve: Curve, test: StrengthTest, options: AnalysisOptions
) -> list[Finding]:
    """What one limb's repetition shows by itself: code and sentence."""
    return [
        *_sensor_findings(limb, curve, options),
        *_start_findings(limb),
        *_shape_findings(limb, test),
    ]


def pain_findings(rep: RepResult, options: AnalysisOptions) -> list[Finding]:
    """What the athlete said of a repetition, where somebody asked."""
    pain = options.pain_nrs.get(rep.number, 0)
    if pain <= options.pain_limit:
        return []
    limit = options.pain_limit
    return [("PAIN", f"Pain {pain} of 10 in this repetition, over the limit of {limit}.")]


def set_findings(reps: Sequence[RepResult], test: StrengthTest) -> list[list[Finding]]:
    """What each repetition shows beside the others of the set; `reps` are those of both limbs."""
    peaks = {(rep.number, rep.side): rep.metrics["peak_n"].value for rep in reps}
    best: dict[Side | None, float] = {}
    for rep in reps:
        if rep.rejected is None:
            best[rep.side] = max(best.get(rep.side, 0.0), peaks[rep.number, rep.side] or 0.0)
    found: list[list[Finding]] = []
    for rep in reps:
        peak, highest = peaks[rep.number, rep.side] or 0.0, best.get(rep.side, 0.0)
        of_rep: list[Finding] = []
        if 0 < peak < 0.8 * highest:
            text = f"The peak is {100 * peak / highest:.0f} % of this limb's best of the set."
            of_rep.append(("SUBMAX", text))
        if peak > 0 and test.contraction is Contraction.ECCENTRIC:
            other = peaks.get((rep.number, rep.side.other)) if rep.side else None
            of_rep.extend(_nordic_findings(rep, peak, other))
        found.append(of_rep)
    return found


def _nordic_findings(rep: RepResult, peak: float, other: float | None) -> Iterator[Finding]:
    share = peak / (peak + max(other, 0.0)) if other is not None else 0.5
    if not 0.3 <= share <= 0.7:
        yield "ONELEG", f"This limb bore {100 * share:.0f} % of the force of both."
    release = rep.metrics["release_rate_n_per_s"].value
    if release is not None and -release < 2 * peak:
        yield "NOBREAK", "No sharp fall after the peak: the peak is a lower bound."


def spread_note(peaks: Sequence[float], side: Side | None) -> QualityNote | None:
    """The best two differ by more than 10 %: another repetition is worth it."""
    best_two = sorted(peaks)[-2:]
    if len(best_two) < 2 or best_two[1] <= 0 or best_two[0] >= 0.9 * best_two[1]:
        return None
    apart = 100 * (1 - best_two[0] / best_two[1])
    text = f"The best two repetitions differ by {apart:.0f} %: one more would make the best surer."
    return QualityNote("SPREAD", text, None, side)


def rate_note(rate_hz: float, test: StrengthTest) -> QualityNote | None:
    """Slower than the test asks for, or than anything short can be seen at."""
    if rate_hz < 0.99 * test.minimum_rate_hz:
        text = f"{rate_hz:.0f} samples a second; this test asks for {test.minimum_rate_hz:.0f}."
        return QualityNote("RATE", text)
    if 0 < rate_hz < 0.99 * LEAST_HZ:
        text = (
            f"{rate_hz:.3g} samples a second: a short peak may lie between two of them, and times "
            f"within an effort are no finer than {1000 / rate_hz:.0f} ms."
        )
        return QualityNote("RATE", text)
    return None


def short_notes(
    efforts: Sequence[RepEvent], best_n: float, resting_n: float, test: StrengthTest
) -> list[QualityNote]:
    """Efforts too short to be repetitions, but as strong as one; less is setting the limb down."""
    return [
        QualityNote(
            "SHORT",
            f"An effort at {effort.start_s:.1f} s lasted {effort.end_s - effort.start_s:.2f} s, "
            f"less than the {test.rep_rule.minimum_s:g} s of a repetition: it is not counted. Draw "
            "its bounds where it was one.",
        )
        for effort in efforts
        if max(effort.peaks) - resting_n >= max(SHORT_SHARE * best_n, 2 * test.rep_rule.on_n)
    ]


def load_note(resting_n: float, test: StrengthTest) -> QualityNote | None:
    """The recording began under load, which was taken for rest."""
    if abs(resting_n) < test.rep_rule.on_n:
        return None
    return QualityNote("LOADED", f"The recording begins under {resting_n:.0f} N, taken for rest.")


def reversed_note(lowest_n: float, resting_n: float, test: StrengthTest) -> QualityNote | None:
    """Nothing was found, because the force went the other way."""
    if lowest_n > min(resting_n, 0.0) - test.rep_rule.on_n:
        return None
    text = (
        f"No effort was found, and the force falls to {lowest_n:.0f} N: the sensor is loaded the "
        "wrong way round. Turn it, or its sign."
    )
    return QualityNote("REVERSED", text)


def zero_note(shift_n: float | None, best_n: float, side: Side | None) -> QualityNote | None:
    """The cell rests elsewhere after the last effort than before the first."""
    if shift_n is None or abs(shift_n) <= resting_limit(best_n):
        return None
    way = "more" if shift_n > 0 else "less"
    text = (
        f"At rest the sensor shows {abs(shift_n):.0f} N {way} after the last effort than before "
        "the first: its zero has moved, or the limb rests otherwise. Take the zero again."
    )
    return QualityNote("ZERO", text, None, side)


def missing_field_notes(
    reps: Sequence[RepResult], test: StrengthTest, options: AnalysisOptions
) -> list[QualityNote]:
    """What the test asks for and nobody has entered."""
    labels = {
        "lever_m": (options.lever_m, "No lever was given, so no torque was computed."),
        "body_mass_kg": (options.body_mass_kg, "No body mass was given, so nothing is per kg."),
        "gravity_n": (options.gravity_n, "No limb weight was given: not corrected for gravity."),
    }
    missing = [labels[field][1] for field in test.required_fields if labels[field][0] is None]
    return [QualityNote("FIELD", text) for text in missing if reps]


def _sensor_findings(limb: LimbRep, curve: Curve, options: AnalysisOptions) -> Iterator[Finding]:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    clipped = any(part.start_s <= end and part.end_s >= start for part in curve.saturated)
    highest = abs(limb.peak_n + limb.level.value_n)
    if clipped or (options.capacity_n is not None and highest >= 0.98 * options.capacity_n):
        yield "SAT", "The load cell reached its limit: the peak is a lower bound."
    if limb.is_invalid:
        yield "GAP", f"{limb.gap_s:.2f} s of samples are missing: the repetition is not counted."
    elif limb.is_broken:
        yield "GAP", f"{1000 * limb.gap_s:.0f} ms of samples are missing: no early force."
    if limb.still_s:
        seen = f"This cell stood still for {limb.still_s:.1f} s while the other moved"
        yield "STUCK", f"{seen}: the repetition is not counted. Check its cable."
    apart = reading_apart(limb.net, start, end)
    if apart:
        seen = f"One reading lies {apart:.0f} N beyond its neighbours, which no limb does"
        yield "SPIKE", f"{seen}: where it is the peak, leave the repetition out."
    if limb.is_cut:
        yield "CUT", "The recording ends inside this repetition."


def _start_findings(limb: LimbRep) -> Iterator[Finding]:
    if limb.peak_n <= 0 and limb.level.is_given:
        seen = f"The limb weight given, {limb.level.value_n:.0f} N, is more than the highest force"
        yield "GRAVITY", f"{seen}: nothing is left of the effort. Check it, and its sign."
    if limb.baseline is None:
        yield "NOZERO", "No quiet half second before the effort: its start is not known."
        return
    if limb.pretension_n > 0:
        yield "PRETENS", f"{limb.pretension_n:.0f} N of pre-tension before the effort."
    if limb.onset is not None and limb.onset.has_countermovement:
        yield "CMJ", "The force dips before it rises: a counter-movement."
    complaint = baseline_complaint(limb.baseline, limb.peak_n)
    if complaint is not None:
        yield "BASELINE", f"{complaint[0].upper()}{complaint[1:]}."


def _shape_findings(limb: LimbRep, test: StrengthTest) -> Iterator[Finding]:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    if end - start < test.rep_rule.minimum_s and limb.bounds.rule == "manual":
        yield "SHORT", f"{end - start:.1f} s is shorter than {test.rep_rule.minimum_s:g} s."
    span = limb.net.between(start, end)
    t, f = limb.net.t[span], limb.net.f[span]
    high = np.flatnonzero(f > 0.9 * limb.peak_n)
    if not len(high):
        return
    first, last = int(high[0]), int(high[-1])
    if f[first : last + 1].min() < 0.7 * limb.peak_n:
        yield "DOUBLE", "Two peaks with a valley under 70 % between them."
    if test.contraction is Contraction.BREAK:
        yield from _plateau_finding(limb)
    if test.contraction is Contraction.ISOMETRIC_MAKE:
        hold = float(t[last] - t[first])
        is_late = limb.peak_s >= t[last] - 0.1 * hold and hold > 0.5
        if is_late and _slope_before(limb, 0.5) > 0.05 * limb.peak_n:
            yield "LATE", "The force was still rising at the end of the hold: not maximal yet."


def _plateau_finding(limb: LimbRep) -> Iterator[Finding]:
    """A limb that is overcome holds first: force over half of the peak for a second before it."""
    before = limb.net.between(limb.bounds.start_s, limb.peak_s)
    weak = np.flatnonzero(limb.net.f[before] < 0.5 * limb.peak_n)
    since = float(limb.net.t[before][weak[-1]]) if len(weak) else limb.bounds.start_s
    if limb.peak_s - since < PLATEAU_S:
        yield "NOPLATEAU", f"Held for {limb.peak_s - since:.1f} s before it was overcome."


def _slope_before(limb: LimbRep, width: float) -> float:
    """Least-squares slope over the `width` seconds that end at the peak, N/s."""
    span = limb.net.between(max(limb.peak_s - width, limb.bounds.start_s), limb.peak_s)
    t = limb.net.t[span]
    t = t - mean(t) if len(t) else t
    return float((t * limb.net.f[span]).sum() / (t * t).sum()) if len(t) > 1 else 0.0
