from __future__ import annotations

from pathlib import Path

import pytest

from data.clinical.entries import CatalogueError
from data.clinical.exercises import Dosage, exercises, for_stage, gait_terms
from data.records import Stage

OWN = """
version: 1
exercises:
  clinic.step:
    name: Step-up
    how: Up and down.
    region: leg
    kind: strength
    dosage:
      functional: {sets: 3, repetitions: 8, load: "10 kg, each hand", times_a_week: 2}
    progression: Higher step.
"""


def test_the_library_has_hamstring_and_running_content_for_every_stage():
    library = exercises()
    kinds = {exercise.kind for exercise in library.values()}
    assert {"isometric", "bridge", "hinge", "eccentric", "sprint", "drill"} <= kinds
    assert {"ham.nordic", "ham.slider", "ham.bridge.single", "ham.rdl"} <= library.keys()
    for stage in Stage:
        assert any(stage in exercise.dosage for exercise in library.values()), stage


def test_every_exercise_says_how_and_how_much_and_what_next():
    for exercise in exercises().values():
        assert exercise.how.endswith(".")
        assert exercise.progression
        assert exercise.pain_rule
        for dosage in exercise.dosage.values():
            assert dosage.sets
            assert dosage.repetitions or dosage.hold_s or dosage.distance_m
            assert dosage.times_a_week


def test_the_dosage_is_that_of_the_stage_or_of_the_nearest_earlier_one():
    bridge = exercises()["ham.bridge.single"]
    assert bridge.dosage_in(Stage.FUNCTIONAL).repetitions == 12
    assert bridge.dosage_in(Stage.RETURN_TO_RUNNING) == bridge.dosage_in(Stage.FUNCTIONAL)
    assert bridge.dosage_in(Stage.ACUTE) == bridge.dosage[Stage.STRENGTHENING]
    assert bridge.dosage_in(None) == bridge.dosage[Stage.STRENGTHENING]


def test_exercises_of_the_stage_come_first():
    library = exercises()
    ordered = for_stage(library, Stage.ACUTE)
    fits = [Stage.ACUTE in exercise.dosage for exercise in ordered]
    assert fits == sorted(fits, reverse=True)
    assert len(ordered) == len(library)


def test_the_clinics_own_stand_beside_those_that_ship(tmp_path: Path):
    (tmp_path / "exercises_gym.yaml").write_text(OWN, encoding="utf-8")
    library = exercises(tmp_path)
    step = library["clinic.step"]
    assert step.dosage == {
        Stage.FUNCTIONAL: Dosage(sets=3, repetitions=8, load="10 kg, each hand", times_a_week=2)
    }
    assert "ham.nordic" in library


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("functional:", "later:", "'later', which is no stage"),
        ("name: Step-up", "nam: Step-up", "name is missing"),
        ("repetitions: 8", "reps: 8", "unknown fields: reps"),
        ("sets: 3", "sets: 0", "sets must be a whole number from 1"),
    ],
)
def test_a_wrong_file_is_refused_by_its_entry(tmp_path: Path, old: str, new: str, problem: str):
    (tmp_path / "exercises.yaml").write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError, match=problem):
        exercises(tmp_path)


def test_gait_terms_are_there():
    assert "even and relaxed" in gait_terms()
