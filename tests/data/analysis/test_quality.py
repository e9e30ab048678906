from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.analysis.types import (
    AnalysisOptions,
    Curve,
    MissingStretch,
    RepBounds,
    Side,
    TrialAnalysis,
)
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    curve,
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


def _codes(analysis: TrialAnalysis) -> set[str]:
    return {note.code for note in analysis.quality}


def _hold(t: np.ndarray, *points: tuple[float, float]) -> Curve:
    return curve(t, np.interp(t, [p[0] for p in points], [p[1] for p in points]))


def test_a_clean_effort_has_no_code_and_every_code_has_a_sentence() -> None:
    assert run(one_rep(trapezoid)).quality == ()
    noted = run(replace(one_rep(trapezoid), saturated=(MissingStretch(2, 2.1, "limit"),)))
    assert [(note.code, note.rep, note.side) for note in noted.quality] == [("SAT", 1, Side.LEFT)]
    assert noted.quality[0].text.endswith(".")


def test_98_percent_of_the_capacity_is_saturated() -> None:
    options = AnalysisOptions(capacity_n=300 / 0.98)
    assert "SAT" in only_rep(run(one_rep(trapezoid), HOLD, options)).codes
    options = AnalysisOptions(capacity_n=320)
    assert "SAT" not in only_rep(run(one_rep(trapezoid), HOLD, options)).codes


def test_an_effort_without_rest_before_it_has_no_zero_and_no_early_force() -> None:
    t = times(5.0)
    rep = only_rep(run(curve(t, trapezoid(t - 0.2))))
    assert "NOZERO" in rep.codes
    assert rep.onset_s is None
    for key in ("time_to_peak_s", "rfd_0_100_n_per_s", "force_at_100ms_n", "impulse_100ms_ns"):
        assert refusal(rep.metrics[key]) == "no quiet baseline before the repetition"
    assert value(rep, "peak_n") == pytest.approx(300.0)
    assert rep.metrics["baseline_n"].method.startswith("rest.none.v1")


def test_an_effort_without_rest_takes_the_resting_level_of_the_others() -> None:
    t = times(16.0)
    force = 12.5 + trapezoid(t - 2) + trapezoid(t - 6.2)
    analysis = run(curve(t, force))
    second = analysis.reps[1]
    assert value(second, "peak_n") == pytest.approx(300.0)


def test_pretension_before_the_effort_is_flagged_and_not_taken_for_rest() -> None:
    t = times(16.0)
    preload = 60 * np.interp(t, [7.8, 8.0, 11, 11.1], [0, 1, 1, 0])
    force = np.maximum(trapezoid(t - 2) + trapezoid(t - 10), preload)
    analysis = run(curve(t, force))
    assert [("PRETENS" in rep.codes) for rep in analysis.reps] == [False, True]
    second = analysis.reps[1]
    assert value(second, "peak_n") == pytest.approx(300.0)
    reason = refusal(second.metrics["rfd_0_100_n_per_s"])
    assert reason == "pre-tension of 60 N before the effort"


def test_pretension_between_the_levels_is_flagged_and_not_taken_for_rest() -> None:
    t = times(26.0)
    preload = 25 * np.interp(t, [14, 14.2, 21, 21.1], [0, 1, 1, 0])
    force = np.maximum(trapezoid(t - 2) + trapezoid(t - 10) + trapezoid(t - 20), preload)
    analysis = run(curve(t, force))
    assert [("PRETENS" in rep.codes) for rep in analysis.reps] == [False, False, True]
    third = analysis.reps[2]
    assert value(third, "peak_n") == pytest.approx(300.0)
    assert third.metrics["baseline_n"].method.startswith("rest.lowest.v1")


def test_a_countermovement_forbids_rfd_and_keeps_the_peak() -> None:
    t = times(7.0)
    points = [(0.0, 50.0), (2.0, 50.0), (2.1, 20.0), (2.2, 50.0), (2.5, 350.0), (5.5, 350.0)]
    rep = only_rep(run(_hold(t, *points, (5.8, 50.0))))
    assert "CMJ" in rep.codes
    assert refusal(rep.metrics["rfd_0_100_n_per_s"]) == "counter-movement before the effort"
    assert value(rep, "peak_n") == pytest.approx(300.0)


