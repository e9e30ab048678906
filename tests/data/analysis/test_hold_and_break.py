"""Numbers of a hold and of a break, from curves whose answers follow from a formula."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from data.analysis.errors import AnalysisError
from data.analysis.types import AnalysisOptions, Curve
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    Array,
    curve,
    exponential,
    lowered,
    lowering,
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

BREAK = "hip.add.side.ecc"


def test_early_force_as_a_share_of_the_peak_and_window_after_window() -> None:
    rep = only_rep(run(one_rep(trapezoid)))
    for ms in (50, 100, 150, 200, 250):
        # 1000 N/s of a peak of 300 N
        assert value(rep, f"force_at_{ms}ms_percent") == pytest.approx(ms / 3, rel=1e-9)
        assert value(rep, f"rfd_norm_0_{ms}_per_s") == pytest.approx(1000 / 300, rel=1e-9)
    rep = only_rep(run(one_rep(exponential)))
    for before, ms in ((50, 100), (100, 150), (150, 200), (200, 250)):
        rise = 400 * (math.exp(-before / 100) - math.exp(-ms / 100)) / 0.05
        # errors of the abrupt curve at 1000 Hz: clinical_science table 1.1
        assert value(rep, f"rfd_{before}_{ms}_n_per_s") == pytest.approx(rise, rel=0.012)


def test_the_time_to_ninety_percent_is_that_of_the_closed_form() -> None:
    assert value(only_rep(run(one_rep(trapezoid))), "time_to_90_percent_s") == pytest.approx(0.27)
    rep = only_rep(run(one_rep(raised_cosine)))
    # 250·(1 - cos(pi·x/0.4)) = 450
    at = 0.4 / math.pi * math.acos(1 - 450 / 250)
    assert value(rep, "time_to_90_percent_s") == pytest.approx(at, abs=2e-3)


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95])
def test_the_hold_is_over_the_chosen_share_of_the_peak(share: float) -> None:
    rep = only_rep(run(one_rep(trapezoid), HOLD, AnalysisOptions(hold_fraction=share)))
    # the share is reached on a ramp of 0.3 s on either side of 3 s
    length = 3.0 + 2 * 0.3 * (1 - share)
    assert value(rep, "hold_s") == pytest.approx(length, abs=0.003)
    area = 300 * 3.0 + 2 * 0.3 * (1 - share) * 300 * (1 + share) / 2
    assert value(rep, "mean_hold_n") == pytest.approx(area / length, rel=1e-3)
    assert f"{100 * share:g} % of peak" in rep.metrics["hold_s"].method


def _fading(x: Array) -> Array:
    """300 N that fade by 12 N a second for 5 s."""
    return np.interp(x, [0.0, 0.001, 5.001, 5.002], [0.0, 300.0, 240.0, 0.0])


def test_a_hold_that_fades_in_a_straight_line_has_its_fatigue_and_no_unsteadiness() -> None:
    t = times(9.0)
    rep = only_rep(run(curve(t, _fading(t - 2)), HOLD, AnalysisOptions(hold_fraction=0.79)))
    # mean of 300 and 240 is 270: a tenth of the peak is missing
    assert value(rep, "fatigue_hold_percent") == pytest.approx(10.0, abs=0.02)
    assert value(rep, "steadiness_percent") == pytest.approx(0.0, abs=0.01)


def test_a_tremor_shows_as_unsteadiness() -> None:
    t = times(9.0)
    x = t - 2
    force = _fading(x) + np.where((x > 0.1) & (x < 4.9), 6 * np.sin(2 * np.pi * 10 * x), 0)
    rep = only_rep(run(curve(t, force), HOLD, AnalysisOptions(hold_fraction=0.76)))
    # a sine of 6 N has an SD of 6/sqrt(2); the mean of the hold is 270 N
    assert value(rep, "steadiness_percent") == pytest.approx(100 * 6 / math.sqrt(2) / 270, rel=0.03)


def test_a_short_hold_has_no_fatigue_and_an_eccentric_test_no_hold() -> None:
    short = one_rep(lambda x: np.interp(x, [0, 0.3, 1.3, 1.6], [0.0, 300, 300, 0]))
    reason = refusal(only_rep(run(short)).metrics["fatigue_hold_percent"])
    assert reason == "held for less than 2 s after the peak"
    t = times(6.0)
    rep = only_rep(run(curve(t, nordic(t - 1), nordic(t - 1)), NORDIC))
    for key in ("steadiness_percent", "fatigue_hold_percent", "hold_s"):
        assert refusal(rep.metrics[key]) == "a hold is for isometric tests only"


def test_the_break_is_the_steepest_fall_after_the_peak() -> None:
    rep = only_rep(run(lowering(), NORDIC))
    # (1 - 5·y)² falls fastest at its start: the first 50 ms, their middle 25 ms after the peak
    assert value(rep, "break_time_s") == pytest.approx(0.025, abs=1e-6)
    assert "break_time_s" not in only_rep(run(one_rep(trapezoid))).metrics


def test_the_break_point_is_where_the_knee_outruns_the_published_speed() -> None:
    rep = only_rep(run(lowering(), NORDIC))
    # at the peak, 4.0 s: 12° + 40°/s · 0.6 s
    assert value(rep, "break_torque_angle_deg") == pytest.approx(36.0, abs=0.1)
    # The mean speed over 100 ms rises from 5 to 40°/s while the window passes 3.4 s.
    for speed in (10, 20):
        passed = 3.4 - 0.05 + 0.1 * (speed - 5) / 35
        angle = 5 * (passed - 1)
        assert value(rep, f"break_point_{speed}_deg") == pytest.approx(angle, abs=0.02)
        assert f"{speed}°/s" in rep.metrics[f"break_point_{speed}_deg"].method


def test_a_knee_that_stays_slow_has_no_break_point() -> None:
    t = times(8.0)
    force, _ = lowered(t)
    slow = replace(curve(t, force, force), angle_deg=4 * np.clip(t - 1, 0, 5))
    rep = only_rep(run(slow, NORDIC))
    assert "never faster than 10°/s" in refusal(rep.metrics["break_point_10_deg"])


def test_without_an_angle_there_is_no_word_of_one() -> None:
    t = times(8.0)
    force, _ = lowered(t)
    rep = only_rep(run(curve(t, force, force), NORDIC))
    assert not [key for key in rep.metrics if key.endswith("_deg")]


def test_angles_of_another_length_are_refused() -> None:
    with pytest.raises(AnalysisError, match="one angle for each time"):
        run(replace(lowering(), angle_deg=np.zeros(5)), NORDIC)


def _overcome(hold_s: float) -> Curve:
    t = times(9.0)
    x = t - 2
    knots = [0.0, 0.3, 0.3 + hold_s, 0.6 + hold_s, 0.8 + hold_s]
    return curve(t, np.interp(x, knots, [0.0, 200.0, 200.0, 280.0, 0.0]))


def test_a_break_test_without_a_plateau_is_said() -> None:
    held, rushed = run(_overcome(2.0), BREAK), run(_overcome(0.4), BREAK)
    assert "NOPLATEAU" not in {note.code for note in held.quality}
    texts = [note.text for note in rushed.quality if note.code == "NOPLATEAU"]
    # 140 of 280 N is reached after 0.21 s; the peak comes 1.0 s after the start
    assert texts == ["Held for 0.8 s before it was overcome."]


def test_torque_takes_the_angle_of_the_sensor_into_account() -> None:
    options = AnalysisOptions(lever_m=0.42, force_angle_deg=15)
    rep = only_rep(run(one_rep(trapezoid), HOLD, options))
    expected = 300 * 0.42 * math.cos(math.radians(15))
    assert value(rep, "torque_nm") == pytest.approx(expected, rel=1e-9)
    assert "cos 15°" in rep.metrics["torque_nm"].method
