from __future__ import annotations

import pytest

from data.clinical.dose_course import Turn, delivered_share, disagreement, dose_over, pieces
from data.clinical.dose_of_settings import dose_of_settings
from data.clinical.modalities import Plain

TENS: dict[str, Plain | None] = {
    "mode": "conventional",
    "waveform": "symmetric",
    "amplitude_ma": 0.0,
    "phase_us": 200.0,
    "pulse_rate_hz": 100.0,
    "electrode_cm2": 25.0,
}
ULTRASOUND: dict[str, Plain | None] = {
    "output": "pulsed",
    "duty_percent": 20.0,
    "intensity_is": "satp",
    "intensity_w_cm2": 1.0,
    "era_cm2": 5.0,
    "area_cm2": 10.0,
}


def test_charge_follows_the_knob_and_not_its_last_place():
    turns = [Turn(60, "amplitude_ma", 10.0), Turn(120, "amplitude_ma", 30.0),
             Turn(590, "amplitude_ma", 0.0)]  # fmt: skip
    dose = dose_over("tens", TENS, turns, [(0, 600)])
    # one phase of 1 mA for 200 µs is 0.2 µC, a hundred times a second
    expected_uc = 0.2 * 100 * (10 * 60 + 30 * 470)
    assert dose["ch1_total_charge_c"].value == pytest.approx(expected_uc * 1e-6)
    assert dose["ch1_pulses"].value == 60_000
    # the highest: 30 mA · √(2 · 200 µs · 100 Hz)
    assert dose["ch1_rms_ma"].value == pytest.approx(6.0)
    assert dose["ch1_density_ma_cm2"].value == pytest.approx(0.24)
    assert "log of changes" in dose["ch1_total_charge_c"].method


def test_pauses_deliver_nothing():
    dose = dose_over("ultrasound", ULTRASOUND, [], [(0, 100), (160, 360)])
    # 1 W/cm² at 1:4 over 5 cm² is 1 W; 300 s with contact
    assert dose["energy_j"].value == pytest.approx(300.0)
    assert dose["area_j_cm2"].value == pytest.approx(30.0)
    assert dose["head_j_cm2"].value == pytest.approx(60.0)
    assert dose["coverage_heads"].value == 2.0
    assert dose["min_per_era"].value == pytest.approx(2.5)


def test_a_turn_in_a_pause_counts_from_its_end_on():
    turns = [Turn(130, "intensity_w_cm2", 2.0)]
    dose = dose_over("ultrasound", ULTRASOUND, turns, [(0, 100), (160, 260)])
    assert dose["energy_j"].value == pytest.approx(100 + 200)


def test_pieces_end_where_something_is_turned():
    cut = pieces({"a": 1.0}, [Turn(5, "a", 2.0), Turn(5, "b", 3.0)], [(0, 4), (4.5, 8)])
    assert [(p.start_s, p.end_s, p.values.get("a")) for p in cut] == [
        (0, 4, 1.0), (4.5, 5, 1.0), (5, 8, 2.0)
    ]  # fmt: skip


def test_a_sum_is_refused_where_a_piece_is_not_known():
    turns = [Turn(60, "pulse_rate_hz", None)]
    dose = dose_over("tens", {**TENS, "amplitude_ma": 10.0}, turns, [(0, 120)])
    refused = dose["ch1_total_charge_c"]
    assert refused.value is None
    assert refused.reason == "from 60 s on: not given: Pulse rate"
    assert dose["ch1_rms_ma"].value == pytest.approx(2.0)


def test_channels_are_told_apart():
    dose = dose_over("tens", {**TENS, "amplitude_ma": 10.0, "amplitude_ma@2": 20.0}, [], [(0, 10)])
    assert dose["ch1_charge_per_phase_uc"].value == pytest.approx(2.0)
    assert dose["ch2_charge_per_phase_uc"].value == pytest.approx(4.0)