def test_a_noisy_baseline_forbids_rfd() -> None:
    t = times(7.0)
    noise = np.random.default_rng(0).normal(0, 4, len(t))
    rep = only_rep(run(curve(t, trapezoid(t - 2) + noise)))
    assert "BASELINE" in rep.codes
    assert "is too high for RFD" in refusal(rep.metrics["rfd_0_100_n_per_s"])
    assert rep.metrics["force_at_100ms_n"].value is not None


def test_a_drifting_baseline_forbids_rfd() -> None:
    t = times(7.0)
    rep = only_rep(run(curve(t, trapezoid(t - 2) * 3 + 12 * np.minimum(t, 2))))
    assert "drifts by 12 N/s" in refusal(rep.metrics["rfd_0_100_n_per_s"])


def test_two_peaks_with_a_valley_are_double() -> None:
    t = times(8.0)
    points = [(1.0, 0.0), (1.5, 300.0), (3.0, 300.0), (3.2, 150.0), (3.4, 300.0), (5.0, 300.0)]
    assert "DOUBLE" in only_rep(run(_hold(t, *points, (5.1, 0.0)))).codes
    shallow = [(x, max(f, 240.0) if 3.0 < x < 3.4 else f) for x, f in points]
    assert "DOUBLE" not in only_rep(run(_hold(t, *shallow, (5.1, 0.0)))).codes


def test_a_hold_that_still_rises_at_its_end_is_late() -> None:
    t = times(8.0)
    rising = _hold(t, (1.0, 0.0), (1.5, 250.0), (5.0, 400.0), (5.1, 0.0))
    assert "LATE" in only_rep(run(rising)).codes
    creeping = _hold(t, (1.0, 0.0), (1.5, 250.0), (5.0, 260.0), (5.1, 0.0))
    assert "LATE" not in only_rep(run(creeping)).codes


def test_less_than_80_percent_of_the_best_is_submaximal() -> None:
    t = times(26.0)
    analysis = run(curve(t, trapezoid(t - 2) + 0.79 * trapezoid(t - 10) + 0.81 * trapezoid(t - 18)))
    assert ["SUBMAX" in rep.codes for rep in analysis.reps] == [False, True, False]


def test_best_two_more_than_10_percent_apart_ask_for_one_more() -> None:
    t = times(18.0)
    assert "SPREAD" in _codes(run(curve(t, trapezoid(t - 2) + 0.88 * trapezoid(t - 10))))
    assert "SPREAD" not in _codes(run(curve(t, trapezoid(t - 2) + 0.92 * trapezoid(t - 10))))


@pytest.mark.parametrize(("right", "expected"), [(0.40, True), (0.45, False), (1.0, False)])
def test_a_nordic_on_one_leg_is_flagged(right: float, *, expected: bool) -> None:
    t = times(6.0)
    analysis = run(curve(t, nordic(t - 1), right * nordic(t - 1)), NORDIC)
    assert all(("ONELEG" in rep.codes) is expected for rep in analysis.reps)


def test_a_nordic_without_a_sharp_fall_is_a_lower_bound() -> None:
    t = times(8.0)
    down = np.interp(t, [1, 4, 6], [0, 300, 0])
    analysis = run(curve(t, down, down), NORDIC)
    assert all("NOBREAK" in rep.codes for rep in analysis.reps)
    broke = run(curve(t, nordic(t - 1), nordic(t - 1)), NORDIC)
    assert not any("NOBREAK" in rep.codes for rep in broke.reps)


def test_a_recording_that_ends_inside_a_repetition_refuses_what_needs_its_end() -> None:
    t = times(3.0)
    rep = only_rep(run(curve(t, trapezoid(t - 1))))
    assert "CUT" in rep.codes
    for key in ("impulse_ns", "mean_n", "duration_s", "release_rate_n_per_s"):
        assert refusal(rep.metrics[key]) == "the recording ends inside the repetition"
    assert value(rep, "peak_n") == pytest.approx(300.0)


