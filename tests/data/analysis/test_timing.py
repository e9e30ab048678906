"""Times as they come: uneven, from a clock that runs fast, with packets lost."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from data.analysis.types import MissingStretch, Side
from tests.data.analysis.curves import (
    NORDIC,
    curve,
    exponential,
    nordic,
    one_rep,
    only_rep,
    raised_cosine,
    refusal,
    run,
    times,
    trapezoid,
    value,
)

EXACT = 1e-9


def _chronojump_times(duration: float) -> np.ndarray:
    """First intervals of a recorded file, then about 11.43 ms: irregular, in microseconds."""
    steps = [1044, 2660, 11444, *([11428, 11436] * int(duration * 50))]
    t = np.cumsum([0, *steps]) / 1e6
    return t[t <= duration]


def test_irregular_times_give_the_numbers_of_regular_ones() -> None:
    t = _chronojump_times(6.0)
    rep = only_rep(run(curve(t, trapezoid(t - 1))))
    assert value(rep, "peak_n") == pytest.approx(300.0, rel=EXACT)
    assert value(rep, "impulse_ns") == pytest.approx(990.0, rel=1e-3)
    assert value(rep, "rfd_0_200_n_per_s") == pytest.approx(1000.0, rel=0.03)
    assert "low sampling rate" in rep.metrics["rfd_0_200_n_per_s"].method
    assert "too low for RFD 0-50 ms" in refusal(rep.metrics["rfd_0_50_n_per_s"])


def test_a_clock_100_ppm_fast_changes_nothing_beyond_100_ppm() -> None:
    recorded = one_rep(raised_cosine)
    plain = only_rep(run(recorded))
    fast = only_rep(run(replace(recorded, t=recorded.t * 1.0001)))
    for key in ("peak_n", "impulse_ns", "rfd_0_100_n_per_s", "time_to_peak_s"):
        assert value(fast, key) == pytest.approx(value(plain, key), rel=2e-4)


def test_a_lost_packet_forbids_early_force_and_keeps_the_peak() -> None:
    recorded = one_rep(trapezoid)
    kept = (recorded.t < 1.10) | (recorded.t > 1.15)
    rep = only_rep(run(replace(recorded, t=recorded.t[kept], force=recorded.force[kept])))
    assert value(rep, "peak_n") == pytest.approx(300.0)
    for key in ("rfd_0_200_n_per_s", "force_at_200ms_n", "rfd_peak_20ms_n_per_s"):
        assert refusal(rep.metrics[key]) == "gap inside the repetition"
    assert "GAP" in rep.codes


def test_a_gap_over_100_ms_takes_the_repetition_out() -> None:
    t = times(12.0)
    force = trapezoid(t - 1) + 0.9 * trapezoid(t - 7)
    kept = (t < 2.0) | (t > 2.15)
    analysis = run(curve(t[kept], force[kept]))
    first, second = analysis.reps
    assert all(metric.value is None for metric in first.metrics.values())
    assert "gap of 0.15 s" in refusal(first.metrics["peak_n"])
    assert "GAP" in first.codes
    assert value(second, "peak_n") == pytest.approx(270.0)
    assert analysis.summary[Side.LEFT]["best_n"].value == pytest.approx(270.0)


def test_a_gap_that_the_device_reports_counts_even_where_samples_look_whole() -> None:
    recorded = replace(one_rep(trapezoid), gaps=(MissingStretch(2.0, 2.2, "overrun"),))
    assert "GAP" in only_rep(run(recorded)).codes


# Errors at 87.5 Hz: clinical_science table 1.1, RFD 0-200 of the abrupt curve -1.4 %, impulse and
# smooth curve none, Nordic peak -0.5 %. The onset falls between two samples: as much again.
def test_uneven_times_are_off_by_no_more_than_the_table_of_rates_says() -> None:
    t = _chronojump_times(6.0)
    abrupt = only_rep(run(curve(t, exponential(t - 1))))
    for ms in (200, 250):
        w = ms / 1000
        force = 400 * (1 - math.exp(-w / 0.1))
        area = 400 * (w - 0.1 * (1 - math.exp(-w / 0.1)))
        assert value(abrupt, f"rfd_0_{ms}_n_per_s") == pytest.approx(force / w, rel=0.028)
        assert value(abrupt, f"impulse_{ms}ms_ns") == pytest.approx(area, rel=0.05)
    smooth = only_rep(run(curve(t, raised_cosine(t - 1))))
    assert value(smooth, "rfd_0_200_n_per_s") == pytest.approx(1250, rel=0.05)
    assert value(smooth, "peak_n") == pytest.approx(500, rel=EXACT)
    curl = only_rep(run(curve(t, nordic(t - 1), nordic(t - 1)), NORDIC))
    assert value(curl, "peak_n") == pytest.approx(350, rel=0.01)
    assert value(curl, "impulse_ns") == pytest.approx(367.5, rel=0.005)


@pytest.mark.parametrize("at_s", [1.02, 1.15, 2.5, 4.4])
def test_one_lost_packet_anywhere_in_a_repetition_forbids_early_force(at_s: float) -> None:
    recorded = one_rep(trapezoid)
    # a packet of 12 samples at 1000 Hz
    kept = (recorded.t < at_s) | (recorded.t >= at_s + 0.012)
    rep = only_rep(run(replace(recorded, t=recorded.t[kept], force=recorded.force[kept])))
    for ms in (50, 100, 150, 200, 250):
        assert rep.metrics[f"rfd_0_{ms}_n_per_s"].value is None
        assert rep.metrics[f"force_at_{ms}ms_n"].value is None
    assert value(rep, "peak_n") == pytest.approx(300)
    assert value(rep, "impulse_ns") == pytest.approx(990, rel=1e-3)
    assert "GAP" in rep.codes
