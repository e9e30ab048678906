from __future__ import annotations

import pytest

from app.__main__ import main
from tests.app.cli.shell import only_json, run_json


def test_ultrasound_by_its_closed_form():
    # 1.0 W/cm² during the pulse, 1:4, 5 cm², 300 s over 10 cm².
    words = "--intensity-w-cm2 1 --duty 0.2 --era-cm2 5 --seconds 300 --area-cm2 10"
    dose = run_json("dose", "ultrasound", *words.split())
    assert dose["sata_w_cm2"] == pytest.approx(0.2)
    assert dose["power_w"] == pytest.approx(1.0)
    assert dose["energy_j"] == pytest.approx(300.0)
    assert dose["area_j_cm2"] == pytest.approx(30.0)
    assert dose["head_j_cm2"] == pytest.approx(60.0)
    assert dose["spatial_peak_w_cm2"] is None
    assert dose["spatial_peak_w_cm2_reason"]


def test_the_average_that_a_panel_shows_changes_the_dose(capsys: pytest.CaptureFixture[str]):
    words = "dose ultrasound --intensity-w-cm2 0.2 --duty 0.2 --era-cm2 5 --seconds 300 --json"
    assert main([*words.split(), "--average", "sata"]) == 0
    assert only_json(capsys.readouterr().out)["energy_j"] == pytest.approx(300.0)


def test_tens_by_its_closed_form(capsys: pytest.CaptureFixture[str]):
    # 20 mA, 200 µs symmetric, 100 Hz, 25 cm²: Q 4 µC, 4 mA rms, 0.16 mA/cm²; 120 000 pulses.
    words = "dose tens --amplitude-ma 20 --width-us 200 --rate-hz 100 --waveform symmetric"
    assert main([*words.split(), "--electrode-cm2", "25", "--seconds", "1200", "--json"]) == 0
    dose = only_json(capsys.readouterr().out)
    assert dose["charge_per_phase_uc"] == pytest.approx(4.0)
    assert dose["rms_ma"] == pytest.approx(4.0)
    assert dose["density_ma_cm2"] == pytest.approx(0.16)
    assert dose["pulses"] == pytest.approx(120_000)


def test_the_table_has_units_and_methods(capsys: pytest.CaptureFixture[str]):
    words = "dose ultrasound --intensity-w-cm2 1 --duty 1 --era-cm2 5 --seconds 480"
    assert main(words.split()) == 0
    table = capsys.readouterr().out
    assert "2400" in table
    assert "W/cm²" in table
    assert "us.energy.v1" in table


@pytest.mark.parametrize("duty", ["20", "0", "-0.2", "1:4"])
def test_a_duty_that_is_no_share_is_wrong_usage(duty: str, capsys: pytest.CaptureFixture[str]):
    words = f"dose ultrasound --intensity-w-cm2 1 --duty {duty} --era-cm2 5 --seconds 300"
    assert main(words.split()) == 2
    assert capsys.readouterr().out == ""


def test_an_intensity_that_no_unit_can_do_is_refused(capsys: pytest.CaptureFixture[str]):
    words = "dose ultrasound --intensity-w-cm2 1000 --duty 1 --era-cm2 5 --seconds 300"
    assert main(words.split()) == 2
    assert "intensity_w_cm2" in capsys.readouterr().err


