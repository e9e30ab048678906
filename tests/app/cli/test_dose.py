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
