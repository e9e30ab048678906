from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data.clinical.dose import (
    DoseError,
    DoseNumber,
    ac_burst_rms,
    duty_cycle,
    electrical_dose,
    ultrasound_dose,
)

VECTORS = Path(__file__).parents[4] / "shared" / "reference" / "electrotherapy_vectors.json"


def _value(numbers: Mapping[str, DoseNumber], key: str) -> float:
    number = numbers[key]
    assert number.value is not None, (key, number.reason)
    return number.value


# Worked numbers of electrotherapy 3.1 (T1, T2, T3): SATA, power, energy, per area, under the head.
@pytest.mark.parametrize(
    ("satp", "duty", "era", "seconds", "area", "expected"),
    [
        (1.0, 0.2, 5.0, 300, 10.0, (0.20, 1.0, 300.0, 30.0, 60.0)),
        (1.0, 1.0, 5.0, 480, 10.0, (1.0, 5.0, 2400.0, 240.0, 480.0)),
        (0.5, 0.2, 0.8, 120, 1.6, (0.1, 0.08, 9.6, 6.0, 12.0)),
    ],
)
def test_ultrasound_gives_the_worked_numbers(
    satp: float,
    duty: float,
    era: float,
    seconds: float,
    area: float,
    expected: tuple[float, ...],
) -> None:
    numbers = ultrasound_dose(satp, duty, era, seconds, area)
    keys = ("sata_w_cm2", "power_w", "energy_j", "area_j_cm2", "head_j_cm2")
    for key, number in zip(keys, expected, strict=True):
        assert _value(numbers, key) == pytest.approx(number, rel=1e-12), key
    assert _value(numbers, "satp_w_cm2") == satp
    assert _value(numbers, "peak_power_w") == pytest.approx(satp * era)


def test_the_published_dose_is_intensity_times_time() -> None:
    # "0.2 W/cm², 9.5 min" is 0.2·570 = 114 J/cm²; the publication rounds it to 112.5
    assert _value(ultrasound_dose(0.2, 1.0, 5, 570), "head_j_cm2") == pytest.approx(114.0)


def test_the_same_panel_number_differs_fivefold_by_what_it_averages() -> None:
    pulse = ultrasound_dose(0.5, 0.2, 5, 300, average="satp")
    whole = ultrasound_dose(0.5, 0.2, 5, 300, average="sata")
    assert _value(whole, "energy_j") == pytest.approx(5 * _value(pulse, "energy_j"))
    assert _value(whole, "satp_w_cm2") == pytest.approx(2.5)
    assert _value(whole, "sata_w_cm2") == 0.5


def test_the_spatial_peak_is_the_intensity_times_the_beam_ratio() -> None:
    # 2 W/cm² at 3:1 is 6 W/cm²
    numbers = ultrasound_dose(2.0, 1.0, 5, 60, beam_nonuniformity_ratio=3)
    assert _value(numbers, "spatial_peak_w_cm2") == pytest.approx(6.0)


def test_without_an_area_its_dose_is_refused() -> None:
    number = ultrasound_dose(1.0, 0.2, 5, 300)["area_j_cm2"]
    assert (number.value, number.reason) == (None, "no treated area given")


@pytest.mark.parametrize(
    ("on", "off", "duty"), [(1, 4, 0.2), (1, 2, 1 / 3), (1, 1, 0.5), (1, 0, 1)]
)
def test_a_pulse_ratio_is_a_duty_cycle(on: float, off: float, duty: float) -> None:
    assert duty_cycle(on, off) == pytest.approx(duty)


def test_ten_seconds_in_sixty_are_one_sixth() -> None:
    assert duty_cycle(10, 50) == pytest.approx(0.1667, abs=1e-4)


ROUND_PAD_CM2 = math.pi * 1.6**2


