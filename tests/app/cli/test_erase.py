from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main
from data.store import Store
from tests.app.cli.shell import only_json, run
from tests.app.clinic import Clinic, make_clinic

NAME = "Zyxwvut Quetzal"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return make_clinic(tmp_path / "x.db", NAME)


def test_without_a_terminal_nothing_is_erased_but_told(clinic: Clinic):
    result = run("erase", clinic.person_id, "--db", clinic.path, "--json")
    assert result.returncode == 2
    found = only_json(result.stdout)
    assert found["erased"] is False
    assert found["records"] == {"sessions": 1, "trials": 3, "treatments": 1}
    assert "nothing was erased; --yes" in result.stderr
    store = Store(clinic.path)
    assert len(store.trials.of_person(clinic.person_id)) == 3
    store.close()


def test_with_yes_the_name_is_in_no_file_any_more(clinic: Clinic, tmp_path: Path):
    result = run("erase", str(clinic.person_id), "--yes", "--db", clinic.path, "--json")
    assert result.returncode == 0, result.stderr
    found = only_json(result.stdout)
    assert (found["erased"], found["traces"], found["captures"]) == (True, None, 0)
    assert NAME not in result.stdout
    assert "Backups, exports and reports that were made earlier still hold" in result.stderr
    whole = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"zyxwvut" not in whole.lower()
    assert main(["verify", "--db", str(clinic.path)]) == 0


def test_people_are_shown_what_would_go(clinic: Clinic):
    result = run("erase", clinic.person_id, "--db", clinic.path)
    assert result.returncode == 2
    for line in (NAME, "sessions", "treatments", "recordings not stored yet"):
        assert line in result.stdout


def test_only_a_person_is_erased(clinic: Clinic, capsys: pytest.CaptureFixture[str]):
    assert main(["erase", str(clinic.session.id), "--yes", "--db", str(clinic.path)]) == 1
    assert "is not a person" in capsys.readouterr().err