def test_a_hand_drawn_stretch_under_the_minimum_is_short() -> None:
    options = AnalysisOptions(manual_bounds=(RepBounds(1.0, 1.6, "manual"),))
    assert "SHORT" in only_rep(run(one_rep(trapezoid), HOLD, options)).codes


def test_a_device_that_filters_gives_no_early_force() -> None:
    rep = only_rep(run(one_rep(trapezoid), HOLD, AnalysisOptions(allows_rfd=False)))
    for key in ("rfd_0_100_n_per_s", "rfd_peak_20ms_n_per_s", "force_at_100ms_n"):
        assert refusal(rep.metrics[key]) == "this device filters its samples"
    assert value(rep, "peak_n") == pytest.approx(300.0)


def test_a_device_says_itself_why_it_gives_no_early_force() -> None:
    options = AnalysisOptions(allows_rfd=False, rfd_refused="steps of one pound")
    rep = only_rep(run(one_rep(trapezoid), HOLD, options))
    for key in ("rfd_0_100_n_per_s", "rfd_peak_20ms_n_per_s", "force_at_100ms_n"):
        assert refusal(rep.metrics[key]) == "steps of one pound"
    assert value(rep, "time_to_peak_s") > 0.0


def test_a_device_that_reads_too_seldom_gives_no_time_within_an_effort() -> None:
    options = AnalysisOptions(timing_refused="five readings a second")
    rep = only_rep(run(one_rep(trapezoid), HOLD, options))
    for key in (
        "time_to_peak_s",
        "time_to_90_percent_s",
        "contraction_s",
        "duration_s",
        "release_rate_n_per_s",
        "rfd_0_100_n_per_s",
        "force_at_100ms_n",
        "impulse_100ms_ns",
    ):
        assert refusal(rep.metrics[key]) == "five readings a second"
    assert value(rep, "peak_n") == pytest.approx(300.0)
    assert value(rep, "impulse_ns") > 0.0


def test_without_times_only_a_pause_that_the_device_told_is_a_gap() -> None:
    t = times(8.0, rate_hz=8)
    heard = np.delete(t, [2, 3, 17, 20, 21, 40])  # no more than two in a row
    loose = AnalysisOptions(timing_refused="five readings a second")
    rep = only_rep(run(curve(heard, trapezoid(heard - 1)), HOLD, loose))
    assert value(rep, "peak_n") == pytest.approx(300.0)
    told = MissingStretch(2.0, 2.6, "samples are missing")
    with_gap = replace(curve(heard, trapezoid(heard - 1)), gaps=(told,))
    rep = only_rep(run(with_gap, HOLD, loose))
    assert refusal(rep.metrics["peak_n"]) == "gap of 0.60 s inside the repetition"


# Sampling gates: clinical_science 1.1.
@pytest.mark.parametrize(
    ("rate_hz", "allowed"),
    [
        (1000, {"0_50", "0_100", "0_150", "0_200", "0_250", "peak"}),
        (500, {"0_50", "0_100", "0_150", "0_200", "0_250", "peak"}),
        (200, {"0_100", "0_150", "0_200", "0_250", "peak"}),
        (80, {"0_200", "0_250"}),
        (50, {"0_200", "0_250"}),
    ],
)
def test_the_sampling_rate_decides_which_rfd_is_shown(rate_hz: float, allowed: set[str]) -> None:
    rep = only_rep(run(one_rep(raised_cosine, rate_hz, begin=1.5)))
    values = {key: metric.value for key, metric in rep.metrics.items()}
    for window in ("0_50", "0_100", "0_150", "0_200", "0_250"):
        assert (values[f"rfd_{window}_n_per_s"] is not None) is (window in allowed)
        assert (values[f"rfd_norm_{window}_per_s"] is not None) is (window in allowed)
    # A later window of 50 ms needs the rate that the first one needs.
    for window in ("50_100", "100_150", "150_200", "200_250"):
        assert (values[f"rfd_{window}_n_per_s"] is not None) is ("0_50" in allowed)
    assert (values["rfd_peak_20ms_n_per_s"] is not None) is ("peak" in allowed)
    assert values["rfd_20_80_n_per_s"] is not None
    label = "low sampling rate" in rep.metrics["rfd_0_200_n_per_s"].method
    assert label is (rate_hz < 500)
    if rate_hz == 80:
        reason = "sampling rate 80 Hz is too low for RFD 0-50 ms"
        assert refusal(rep.metrics["rfd_0_50_n_per_s"]) == reason
    for key in ("peak_n", "impulse_ns", "mean_n", "time_to_peak_s", "impulse_100ms_ns"):
        assert rep.metrics[key].value is not None