# Worked table of electrotherapy 3.3: charge, rms, density, power density at 500 ohm; the last
# two columns are printed there to two or three figures.
@pytest.mark.parametrize(
    ("ma", "us", "hz", "cm2", "charge", "rms", "density", "power"),
    [
        (20, 200, 100, 25, 4.0, 4.00, 0.160, 0.32),
        (50, 200, 100, 25, 10.0, 10.00, 0.400, 2.00),
        (50, 200, 100, ROUND_PAD_CM2, 10.0, 10.00, 1.243, 6.22),
        (40, 250, 4, 25, 10.0, 1.79, 0.072, 0.06),
        (80, 400, 50, 50, 32.0, 16.00, 0.320, 2.56),
        (130, 500, 50, 25, 65.0, 29.07, 1.163, 16.9),
    ],
)
def test_a_pulsed_current_gives_the_worked_numbers(
    ma: float,
    us: float,
    hz: float,
    cm2: float,
    charge: float,
    rms: float,
    density: float,
    power: float,
) -> None:
    numbers = electrical_dose(ma, us, hz, "symmetric", cm2)
    assert _value(numbers, "charge_per_phase_uc") == pytest.approx(charge, rel=1e-12)
    assert _value(numbers, "rms_ma") == pytest.approx(rms, abs=0.005)
    assert _value(numbers, "density_ma_cm2") == pytest.approx(density, abs=0.0006)
    assert _value(numbers, "power_density_mw_cm2") == pytest.approx(power, abs=0.05)
    assert _value(numbers, "charge_per_pulse_uc") == pytest.approx(2 * charge)
    assert _value(numbers, "net_charge_per_pulse_uc") == 0.0


def test_the_vectors_of_the_reference_hold() -> None:
    if not VECTORS.exists():
        pytest.skip(f"the reference vectors {VECTORS} are missing")
    vectors: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))["dose"]
    for row in vectors["us"]:
        numbers = ultrasound_dose(row["satp"], row["duty"], row["era"], row["t"], row["area"])
        for key, column in (
            ("sata_w_cm2", "sata"),
            ("power_w", "p"),
            ("energy_j", "e"),
            ("area_j_cm2", "e_area"),
            ("head_j_cm2", "e_head"),
        ):
            assert _value(numbers, key) == pytest.approx(row[column]), (row, key)
    for row in vectors["es"]:
        numbers = electrical_dose(row["mA"], row["us"], row["hz"], "symmetric", row["cm2"])
        assert _value(numbers, "charge_per_phase_uc") == pytest.approx(row["q_uC"])
        assert _value(numbers, "rms_ma") == pytest.approx(row["rms"], abs=5e-5)
        assert _value(numbers, "density_ma_cm2") == pytest.approx(row["J"], abs=5e-5)


def test_counters_over_a_treatment_give_the_worked_numbers() -> None:
    twenty_minutes = electrical_dose(20, 200, 100, "symmetric", 25, 20 * 60)
    assert _value(twenty_minutes, "pulses") == pytest.approx(120_000)
    assert _value(twenty_minutes, "total_charge_c") == pytest.approx(0.48)
    # 15 contractions of 10 s at 50 Hz
    assert _value(electrical_dose(80, 400, 50, "symmetric", 50, 150), "pulses") == 7500


def test_bursts_count_pulses_that_really_come() -> None:
    # 2 bursts a second of 9 pulses, 200 µs, 30 mA: 2.55 mA rms
    numbers = electrical_dose(30, 200, 2 * 9, "symmetric")
    assert _value(numbers, "rms_ma") == pytest.approx(2.55, abs=0.005)


def test_a_gated_sine_has_half_its_peak_as_effective_current_at_half_duty() -> None:
    # 60 mA at 50 %: 30 mA rms
    assert ac_burst_rms(60, 0.5).value == pytest.approx(30.0)