def test_rests_between_contractions_carry_no_current():
    values: dict[str, Plain | None] = {
        "waveform": "symmetric", "amplitude_ma": 80.0, "phase_us": 400.0, "pulse_rate_hz": 50.0,
        "on_s": 10.0, "off_s": 50.0, "electrode_cm2": 50.0,
    }  # fmt: skip
    dose = dose_over("nmes", values, [], [(0, 900)])
    assert dose["ch1_pulses"].value == pytest.approx(7500)
    assert dose["ch1_rms_ma"].value == pytest.approx(16.0)
    bursts: dict[str, Plain | None] = {**values, "waveform": "ac burst", "burst_duty_percent": 50.0}
    # 60 mA, half of each burst on: 30 mA rms
    alternating = dose_of_settings("nmes", {**bursts, "amplitude_ma": 60.0}, 900)
    assert alternating["rms_ma"].value == pytest.approx(30.0)
    assert alternating["density_ma_cm2"].value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("modality", "values", "key", "expected"),
    [
        ("lipus", {"sata_mw_cm2": 30.0, "burst_us": 200.0, "pulse_repetition_hz": 1000.0},
         "head_j_cm2", 36.0),
        ("swd", {"output": "pulsed", "peak_w": 200.0, "pulse_us": 400.0, "rate_pps": 400.0},
         "energy_j", 38_400.0),
        ("swd", {"output": "continuous", "mean_w": 32.0}, "energy_j", 38_400.0),
        ("cold", {"on_min": 10.0, "off_min": 10.0}, "applied_min", 10.0),
        ("ifc", {"amplitude_ma": 30 * 2**0.5}, "ch1_rms_ma", 30.0),
        ("eswt", {"impulses": 2000.0, "efd_mj_mm2": 0.15}, "total_efd_mj_mm2", 300.0),
        ("laser", {"output": "continuous", "power_mw": 100.0, "beam_area_cm2": 0.5,
                   "point_s": 60.0, "points": 8.0}, "total_energy_j", 48.0),
    ],
)  # fmt: skip
def test_every_modality_has_its_dose(
    modality: str, values: dict[str, Plain | None], key: str, expected: float
):
    assert dose_over(modality, values, [], [(0, 1200)])[key].value == pytest.approx(expected)


def test_impulses_follow_the_energy_that_was_set():
    values: dict[str, Plain | None] = {"impulses": 2000.0, "efd_mj_mm2": 0.1, "rate_hz": 10.0}
    dose = dose_over("eswt", values, [Turn(100, "efd_mj_mm2", 0.2)], [(0, 200)])
    assert dose["total_efd_mj_mm2"].value == pytest.approx(1000 * 0.1 + 1000 * 0.2)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"amplitude_v": 40.0}, "its current is not known"),
        ({"amplitude_dial": 4.0}, "parts of a dial"),
        ({}, "not given: amplitude"),
        ({"amplitude_ma": 10.0, "pulse_rate_hz": None}, "not given: Pulse rate"),
        ({"amplitude_ma": 10.0, "pulse_rate_hz": 9000.0}, "share of time with current"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_reason(
    given: dict[str, Plain | None], reason: str
):
    settings = {**TENS, "amplitude_ma": None, **given}
    number = dose_of_settings("tens", settings, 60)["dose"]
    assert number.value is None
    assert reason in str(number.reason)


def test_a_pulsed_head_without_the_kind_of_intensity_has_no_dose():
    refused = dose_of_settings("ultrasound", {**ULTRASOUND, "intensity_is": None}, 300)
    assert "The panel shows" in str(refused["dose"].reason)


def test_more_than_a_fifth_off_the_plan_is_noted():
    assert delivered_share(300, 300, "time").note is None
    assert delivered_share(240, 300, "time").note is None
    short = delivered_share(239, 300, "time")
    assert short.value == pytest.approx(79.67, abs=0.01)
    assert "more than 20 % off" in str(short.note)
    assert delivered_share(300, None, "time").value is None


def test_counter_and_integral_more_than_a_fifth_apart_are_told():
    assert disagreement(120, 100, "J", "Head 1") is None
    assert "Head 1: the unit counted 121" in str(disagreement(121, 100, "J", "Head 1"))