# The worked numbers of electrotherapy 3.1 to 3.5 that the tests above do not hold.
@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        ("ultrasound --intensity-w-cm2 2 --duty 1 --era-cm2 5 --seconds 60 --bnr 3",
         "spatial_peak_w_cm2", 6.0),
        ("ultrasound --intensity-w-cm2 0.2 --duty 1 --era-cm2 5 --seconds 570", "head_j_cm2", 114),
        ("burst --amplitude-ma 30 --width-us 200 --burst-hz 2 --pulses-per-burst 9 "
         "--waveform symmetric", "rms_ma", 2.55),
        ("nmes --amplitude-ma 80 --width-us 400 --rate-hz 50 --waveform symmetric --on-s 10 "
         "--off-s 50 --contractions 15 --electrode-cm2 50", "pulses", 7500),
        ("nmes --amplitude-ma 80 --width-us 400 --rate-hz 50 --waveform symmetric --on-s 10 "
         "--off-s 50 --electrode-cm2 50", "density_ma_cm2", 0.32),
        ("ac-burst --amplitude-ma 60 --duty 0.5", "rms_ma", 30.0),
        ("eswt --impulses 2000 --efd-mj-mm2 0.15", "total_efd_j_cm2", 30.0),
        ("laser --power-mw 100 --beam-cm2 0.5 --seconds 60 --points 8", "total_energy_j", 48.0),
        ("swd --peak-w 150 --pulse-us 65 --rate-pps 200", "mean_power_w", 1.95),
        ("swd --peak-w 200 --pulse-us 400 --rate-pps 400 --seconds 900", "energy_j", 28_800),
        ("lipus --sata-mw-cm2 30 --burst-us 200 --repetition-hz 1000 --seconds 1200",
         "head_j_cm2", 36.0),
        ("suggest --depth-cm 4 --frequency-mhz 1 --target-w-cm2 0.5", "surface_w_cm2", 1.0),
        ("suggest --depth-cm 1 --area-cm2 10 --era-cm2 5 --duty 0.2", "suggested_min", 10.0),
        ("suggest --depth-cm 1 --rise-c 4 --sata-w-cm2 1", "heating_min", 6.7),
        ("suggest --area-cm2 10 --era-cm2 5 --duty 0.5", "suggested_min", 4.0),
        ("suggest --area-cm2 7.5 --era-cm2 5 --duty 1", "suggested_min", 1.5),
        ("suggest --frequency-mhz 1 --rise-c 4 --sata-w-cm2 1.5", "heating_min", 13.3),
        ("suggest --depth-cm 1 --tissue-stage acute", "surface_high_w_cm2", 0.3 * 2**0.4),
        # §3.3: a round pad of 3.2 cm, 8.04 cm², reaches 2 mA/cm² at 80.4 mA.
        ("tens --amplitude-ma 50 --width-us 200 --rate-hz 100 --waveform symmetric "
         "--electrode-cm2 8.04", "density_cap_ma", 80.4),
        ("ultrasound --intensity-w-cm2 1 --duty 0.2 --era-cm2 5 --seconds 300 --area-cm2 10",
         "coverage_heads", 2.0),
        ("ultrasound --intensity-w-cm2 1 --duty 0.2 --era-cm2 5 --seconds 300 --area-cm2 10",
         "min_per_era", 2.5),
        ("ifc --amplitude-ma 42.4264 --electrode-cm2 25", "density_ma_cm2", 1.2),
    ],
)  # fmt: skip
def test_every_worked_number_is_reproduced(words: str, key: str, value: float):
    assert run_json("dose", *words.split())[key] == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("words", "key", "reason"),
    [
        ("tens --amplitude-ma 20 --width-us 200 --rate-hz 100 --waveform symmetric",
         "density_ma_cm2", "no electrode size given"),
        ("eswt --impulses 2000 --pressure-bar 2.5", "total_efd_mj_mm2", "pressure in bar"),
        ("swd --peak-w 200 --pulse-us 400 --rate-pps 400", "energy_j", "no treatment time"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_says_why(words: str, key: str, reason: str):
    dose = run_json("dose", *words.split())
    assert dose[key] is None
    assert reason in dose[f"{key}_reason"]


def test_pulses_that_overlap_are_wrong_usage(capsys: pytest.CaptureFixture[str]):
    words = "dose swd --peak-w 200 --pulse-us 5000 --rate-pps 400"
    assert main(words.split()) == 2
    assert "share of time" in capsys.readouterr().err
