from __future__ import annotations

from pathlib import Path

import pytest

from data.clinical.entries import CatalogueError
from data.clinical.modalities import forms
from data.clinical.presets import FROM_MEMORY, Preset, presets, presets_of, presets_text

MINE = Preset("tens.knee", "Knee, ours", "tens", {"pulse_rate_hz": 90.0}, is_clinics_own=True)


@pytest.mark.parametrize("modality", forms())
def test_every_modality_has_a_preset(modality: str):
    assert presets_of(modality)


def test_a_preset_without_a_source_says_so():
    assert presets()["tens.burst"].said_by == FROM_MEMORY
    assert "10.1186" in presets()["tens.conventional"].said_by
    assert MINE.said_by == "the clinic"


def test_the_clinics_presets_come_back_as_they_were_written(tmp_path: Path):
    replaced = Preset("tens.burst", "Burst, ours", "tens", {"mode": "burst"}, is_clinics_own=True)
    (tmp_path / "presets_a.yaml").write_text(presets_text([MINE, replaced]), "utf-8")
    found = presets(tmp_path)
    assert found["tens.knee"] == MINE
    assert found["tens.burst"] == replaced
    assert found["tens.conventional"] == presets()["tens.conventional"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [({"era_cm2": 5.0}, "no field of tens"), ({"pulse_rate_hz": 5000.0}, "0.1 to 1000 Hz")],
)
def test_a_preset_that_cannot_be_is_refused(values: dict[str, float], problem: str, tmp_path: Path):
    text = presets_text([Preset("x", "X", "tens", values)])
    (tmp_path / "presets.yaml").write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=problem):
        presets(tmp_path)
