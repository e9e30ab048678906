# Worked numbers of electrotherapy 3.2, 3.3 and 3.5.

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from data.clinical.dose import DoseError, DoseNumber, ac_burst_rms, electrical_dose, ultrasound_dose
from data.clinical.dose_current import burst_dose, ifc_dose, nmes_dose
from data.clinical.dose_limits import LIMITS, note_over
from data.clinical.dose_physical import laser_dose, lipus_dose, shockwave_dose, shortwave_dose
from data.clinical.dose_suggestion import (
    heating_minutes,
    suggested_frequency,
    suggested_intensity,
    suggested_minutes,
    surface_intensity,
)

VECTORS = Path(__file__).parents[4] / "shared" / "reference" / "electrotherapy_vectors.json"


def _value(numbers: Mapping[str, DoseNumber], key: str) -> float:
    number = numbers[key]
    assert number.value is not None, (key, number.reason)
    return number.value


def test_bursts_of_nine_twice_a_second():
    # 2/s x 9, 200 µs, 30 mA -> 2.55 mA rms
    numbers = burst_dose(30, 200, 2, 9, "symmetric")
    assert _value(numbers, "rms_ma") == pytest.approx(2.55, abs=0.005)


def test_alternating_current_in_bursts():
    # 60 mA, 50 % -> 30 mA rms
    assert ac_burst_rms(60, 0.5).value == pytest.approx(30.0)


def test_fifteen_contractions():
    # 10/50 s, 15 contractions, 50 Hz = 7500 pulses, duty 16.7 %; 80 mA 400 µs: 32 µC, 16 mA
    numbers = nmes_dose(80, 400, 50, "symmetric", 10, 50, 15, 50)
    assert _value(numbers, "pulses") == 7500
    assert _value(numbers, "duty") == pytest.approx(0.167, abs=0.001)
    assert _value(numbers, "charge_per_phase_uc") == pytest.approx(32.0)
    assert _value(numbers, "rms_ma") == pytest.approx(16.0)
    assert _value(numbers, "density_ma_cm2") == pytest.approx(0.32)
    assert _value(numbers, "contractions_s") == 900
    unknown = nmes_dose(80, 400, 50, "symmetric", 10, 50)
    assert unknown["pulses"].reason == "no number of contractions given"


def test_twenty_minutes_of_conventional_tens():
    # 120 000 pulses; 0.48 C per phase at 4 µC
    numbers = electrical_dose(20, 200, 100, "symmetric", 25, 1200)
    assert _value(numbers, "pulses") == 120_000
    assert _value(numbers, "total_charge_c") == pytest.approx(0.48)


def test_an_interferential_circuit_is_a_sine():
    numbers = ifc_dose(30 * 2**0.5, 25, 900)
    assert _value(numbers, "rms_ma") == pytest.approx(30.0)
    assert _value(numbers, "density_ma_cm2") == pytest.approx(1.2)
    assert ifc_dose(30)["density_ma_cm2"].reason == "no electrode size given"


def test_shock_waves_add_their_energy_and_a_pressure_gives_none():
    # 2000 x 0.15 = 300 mJ/mm² (30 J/cm²)
    numbers = shockwave_dose(2000, 0.15, rate_hz=10)
    assert _value(numbers, "total_efd_mj_mm2") == pytest.approx(300.0)
    assert _value(numbers, "total_efd_j_cm2") == pytest.approx(30.0)
    assert _value(numbers, "duration_s") == 200
    assert "Medium energy" in str(numbers["total_efd_mj_mm2"].note)
    refused = shockwave_dose(2000, pressure_bar=2.5)["total_efd_mj_mm2"]
    assert refused.value is None
    assert "bar" in str(refused.reason)


@pytest.mark.parametrize(
    ("efd", "band"), [(0.07, "Low"), (0.08, "Medium"), (0.28, "Medium"), (0.4, None), (0.7, "High")]
)
def test_bands_of_energy_have_holes_between_them(efd: float, band: str | None):
    note = shockwave_dose(1, efd)["total_efd_mj_mm2"].note
    assert (note is None) if band is None else str(note).startswith(band)


def test_a_laser_point():
    # 100 mW, 0.5 cm², 60 s -> 0.2 W/cm², 6 J, 12 J/cm²; 8 points 48 J
    numbers = laser_dose(100, 0.5, 60, points=8)
    assert _value(numbers, "irradiance_w_cm2") == pytest.approx(0.2)
    assert _value(numbers, "point_energy_j") == pytest.approx(6.0)
    assert _value(numbers, "fluence_j_cm2") == pytest.approx(12.0)
    assert _value(numbers, "total_energy_j") == pytest.approx(48.0)


