from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.cli.database import find_record
from app.cli.errors import CommandError
from data.store import Store
from tests.app.cli.shell import only_json
from tests.app.clinic import Clinic, make_clinic

HOSTILE = 'Robert"); DROP TABLE people;--\x1b[31m\n\u202e=cmd|calc <script>&amp;'

Ask = Callable[..., Any]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return make_clinic(tmp_path / "clinic.db")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command and gives its one JSON value."""

    def run(*words: object) -> Any:
        assert main([*map(str, words), "--json"]) == 0, capsys.readouterr().err
        return only_json(capsys.readouterr().out)

    return run


def test_a_person_who_was_added_is_listed_and_shown(tmp_path: Path, ask: Ask):
    db = tmp_path / "new" / "clinic.db"
    words = ("--name", "Alex Morgan", "--born", "1998-07-02", "--mass-kg", 78, "--injured", "left")
    added = ask("people", "add", *words, "--db", db)
    assert added["body_mass_kg"] == 78
    assert ask("people", "--db", db) == [added]
    assert ask("people", "--find", "morgan", "--db", db) == [added]
    assert ask("people", "--find", "nobody", "--db", db) == []
    shown = ask("show", added["id"], "--db", db)
    assert shown == {"kind": "person", **added, "sessions": [], "items": []}


def test_the_database_may_stand_before_or_after_the_words(tmp_path: Path, ask: Ask):
    db = tmp_path / "clinic.db"
    added = ask("--db", db, "people", "add", "--name", "A")
    assert ask("people", "--db", db) == [added]
    assert ask("--db", db, "people") == [added]


def test_a_hostile_name_is_kept_to_the_letter_and_printed_on_one_line(
    tmp_path: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
):
    db = tmp_path / "clinic.db"
    assert ask("people", "add", "--name", HOSTILE, "--db", db)["name"] == HOSTILE
    assert ask("people", "--db", db)[0]["name"] == HOSTILE
    assert main(["people", "--db", str(db)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "\x1b" not in lines[1]
    assert "\u202e" not in lines[1]


def test_sessions_are_listed_by_person_and_by_day(clinic: Clinic, ask: Ask):
    (session,) = ask("sessions", "--db", clinic.path)
    assert session["id"] == str(clinic.session.id)
    assert ask("sessions", "--person", clinic.person_id, "--db", clinic.path) == [session]
    assert ask("sessions", "--day", "2026-03-14", "--db", clinic.path) == [session]
    assert ask("sessions", "--day", "2026-03-15", "--db", clinic.path) == []


def test_a_session_shows_its_trials_and_treatments(clinic: Clinic, ask: Ask):
    shown = ask("show", clinic.session.id, "--db", clinic.path)
    assert shown["kind"] == "session"
    assert [trial["test"] for trial in shown["trials"]] == ["nordic.bil", *["ham.iso9020"] * 2]
    # 1.0 W/cm² · 20 % · 5 cm² · 300 s.
    assert shown["treatments"][0]["dose"]["energy_j"] == 300.0


def test_a_trial_shows_its_numbers(clinic: Clinic, ask: Ask):
    shown = ask("show", clinic.trials[0].id, "--db", clinic.path)
    peaks = [(rep["side"], round(rep["peak_n"])) for rep in shown["reps"]]
    assert peaks == [("left", 310), ("right", 262), ("left", 322), ("right", 268)]
    assert shown["asymmetry"]["value_percent"] == pytest.approx(100 * (322 - 268) / 322, rel=1e-6)
    assert shown["device"]["serial"] == "ONB-0042"


@pytest.mark.parametrize("words", [["show"], ["sessions"], ["people"]])
def test_what_is_stored_can_be_read_by_people_too(
    clinic: Clinic, words: list[str], capsys: pytest.CaptureFixture[str]
):
    ids = [str(clinic.session.id)] if words == ["show"] else []
    assert main([*words, *ids, "--db", str(clinic.path)]) == 0
    assert "Alex Morgan" in capsys.readouterr().out


def test_a_treatment_is_shown_with_the_origin_of_its_dose(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
):
    assert main(["show", str(clinic.treatment_id), "--db", str(clinic.path)]) == 0
    shown = capsys.readouterr().out
    assert "derived" in shown
    assert "beam non-uniformity ratio not given" in shown


def test_the_beginning_of_an_id_is_enough_while_it_is_the_only_one(clinic: Clinic):
    store = Store(clinic.path)
    whole = str(clinic.treatment_id)
    assert find_record(store, whole[:-2]).id == clinic.treatment_id
    with pytest.raises(CommandError, match="give more of it"):
        find_record(store, whole[:1])
    with pytest.raises(CommandError, match="no person, session, trial or treatment"):
        find_record(store, "ffff")
    store.close()


def test_json_of_everything_has_no_nan(clinic: Clinic, ask: Ask):
    for trial in clinic.trials:
        json.dumps(ask("show", trial.id, "--db", clinic.path), allow_nan=False)
