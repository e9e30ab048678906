"""All numbers of one limb in one repetition."""

from __future__ import annotations

from data.analysis import early, hold, nordic
from data.analysis.body import add_body
from data.analysis.impulse import impulse, release_rate
from data.analysis.limb import NET, LimbRep, early_refusal
from data.analysis.metrics import MetricTable
from data.analysis.onset import Baseline, find_offset
from data.analysis.peaks import trailing_mean, window_peaks
from data.analysis.types import AnalysisOptions, Metric
from data.clinical.tests import Contraction, StrengthTest

PEAK_WIDTHS_MS = {"50ms": 50, "100ms": 100, "500ms": 500, "1s": 1000}
CUT = "the recording ends inside the repetition"


def measure(
    limb: LimbRep,
    test: StrengthTest,
    options: AnalysisOptions,
    rate_hz: float,
    knee: nordic.KneeAngle | None = None,
) -> dict[str, Metric]:
    """Every metric of the repetition by key, refused ones with their reason."""
    table = MetricTable(limb.invalid)
    is_isometric = test.contraction is Contraction.ISOMETRIC_MAKE
    _add_peaks(table, limb, is_isometric=is_isometric)
    _add_whole(table, limb, options)
    hold.add_hold(table, limb, options, is_isometric=is_isometric)
    _add_times(table, limb, options)
    early.add_early(table, limb, options, rate_hz)
    add_body(table, limb, test, options)
    if not is_isometric:
        nordic.add_break(table, limb, knee)
    return table.metrics


def _add_peaks(table: MetricTable, limb: LimbRep, *, is_isometric: bool) -> None:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    table.put("peak_n", limb.peak_n, f"peak.raw.v1({NET})")
    gross = limb.peak_n + limb.level.value_n
    table.put("peak_gross_n", gross, "peak.raw.v1(gross: only the host's zero removed)")
    table.put("baseline_n", limb.level.value_n, limb.level.method)
    if is_isometric:
        means = window_peaks(limb.net, start, end, [w / 1000 for w in PEAK_WIDTHS_MS.values()])
        for (label, width), mean in zip(PEAK_WIDTHS_MS.items(), means, strict=True):
            method = f"peak.win.v1({width} ms, best position, {NET})"
            table.put(f"peak_{label}_n", mean, method, _too_short(mean, width))
    else:
        for label, width in PEAK_WIDTHS_MS.items():
            mean = trailing_mean(limb.net, limb.peak_s, width / 1000)
            method = f"peak.trailing.v1({width} ms that end at the peak, {NET})"
            held = None if width <= 100 else f"a mean over {width} ms is for isometric holds only"
            table.put(f"peak_{label}_n", mean, method, held or _too_short(mean, width))
    short = table.metrics["peak_50ms_n"]
    spike = None
    if short.value is not None and limb.peak_n > 0:
        spike = 100 * (limb.peak_n - short.value) / limb.peak_n
    table.put("peak_gap_percent", spike, f"peak.gap.v1({short.method})", short.reason)


def _add_whole(table: MetricTable, limb: LimbRep, options: AnalysisOptions) -> None:
    start, end = limb.bounds.start_s, limb.bounds.end_s
    area = impulse(limb.net, start, end)
    cut = CUT if limb.is_cut else None
    span = f"{limb.bounds.rule}, {NET}"
    table.put("impulse_ns", area, f"impulse.rep.v1({span})", cut)
    table.put("mean_n", area / (end - start), f"mean.rep.v1({span})", cut)
    table.put(
        "release_rate_n_per_s",
        release_rate(limb.net, limb.peak_s, end),
        "release.v1(steepest 50 ms after the peak, trailing)",
        options.timing_refused or cut,
    )


def _add_times(table: MetricTable, limb: LimbRep, options: AnalysisOptions) -> None:
    coarse = options.timing_refused
    cut = coarse or (CUT if limb.is_cut else None)
    length = limb.bounds.end_s - limb.bounds.start_s
    table.put("duration_s", length, f"duration.v1({limb.bounds.rule})", cut)
    onset = limb.onset
    missing = coarse or (early_refusal(limb) if onset is None else None)
    rule = onset.rule if onset else "no onset"
    wait = limb.peak_s - onset.at_s if onset else None
    table.put("time_to_peak_s", wait, f"ttp.v1({rule} to the first highest sample)", missing)
    high = early.time_to_share(limb, onset.at_s, 0.9) if onset else None
    table.put("time_to_90_percent_s", high, f"tt90.v1({rule} to 90 % of peak)", missing)
    offset = None
    if onset and limb.baseline:
        shifted = _shift(limb.baseline, limb.level.value_n)
        offset = find_offset(limb.net, shifted, limb.peak_s, float(limb.net.t[-1]))
    length = offset - onset.at_s if onset and offset is not None else None
    stays_up = "the force does not stay low for 100 ms after the peak" if length is None else None
    table.put("contraction_s", length, f"contraction.v1({rule} to offset.v1)", missing or stays_up)
    doubt = onset.uncertainty_s if onset else None
    by_hand = "the start was set by hand" if onset and doubt is None else None
    table.put(
        "onset_uncertainty_s", doubt, "onset.uncertainty.v1(1 SD to 5 SD)", missing or by_hand
    )
    if onset and onset.is_by_hand:
        found = limb.automatic
        missing = "no onset was found" if found is None else None
        at = found.at_s if found else None
        rule = found.rule if found else options.onset_rule.said(options.onset_level)
        table.put("onset_automatic_s", at, rule, missing)


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