@pytest.mark.parametrize(
    ("peak", "pulse", "rate", "mean"), [(200, 400, 400, 32.0), (150, 65, 200, 1.95)]
)
def test_the_mean_power_of_a_pulsed_shortwave(peak: float, pulse: float, rate: float, mean: float):
    assert _value(shortwave_dose(peak, pulse, rate), "mean_power_w") == pytest.approx(mean)


def test_a_quarter_of_an_hour_of_shortwave():
    # 15 min at 32 W = 28.8 kJ
    assert _value(shortwave_dose(200, 400, 400, 900), "energy_j") == pytest.approx(28_800)
    assert shortwave_dose(200, 400, 400)["energy_j"].reason == "no treatment time given"
    with pytest.raises(DoseError, match="share of time"):
        shortwave_dose(200, 5000, 400)


def test_low_intensity_ultrasound():
    # 30 mW/cm², duty 20 % -> SATP 150; 20 min = 36 J/cm²
    numbers = lipus_dose(30, 200, 1000, 1200)
    assert _value(numbers, "satp_mw_cm2") == pytest.approx(150.0)
    assert _value(numbers, "head_j_cm2") == pytest.approx(36.0)
    assert numbers["energy_j"].value is None
    assert _value(lipus_dose(30, 200, 1000, 1200, 3.88), "energy_j") == pytest.approx(139.68)


# 0.5 at 4 cm, 1 MHz -> 1.0; 0.5 at 2 cm -> 0.71; 0.3 at 1 cm, 3 MHz -> 0.40
@pytest.mark.parametrize(
    ("target", "depth", "megahertz", "surface"),
    [(0.5, 4, 1, 1.0), (0.5, 2, 1, 0.71), (0.3, 1, 3, 0.40)],
)
def test_what_is_needed_at_the_skin(target: float, depth: float, megahertz: float, surface: float):
    assert surface_intensity(target, depth, megahertz).value == pytest.approx(surface, abs=0.005)
    assert surface_intensity(target, depth, 2).value is None


# 2 heads, 1:4 -> 10 min; 1:1 -> 4; continuous 1.5 heads -> 1.5 min
@pytest.mark.parametrize(
    ("area", "duty", "minutes"), [(10, 0.2, 10.0), (10, 0.5, 4.0), (7.5, 1.0, 1.5)]
)
def test_a_minute_for_each_head(area: float, duty: float, minutes: float):
    assert suggested_minutes(area, 5, duty).value == pytest.approx(minutes)


# +4 °C at 3 MHz, 1 W/cm² = 6.7 min; 1 MHz, 1.5 = 13.3 min
@pytest.mark.parametrize(("sata", "megahertz", "minutes"), [(1.0, 3, 6.7), (1.5, 1, 13.3)])
def test_heating(sata: float, megahertz: float, minutes: float):
    assert heating_minutes(4, sata, megahertz).value == pytest.approx(minutes, abs=0.05)
    assert heating_minutes(4, sata, 2).value is None


def test_suggestions_name_who_says_so():
    assert suggested_frequency(2).value == 3
    assert suggested_frequency(4).value == 1
    low, high = suggested_intensity("acute", 0, 1) or (None, None)
    assert low is not None
    assert high is not None
    assert (low.value, high.value) == (0.1, 0.3)
    assert "Watson" in str(low.note)
    assert suggested_intensity("ancient", 0, 1) is None


def test_limits_from_memory_say_so():
    assert "from memory" in LIMITS["ultrasound"].sentence
    assert "from memory" not in LIMITS["density"].sentence
    assert note_over("density", 2.0) is None
    assert "Enraf" in str(note_over("density", 2.01))


@pytest.mark.skipif(not VECTORS.exists(), reason="the reference is not beside the project")
def test_every_vector_of_the_reference_is_reproduced():
    vectors = json.loads(VECTORS.read_text("utf-8"))["dose"]
    for v in vectors["us"]:
        numbers = ultrasound_dose(v["satp"], v["duty"], v["era"], v["t"], v["area"])
        for key, name in (
            ("sata_w_cm2", "sata"), ("power_w", "p"), ("energy_j", "e"),
            ("area_j_cm2", "e_area"), ("head_j_cm2", "e_head"),
        ):  # fmt: skip
            assert _value(numbers, key) == pytest.approx(v[name]), (v, key)
    for v in vectors["es"]:
        assert v["phases"] == 2
        numbers = electrical_dose(v["mA"], v["us"], v["hz"], "symmetric", v["cm2"])
        assert _value(numbers, "charge_per_phase_uc") == pytest.approx(v["q_uC"])
        assert _value(numbers, "rms_ma") == pytest.approx(v["rms"], abs=1e-4)
        assert _value(numbers, "density_ma_cm2") == pytest.approx(v["J"], abs=1e-4)
