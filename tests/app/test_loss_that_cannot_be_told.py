"""0 lost is said only of a device that can tell; of the others, that it cannot be told."""

from __future__ import annotations

from dataclasses import replace

from app.cli.shapes import trial_json
from app.report.provenance import provenance
from app.wording import lost_text
from data.export import trial_object
from data.records import Trial, TrialHeader
from data.sides import Side
from data.values import from_json, to_json
from tests import builders


def known() -> Trial:
    return builders.trial(
        builders.header(Side.LEFT), builders.analysis((), builders.asymmetry(None, None))
    )


def silent(lost: int = 0) -> Trial:
    """Of a device whose samples carry neither a number nor a time."""
    trial = known()
    return replace(trial, header=replace(trial.header, tells_loss=False), lost=lost, gaps=())


def test_json_and_export_say_null_with_the_reason():
    for found in (trial_json(silent()), trial_object(silent())):
        assert found["lost"] is None
        assert "tells whether samples are missing" in str(found["lost_reason"])


def test_a_device_that_can_tell_says_its_number():
    counted = replace(known(), lost=0, gaps=())
    for found in (trial_json(counted), trial_object(counted)):
        assert found["lost"] == 0
        assert "lost_reason" not in found


def test_report_and_window_never_say_none_lost_of_it():
    said = " ".join(fact.value for fact in provenance([silent()]))
    assert "cannot tell" in said
    assert "none lost" not in said
    assert lost_text([silent()]) == lost_text([replace(known(), lost=0), silent()])


def test_a_gap_that_was_counted_all_the_same_is_a_number():
    assert lost_text([silent(lost=3)]) == "3 lost"
    assert trial_json(silent(lost=3))["lost"] == 3


def test_records_from_before_the_flag_are_read_as_before():
    header = known().header
    old = to_json(header)
    del old["tells_loss"]
    assert from_json(TrialHeader, old) == header
