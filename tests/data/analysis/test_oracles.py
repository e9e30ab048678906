"""Curves with a closed form: every expected value is derived here, none is read from the code."""

from __future__ import annotations

import math

import numpy as np
import pytest

from data.analysis.types import AnalysisOptions, OnsetRule, Side
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    Shape,
    curve,
    exponential,
    half_sines,
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

WINDOWS_MS = (50, 100, 150, 200, 250)
EXACT = 1e-9


def test_a_trapezoid_gives_its_closed_form() -> None:
    rep = only_rep(run(one_rep(trapezoid)))
    # 300 N/0.3 s; area of a trapezoid with sides 3.0 s and 3.6 s
    slope, area = 300 / 0.3, 300 * (3.0 + 3.6) / 2
    expected = {
        "peak_n": 300.0,
        "peak_50ms_n": 300.0,
        "peak_1s_n": 300.0,
        "impulse_ns": area,
        "duration_s": 3.6,
        "mean_n": area / 3.6,
        "time_to_peak_s": 0.3,
        "release_rate_n_per_s": -slope,
        "rfd_peak_20ms_n_per_s": slope,
        "rfd_20_80_n_per_s": slope,
    }
    for ms in WINDOWS_MS:
        w = ms / 1000
        expected[f"rfd_0_{ms}_n_per_s"] = slope
        expected[f"force_at_{ms}ms_n"] = slope * w
        expected[f"impulse_{ms}ms_ns"] = slope * w * w / 2
    for key, number in expected.items():
        assert value(rep, key) == pytest.approx(number, rel=EXACT), key
    assert rep.codes == ()


# Worst relative error of linear interpolation and onset at each rate, clinical_science table 1.1:
# RFD 0-50 to 0-250 of the abrupt curve, with a margin for the onset rule on noise-free data.
@pytest.mark.parametrize(("rate_hz", "tolerance"), [(1000, 0.007), (500, 0.013)])
def test_an_abrupt_rise_gives_its_closed_form_within_the_sampling_error(
    rate_hz: float, tolerance: float
) -> None:
    rep = only_rep(run(one_rep(exponential, rate_hz)))
    for ms in WINDOWS_MS:
        w = ms / 1000
        force = 400 * (1 - math.exp(-w / 0.1))
        area = 400 * (w - 0.1 * (1 - math.exp(-w / 0.1)))
        assert value(rep, f"force_at_{ms}ms_n") == pytest.approx(force, rel=tolerance)
        assert value(rep, f"rfd_0_{ms}_n_per_s") == pytest.approx(force / w, rel=tolerance)
        assert value(rep, f"impulse_{ms}ms_ns") == pytest.approx(area, rel=tolerance)
    steepest = 400 * (1 - math.exp(-0.2)) / 0.02
    assert value(rep, "rfd_peak_20ms_n_per_s") == pytest.approx(steepest, rel=tolerance)


def test_a_smooth_rise_gives_its_closed_form() -> None:
    rep = only_rep(run(one_rep(raised_cosine)))
    for ms in WINDOWS_MS:
        w = ms / 1000
        force = 250 * (1 - math.cos(math.pi * w / 0.4))
        area = 250 * (w - 0.4 / math.pi * math.sin(math.pi * w / 0.4))
        assert value(rep, f"force_at_{ms}ms_n") == pytest.approx(force, rel=1e-3)
        assert value(rep, f"rfd_0_{ms}_n_per_s") == pytest.approx(force / w, rel=1e-3)
        assert value(rep, f"impulse_{ms}ms_ns") == pytest.approx(area, rel=2e-3)
    # central slope of the cosine over 20 ms, at its middle
    steepest = 500 * math.sin(math.pi * 0.01 / 0.4) / 0.02
    assert value(rep, "rfd_peak_20ms_n_per_s") == pytest.approx(steepest, rel=1e-5)