# Table 1.1 of errors ends at 50 Hz: of anything slower nothing is known.
def test_below_50_hz_nothing_is_counted_from_the_onset_but_the_time_to_peak() -> None:
    rep = only_rep(run(one_rep(raised_cosine, 40, begin=1.5)))
    for key, metric in rep.metrics.items():
        if key.startswith(("rfd_", "force_at_", "impulse_2", "impulse_1", "impulse_50")):
            assert refusal(metric).startswith("sampling rate 40 Hz is too low for "), key
    for key in ("peak_n", "impulse_ns", "mean_n", "time_to_peak_s", "hold_s"):
        assert rep.metrics[key].value is not None


def test_a_sensor_loaded_the_wrong_way_round_is_told() -> None:
    t = times(6.0)
    analysis = run(curve(t, -trapezoid(t - 1.0)))
    (note,) = analysis.quality
    assert analysis.reps == ()
    assert note.code == "REVERSED"
    assert "−300 N" in note.text.replace("-", "−")
    assert _codes(run(one_rep(trapezoid))) == set()
    assert _codes(run(curve(t, 0 * t))) == set()
    let_go = run(curve(t, trapezoid(t + 2.0)))  # the recording begins inside the hold
    assert _codes(let_go) == {"LOADED"}


def test_a_field_that_the_test_asks_for_is_missed_by_name() -> None:
    analysis = run(one_rep(trapezoid), "ham.hhd.15")
    assert [note.text for note in analysis.quality if note.code == "FIELD"] == [
        "No lever was given, so no torque was computed."
    ]
    given = run(one_rep(trapezoid), "ham.hhd.15", AnalysisOptions(lever_m=0.4))
    assert "FIELD" not in _codes(given)


def _effort(t: np.ndarray, start: float, hold: float, peak: float) -> np.ndarray:
    return np.interp(t - start, [0, 0.2, 0.2 + hold, 0.4 + hold], [0, peak, peak, 0])


def test_an_effort_too_short_to_be_a_repetition_is_told_and_a_bump_is_not() -> None:
    t = times(20.0)
    force = _effort(t, 2, 3, 300) + _effort(t, 8, 0.4, 310) + _effort(t, 14, 0.1, 45)
    notes = run(curve(t, force)).quality
    (short,) = [note for note in notes if note.code == "SHORT"]
    assert "at 8.0 s" in short.text  # the one of 0.8 s; 45 N is the limb that is set down
    drawn = (RepBounds(7.9, 9.0, "manual"),)
    again = run(curve(t, force), options=AnalysisOptions(manual_bounds=drawn))
    assert [note.rep for note in again.quality if note.code == "SHORT"] == []
    assert [rep.metrics["peak_n"].value for rep in again.reps] == pytest.approx([300, 310])


def test_an_effort_too_short_is_told_where_it_is_all_there_is() -> None:
    t = times(6.0)
    analysis = run(curve(t, _effort(t, 2, 0.4, 60)))
    assert analysis.reps == ()
    assert _codes(analysis) == {"SHORT"}


def test_a_recording_of_few_samples_says_what_its_times_are_worth() -> None:
    t = times(6.0, 10.0)
    (note,) = run(curve(t, trapezoid(t - 1))).quality
    assert note.code == "RATE"
    assert "no finer than 100 ms" in note.text


def test_a_limb_weight_over_the_force_leaves_no_effort_and_no_rate() -> None:
    t = times(6.0)
    analysis = run(curve(t, trapezoid(t - 1)), options=AnalysisOptions(gravity_n=400.0))
    (rep,) = analysis.reps
    assert rep.codes == ("GRAVITY",)
    assert rep.metrics["rfd_0_100_n_per_s"].reason == "the force does not rise above rest"
