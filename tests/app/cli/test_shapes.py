from __future__ import annotations

import json
from dataclasses import replace

from app.cli.shapes import analysis_json, treatment_json, trial_json
from data.analysis.types import Metric, QualityNote, Side
from data.records import TrialState
from devices.types import Gap
from tests import builders

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def strict(value: object) -> None:
    json.dumps(value, allow_nan=False)


def test_a_trial_has_the_keys_that_scripts_rely_on():
    reps = [builders.rep(1, LEFT, 300.0), builders.rep(1, RIGHT, 240.0)]
    results = builders.analysis(reps, builders.asymmetry(300.0, 240.0))
    shape = trial_json(builders.trial(builders.header(LEFT, RIGHT), results))
    wanted = "id test device link samples lost rate_hz reps asymmetry quality"
    assert set(wanted.split()) <= set(shape)
    assert shape["device"] == {
        "model": "onb",
        "name": "Open Nordic Board",
        "serial": "ONB-0042",
        "firmware": "1.3.0",
    }
    rep = shape["reps"][0]
    assert (rep["side"], rep["peak_n"], rep["time_to_peak_s"]) == ("left", 300.0, 3.0)
    assert shape["asymmetry"]["value_percent"] == 20.0
    assert shape["asymmetry"]["left_n"] == 300.0
    strict(shape)


def test_a_refused_number_is_null_beside_its_reason():
    reps = [builders.rep(1, LEFT, 300.0, refused="sampling rate 80 Hz is too low")]
    shape = analysis_json(builders.analysis(reps, builders.asymmetry(300.0, None, "no right limb")))
    rep = shape["reps"][0]
    assert rep["rfd_0_50_n_per_s"] is None
    assert rep["rfd_0_50_n_per_s_reason"] == "sampling rate 80 Hz is too low"
    assert shape["asymmetry"]["value_percent"] is None
    assert shape["asymmetry"]["value_percent_reason"] == "no right limb"
    assert "peak_n_reason" not in rep


def test_a_number_that_json_cannot_hold_is_null_with_a_reason():
    rep = builders.rep(1, LEFT, 300.0)
    broken = replace(rep, metrics={"peak_n": Metric(float("nan"), "N", "peak.raw.v1")})
    shape = analysis_json(builders.analysis([broken], builders.asymmetry(None, None, "none")))
    assert shape["reps"][0]["peak_n"] is None
    assert shape["reps"][0]["peak_n_reason"]
    strict(shape)


def test_gaps_states_and_rejected_repetitions_are_told():
    reps = [builders.rep(1, LEFT, 300.0, codes=("GAP",), rejected="slipped")]
    note = QualityNote("GAP", "Samples are missing.", 1, LEFT)
    trial = builders.trial(
        builders.header(LEFT, is_virtual=True),
        builders.analysis(reps, builders.asymmetry(None, None, "none"), quality=(note,)),
        state=TrialState.INTERRUPTED,
        gaps=(Gap(1_000_000, 1_500_000, 499, "link lost"),),
        lost=499,
    )
    shape = trial_json(trial)
    assert shape["virtual"] is True
    assert shape["state"] == "interrupted"
    assert shape["gaps"] == [{"start_s": 1.0, "end_s": 1.5, "samples": 499, "cause": "link lost"}]
    assert shape["reps"][0]["rejected"] == "slipped"
    assert shape["quality"][0]["code"] == "GAP"


def test_a_dose_is_numbers_with_origins_beside_them():
    shape = treatment_json(builders.ultrasound())
    assert shape["dose"]["energy_j"] == 300.0
    assert shape["dose"]["spatial_peak_w_cm2"] is None
    assert shape["dose"]["spatial_peak_w_cm2_reason"] == "beam non-uniformity ratio not given"
    assert shape["dose_origins"]["energy_j"] == "derived"
    assert shape["settings"][0]["duty"] == 0.2
    strict(shape)