def test_six_half_sines_give_their_areas_means_and_fatigue() -> None:
    t = times(32.0)
    analysis = run(curve(t, half_sines(t - 1.5)))
    amplitudes = [300.0, 290.0, 280.0, 270.0, 260.0, 250.0]
    assert [rep.number for rep in analysis.reps] == [1, 2, 3, 4, 5, 6]
    for rep, amplitude in zip(analysis.reps, amplitudes, strict=True):
        assert value(rep, "peak_n") == pytest.approx(amplitude, rel=EXACT)
        assert value(rep, "impulse_ns") == pytest.approx(2 * amplitude * 2 / math.pi, rel=1e-6)
        assert value(rep, "mean_n") == pytest.approx(2 * amplitude / math.pi, rel=1e-6)
        for key, w in (("peak_500ms_n", 0.5), ("peak_1s_n", 1.0)):
            angle = math.pi * w / 4
            mean = amplitude * math.sin(angle) / angle
            assert value(rep, key) == pytest.approx(mean, rel=1e-6)
    summary = {key: metric.value for key, metric in analysis.summary[Side.LEFT].items()}
    mean = sum(amplitudes) / 6
    sd = math.sqrt(sum((a - mean) ** 2 for a in amplitudes) / 5)
    for key, number in {
        "best_n": 300.0,
        "mean_n": mean,
        "sd_n": sd,
        "cv_percent": 100 * sd / mean,
        "best_two_apart_percent": 100 * 10 / 300,
        "mean_best_2_n": 295.0,
        "mean_best_3_n": 290.0,
        "fatigue_first_last_percent": 100 * 50 / 300,
        "fatigue_best_last_percent": 100 * 50 / 300,
        "fatigue_3v3_percent": 100 * (290 - 260) / 290,
        "decrement_percent": 100 * (1 - 1650 / 1800),
        "slope_n_per_rep": -10.0,
        "slope_percent_per_rep": -1000 / 275,
    }.items():
        assert summary[key] == pytest.approx(number, rel=1e-8), key


def test_a_nordic_repetition_gives_its_closed_form_on_both_limbs() -> None:
    t = times(6.0)
    analysis = run(curve(t, nordic(t - 1), 0.8 * nordic(t - 1)), NORDIC)
    for side, share in ((Side.LEFT, 1.0), (Side.RIGHT, 0.8)):
        rep = only_rep(analysis, side)
        assert value(rep, "peak_n") == pytest.approx(350 * share, rel=EXACT)
        # parabola: a third of 350 N over 3 s; triangle: half of 350 N over 0.1 s
        assert value(rep, "impulse_ns") == pytest.approx((350 + 17.5) * share, rel=1e-6)
        assert value(rep, "time_to_peak_s") == pytest.approx(3.0, abs=1e-3)
        assert value(rep, "release_rate_n_per_s") == pytest.approx(-3500 * share, rel=EXACT)
        for key, w in (("peak_50ms_n", 0.05), ("peak_100ms_n", 0.1)):
            mean = 350 * share * (27 - (3 - w) ** 3) / (27 * w)
            assert value(rep, key) == pytest.approx(mean, rel=1e-6)
        assert "isometric" in refusal(rep.metrics["peak_1s_n"])
        assert rep.codes == ()


@pytest.mark.parametrize("rate_hz", [1000, 500, 200, 100, 87.5, 80, 50])
def test_the_nordic_peak_holds_at_every_rate(rate_hz: float) -> None:
    t = times(6.0, rate_hz) + 0.003
    analysis = run(curve(t, nordic(t - 1), nordic(t - 1)), NORDIC)
    # at worst the peak falls between two samples: one spacing before it, of 6 s and 350 N
    assert value(only_rep(analysis), "peak_n") == pytest.approx(350, rel=0.02)


@pytest.mark.parametrize("offset", [12.5, 28.0, -15.0, 88.0])
def test_a_constant_offset_changes_no_net_number(offset: float) -> None:
    plain = only_rep(run(one_rep(trapezoid)))
    t = times(6.0)
    raised = only_rep(run(curve(t, trapezoid(t - 1) + offset)))
    assert value(raised, "peak_gross_n") == pytest.approx(300 + offset, rel=EXACT)
    assert value(raised, "baseline_n") == pytest.approx(offset, rel=EXACT)
    for key, metric in plain.metrics.items():
        if key in {"peak_gross_n", "baseline_n", "onset_uncertainty_s"} or metric.value is None:
            continue
        assert value(raised, key) == pytest.approx(metric.value, rel=1e-7, abs=1e-7), key


def test_a_drift_of_two_newtons_a_second_moves_the_peak_by_what_has_drifted_since_rest() -> None:
    t = times(6.0)
    rep = only_rep(run(curve(t, trapezoid(t - 1) + 2 * t)))
    # rest is the second before the effort, its middle 0.5 s; the highest point is the hold's end
    assert value(rep, "peak_n") == pytest.approx(300 + 2 * (4.3 - 0.5), abs=0.3)
    assert value(rep, "impulse_100ms_ns") == pytest.approx(5.0, abs=0.2)


