"""All numbers of one limb in one repetition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from data.analysis import rfd
from data.analysis.impulse import impulse, release_rate
from data.analysis.metrics import MetricTable
from data.analysis.onset import Baseline, Onset, find_offset
from data.analysis.peaks import hold_span, trailing_mean, window_peak
from data.analysis.trace import Trace
from data.analysis.types import AnalysisOptions, Metric, RepBounds, Side
from data.clinical.tests import Contraction, StrengthTest

NET = "net of baseline_n"
PEAK_WIDTHS_MS = {"50ms": 50, "100ms": 100, "500ms": 500, "1s": 1000}


@dataclass(frozen=True, slots=True)
class Level:
    """The resting force that net numbers stand on, and where it comes from."""

    value_n: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class LimbRep:
    """What is known of one limb in one repetition before its numbers are made.

    `net` is the force less `level`, over the repetition and a little around it. `gap_s` is the
    longest stretch without samples inside, `is_broken` whether any is over 2.5 sample periods.
    """

    number: int
    side: Side | None
    bounds: RepBounds
    is_cut: bool
    net: Trace
    level: Level
    baseline: Baseline | None
    onset: Onset | None
    peak_n: float
    peak_s: float
    pretension_n: float
    gap_s: float
    is_broken: bool
    is_invalid: bool


def measure(
    limb: LimbRep, test: StrengthTest, options: AnalysisOptions, rate_hz: float
) -> dict[str, Metric]:
    """Every metric of the repetition by key, refused ones with their reason."""
    invalid = f"gap of {limb.gap_s:.2f} s inside the repetition" if limb.is_invalid else None
    table = MetricTable(invalid)
    _add_peaks(table, limb, test)
    _add_whole(table, limb, test)
    _add_times(table, limb)
    _add_early(table, limb, options, rate_hz)
    _add_body(table, limb, test, options)
    return table.metrics


def early_refusal(limb: LimbRep) -> str | None:
    """Why nothing that is counted from the onset can be given; None if it can."""
    if limb.is_broken:
        return "gap inside the repetition"
    if limb.onset is None:
        return (
            "no quiet baseline before the repetition" if limb.baseline is None else "no rise found"
        )
    return None


def rfd_refusal(limb: LimbRep) -> str | None:
    """Which quality gate (`gates.v1`) forbids the rate of force development; None if all pass."""
    if limb.onset is None or limb.baseline is None:
        return early_refusal(limb)
    if limb.onset.has_countermovement:
        return "counter-movement before the effort"
    if limb.pretension_n > 0:
        return f"pre-tension of {limb.pretension_n:.0f} N before the effort"
    return baseline_complaint(limb.baseline, limb.peak_n) or (
        "onset not found inside the search window" if limb.onset.is_at_floor else None
    )


def baseline_complaint(baseline: Baseline, peak_n: float) -> str | None:
    """What is wrong with the baseline for early-force numbers; None if it is quiet and level."""
    if baseline.sd_n > min(5.0, 0.01 * peak_n):
        return f"baseline noise of {baseline.sd_n:.1f} N (SD) is too high for RFD"
    if abs(baseline.slope_n_per_s) > 10.0:
        return f"baseline drifts by {baseline.slope_n_per_s:.0f} N/s"
    return None


def _add_peaks(table: MetricTable, limb: LimbRep, test: StrengthTest) -> None:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    table.put("peak_n", limb.peak_n, f"peak.raw.v1({NET})")
    gross = limb.peak_n + limb.level.value_n
    table.put("peak_gross_n", gross, "peak.raw.v1(gross: only the host's zero removed)")
    table.put("baseline_n", limb.level.value_n, limb.level.method)
    isometric = _is_isometric(test)
    for label, width in PEAK_WIDTHS_MS.items():
        key = f"peak_{label}_n"
        if isometric:
            value = window_peak(limb.net, start, end, width / 1000)
            method = f"peak.win.v1({width} ms, best position, {NET})"
            table.put(key, value, method, _too_short(value, width))
        else:
            value = trailing_mean(limb.net, limb.peak_s, width / 1000)
            method = f"peak.trailing.v1({width} ms that end at the peak, {NET})"
            held = None if width <= 100 else f"a mean over {width} ms is for isometric holds only"
            table.put(key, value, method, held, _too_short(value, width))
    short = table.metrics["peak_50ms_n"]
    spike = None
    if short.value is not None and limb.peak_n > 0:
        spike = 100 * (limb.peak_n - short.value) / limb.peak_n
    table.put("peak_gap_percent", spike, f"peak.gap.v1({short.method})", short.reason)


def _add_whole(table: MetricTable, limb: LimbRep, test: StrengthTest) -> None:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    area = impulse(limb.net, start, end)
    cut = "the recording ends inside the repetition" if limb.is_cut else None
    span = f"{limb.bounds.rule}, {NET}"
    table.put("impulse_ns", area, f"impulse.rep.v1({span})", cut)
    table.put("mean_n", area / (end - start), f"mean.rep.v1({span})", cut)
    held = None if _is_isometric(test) else "a hold is for isometric tests only"
    hold = hold_span(limb.net, start, end, 0.9)
    length = hold[1] - hold[0] if hold else None
    mean = impulse(limb.net, *hold) / length if hold and length else None
    table.put("mean_hold_n", mean, f"mean.hold.v1(first to last over 90 % of peak, {NET})", held)
    table.put("hold_s", length, "hold.v1(first to last over 90 % of peak)", held)
    table.put(
        "release_rate_n_per_s",
        release_rate(limb.net, limb.peak_s, end),
        "release.v1(steepest 50 ms after the peak, trailing)",
        cut,
    )


def _add_times(table: MetricTable, limb: LimbRep) -> None:
    end = limb.bounds.end_s
    cut = "the recording ends inside the repetition" if limb.is_cut else None
    table.put("duration_s", end - limb.bounds.start_s, f"duration.v1({limb.bounds.rule})", cut)
    onset = limb.onset
    missing = early_refusal(limb) if onset is None else None
    rule = onset.rule if onset else "no onset"
    wait = limb.peak_s - onset.at_s if onset else None
    table.put("time_to_peak_s", wait, f"ttp.v1({rule} to the first highest sample)", missing)
    offset = None
    if onset and limb.baseline:
        shifted = _shift(limb.baseline, limb.level.value_n)
        offset = find_offset(limb.net, shifted, limb.peak_s, float(limb.net.t[-1]))
    length = offset - onset.at_s if onset and offset is not None else None
    stays_up = "the force does not stay low for 100 ms after the peak" if length is None else None
    table.put("contraction_s", length, f"contraction.v1({rule} to offset.v1)", missing, stays_up)
    doubt = onset.uncertainty_s if onset else None
    by_hand = "the start was set by hand" if onset and doubt is None else None
    table.put("onset_uncertainty_s", doubt, "onset.uncertainty.v1(1 SD to 5 SD)", missing, by_hand)


def _add_early(table: MetricTable, limb: LimbRep, options: AnalysisOptions, rate_hz: float) -> None:
    at = limb.onset.at_s if limb.onset else 0.0
    rule = limb.onset.rule if limb.onset else "no onset"
    basic = early_refusal(limb)
    filtered = None if options.allows_rfd else "this device filters its samples"
    gate = filtered or rfd_refusal(limb)
    label = rfd.rate_label(rate_hz)
    for ms in rfd.WINDOWS_MS:
        width = ms / 1000
        late = "the repetition is shorter" if at + width > limb.bounds.end_s else None
        refusal = basic or late
        slow = rfd.rate_refusal(f"force at {ms} ms", ms, rate_hz)
        slow_rfd = rfd.rate_refusal(f"RFD 0-{ms} ms", ms, rate_hz)
        inside = f"{ms} ms, {rule}, {NET}{label}"
        table.put(
            f"force_at_{ms}ms_n",
            _unless(refusal, limb.net.at, at + width),
            f"force.at.v1({inside})",
            refusal,
            filtered,
            slow,
        )
        table.put(
            f"impulse_{ms}ms_ns",
            _unless(refusal, limb.net.integral, at, at + width),
            f"impulse.win.v1(0-{inside})",
            refusal,
        )
        table.put(
            f"rfd_0_{ms}_n_per_s",
            _unless(refusal, rfd.window_rfd, limb.net, at, width),
            f"rfd.win.v1(0-{ms} ms, {rule}{label})",
            refusal,
            gate,
            slow_rfd,
        )
    table.put(
        "rfd_peak_20ms_n_per_s",
        _unless(basic, rfd.peak_rfd, limb.net, at, limb.peak_s),
        f"rfd.peak.v1(20 ms, {rule} to peak{label})",
        basic,
        gate,
        rfd.rate_refusal("peak RFD over 20 ms", 100, rate_hz),
    )
    table.put(
        "rfd_20_80_n_per_s",
        _unless(basic, rfd.slope_20_80, limb.net, at, limb.peak_s, limb.peak_n),
        f"rfd.2080.v1(20 to 80 % of peak{label})",
        basic,
        gate,
    )


def _add_body(
    table: MetricTable, limb: LimbRep, test: StrengthTest, options: AnalysisOptions
) -> None:
    force, lever, mass = limb.peak_n, options.lever_m, options.body_mass_kg
    no_lever = "no lever given" if lever is None else None
    no_mass = "no body mass given" if mass is None else None
    arm = "lever" if lever is None else f"lever {lever:g} m"
    body = "body mass" if mass is None else f"{mass:g} kg"
    torque = force * lever if lever is not None else None
    per_kg = force / mass if mass is not None else None
    torque_per_kg = torque / mass if torque is not None and mass is not None else None
    allometric = force / mass**0.67 if mass is not None else None
    table.put("torque_nm", torque, f"torque.v1(peak_n · {arm})", no_lever)
    table.put("per_kg_n_kg", per_kg, f"rel.mass.v1(peak_n / {body})", no_mass)
    table.put(
        "torque_per_kg_nm_kg", torque_per_kg, f"rel.mass.v1(torque_nm / {body})", no_lever, no_mass
    )
    table.put("allometric_n_kg067", allometric, f"allo.v1(peak_n / ({body})^0.67)", no_mass)
    if "nordic_expected_n" in test.metrics:
        _add_nordic(table, force, mass, no_mass)


def _add_nordic(table: MetricTable, force: float, mass: float | None, no_mass: str | None) -> None:
    method = "nord.bm.v1(4·body mass + 26.1 N; Buchheit 2016; ±22 % is noise)"
    expected = 4 * mass + 26.1 if mass is not None else None
    difference = force - expected if expected is not None else None
    table.put("nordic_expected_n", expected, method, no_mass)
    table.put("nordic_expected_difference_n", difference, method, no_mass)
    percent = 100 * difference / expected if difference is not None and expected else None
    table.put("nordic_expected_difference_percent", percent, method, no_mass)


def _is_isometric(test: StrengthTest) -> bool:
    return test.contraction is Contraction.ISOMETRIC_MAKE


def _too_short(value: float | None, width_ms: int) -> str | None:
    return f"the repetition is shorter than {width_ms} ms" if value is None else None


def _shift(baseline: Baseline, level: float) -> Baseline:
    return Baseline(
        baseline.start_s,
        baseline.end_s,
        baseline.mean_n - level,
        baseline.sd_n,
        baseline.slope_n_per_s,
    )


def _unless(
    refusal: str | None, make: Callable[..., float | None], *values: object
) -> float | None:
    return make(*values) if refusal is None else None