def test_a_monophasic_pulse_leaves_its_charge_behind() -> None:
    numbers = electrical_dose(10, 100, 50, "monophasic")
    assert _value(numbers, "net_charge_per_pulse_uc") == pytest.approx(1.0)
    # 10 mA · √(100 µs · 50 Hz)
    assert _value(numbers, "rms_ma") == pytest.approx(10 * math.sqrt(0.005))
    # 1 µC · 50 Hz
    assert _value(numbers, "mean_rectified_ma") == pytest.approx(0.05)


def test_the_mean_rectified_current_counts_both_phases() -> None:
    # 2 · 20 mA · 200 µs · 100 Hz
    assert _value(electrical_dose(20, 200, 100, "symmetric"), "mean_rectified_ma") == pytest.approx(
        0.8
    )


def test_an_asymmetric_pulse_says_that_its_rms_is_a_lower_bound() -> None:
    number = electrical_dose(20, 200, 100, "asymmetric")["rms_ma"]
    assert number.value == pytest.approx(20 * math.sqrt(0.02))
    assert "lower bound" in number.method


def test_without_an_electrode_the_density_is_refused() -> None:
    number = electrical_dose(20, 200, 100, "symmetric")["density_ma_cm2"]
    assert (number.value, number.reason) == (None, "no electrode size given")
    assert electrical_dose(20, 200, 100, "symmetric")["pulses"].reason == "no treatment time given"


def test_guard_rails_are_noted_with_their_source() -> None:
    safe = electrical_dose(50, 200, 100, "symmetric", 25)
    assert all(number.note is None for number in safe.values())
    dense = electrical_dose(50, 200, 100, "symmetric", 4.9)["density_ma_cm2"]
    assert dense.value is not None
    assert dense.value > 2
    assert "2 mA/cm² rms" in (dense.note or "")
    assert "IEC 60601-2-10" in (dense.note or "")
    assert "50 mA rms" in (electrical_dose(130, 800, 100, "symmetric")["rms_ma"].note or "")


# A 3.2 cm round pad reaches 2 mA/cm² at 80.4 mA of this current (electrotherapy 3.3).
@pytest.mark.parametrize(("ma", "is_noted"), [(80.4, False), (80.5, True)])
def test_the_density_guard_rail_sits_where_the_reference_puts_it(
    ma: float, *, is_noted: bool
) -> None:
    number = electrical_dose(ma, 200, 100, "symmetric", ROUND_PAD_CM2)["density_ma_cm2"]
    assert (number.note is not None) is is_noted


@pytest.mark.parametrize(
    ("arguments", "field", "limit"),
    [
        ((-1, 0.2, 5, 300), "intensity_w_cm2", "at most 10"),
        ((11, 0.2, 5, 300), "intensity_w_cm2", "at most 10"),
        ((1, 0, 5, 300), "duty", "above 0"),
        ((1, 20, 5, 300), "duty", "at most 1"),
        ((1, 0.2, 0, 300), "era_cm2", "above 0"),
        ((1, 0.2, 5, -1), "seconds", "at least 0"),
        ((math.nan, 0.2, 5, 300), "intensity_w_cm2", "at most 10"),
    ],
)
def test_an_impossible_ultrasound_setting_is_refused_with_its_limit(
    arguments: tuple[float, float, float, float], field: str, limit: str
) -> None:
    with pytest.raises(DoseError, match=limit) as caught:
        ultrasound_dose(*arguments)
    assert caught.value.field == field


def test_a_treated_area_of_nothing_is_refused() -> None:
    with pytest.raises(DoseError, match="area_cm2"):
        ultrasound_dose(1, 0.2, 5, 300, 0)


def test_pulses_that_would_overlap_are_refused() -> None:
    with pytest.raises(DoseError, match="share of time with current"):
        electrical_dose(10, 6000, 100, "symmetric")


def test_an_unknown_word_is_refused_with_the_known_ones() -> None:
    anything: Any = "square"
    with pytest.raises(ValueError, match="satp"):
        ultrasound_dose(1, 0.2, 5, 300, average=anything)
    with pytest.raises(ValueError, match="monophasic"):
        electrical_dose(10, 100, 50, anything)