def test_a_given_limb_weight_replaces_the_resting_level() -> None:
    t = times(6.0)
    rep = only_rep(run(curve(t, trapezoid(t - 1)), HOLD, AnalysisOptions(gravity_n=-28.9)))
    assert value(rep, "peak_n") == pytest.approx(328.9)
    assert "given" in rep.metrics["baseline_n"].method
    assert value(rep, "peak_gross_n") == pytest.approx(300.0)


def test_torque_and_body_mass_numbers_give_their_closed_form() -> None:
    t = times(6.0)
    recorded = curve(t, trapezoid(t - 1) * 310 / 300, trapezoid(t - 1))
    options = AnalysisOptions(body_mass_kg=78, lever_m=0.42)
    analysis = run(recorded, NORDIC, options)
    rep = only_rep(analysis)
    expected = 4 * 78 + 26.1
    for key, number in {
        "torque_nm": 310 * 0.42,
        "torque_per_kg_nm_kg": 310 * 0.42 / 78,
        "per_kg_n_kg": 310 / 78,
        "allometric_n_kg067": 310 / 78**0.67,
        "nordic_expected_n": expected,
        "nordic_expected_difference_n": 310 - expected,
        "nordic_expected_difference_percent": 100 * (310 - expected) / expected,
    }.items():
        assert value(rep, key) == pytest.approx(number, rel=EXACT), key
        assert analysis.summary[Side.LEFT][key].value == pytest.approx(number, rel=EXACT), key
    assert "±22 %" in rep.metrics["nordic_expected_n"].method


def test_without_lever_and_mass_their_numbers_are_refused_with_the_reason() -> None:
    rep = only_rep(run(one_rep(trapezoid)))
    assert refusal(rep.metrics["torque_nm"]) == "no lever given"
    assert refusal(rep.metrics["per_kg_n_kg"]) == "no body mass given"


# Noise: limits of the onset table 1.4 (abrupt 1 kHz 0.5 N: 5 SD +0.6 ms; smooth: 3 SD +15 ms).
def test_noise_lifts_the_raw_peak_and_not_the_half_second_mean() -> None:
    t = times(6.0)
    means: list[float] = []
    peaks: list[float] = []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(0, 1, len(t))
        rep = only_rep(run(curve(t, trapezoid(t - 1) + noise)))
        means.append(value(rep, "peak_500ms_n"))
        peaks.append(value(rep, "peak_n"))
    # expected maximum of about 3000 normal deviates: 3.4 to 3.5 SD (order statistics)
    assert np.mean(peaks) == pytest.approx(303.45, abs=0.3)
    assert np.mean(means) == pytest.approx(300.0, abs=0.3)


@pytest.mark.parametrize(
    ("shape", "earliest_ms", "latest_ms"), [(exponential, -3.0, 3.0), (raised_cosine, 0.0, 20.0)]
)
def test_noise_moves_the_onset_within_the_limits_of_its_rule(
    shape: Shape, earliest_ms: float, latest_ms: float
) -> None:
    t = times(6.0)
    onsets: list[float] = []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(0, 0.5, len(t))
        onset = only_rep(run(curve(t, shape(t - 1) + noise))).onset_s
        assert onset is not None
        onsets.append(1000 * (onset - 1))
    assert earliest_ms < float(np.mean(onsets)) < latest_ms


def test_the_onset_rules_order_themselves_as_their_levels_do() -> None:
    t = times(6.0)
    noise = np.random.default_rng(1).normal(0, 0.5, len(t))
    recorded = curve(t, raised_cosine(t - 1) + noise)
    onsets = [
        only_rep(run(recorded, HOLD, AnalysisOptions(onset_rule=rule))).onset_s
        for rule in (OnsetRule.REVERSE, OnsetRule.FIVE_SD, OnsetRule.FORCE)
    ]
    assert onsets == sorted(onset for onset in onsets if onset is not None)
    # level of 20 N on 250·(1 - cos(pi·x/0.4))
    crossing = 1 + 0.4 / math.pi * math.acos(1 - 20 / 250)
    assert onsets[2] == pytest.approx(crossing, abs=0.002)
