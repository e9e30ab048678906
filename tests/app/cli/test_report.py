from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from data.rehabilitation import Message, MessageKind
from data.store import Store
from tests.app.cli.shell import run
from tests.app.clinic import make_clinic
from tests.app.pdf_text import pdf_pages
from tests.app.test_report import pages
from tests.data import samples


def test_a_visit_becomes_a_pdf(tmp_path: Path):
    clinic = make_clinic(tmp_path / "clinic.db", visits=2)
    out = tmp_path / "report.pdf"
    result = run("report", clinic.session.id, "--out", out, "--db", clinic.path)
    assert result.returncode == 0, result.stderr
    assert pages(out) in {1, 2}


def test_what_is_no_session_is_told(tmp_path: Path):
    clinic = make_clinic(tmp_path / "clinic.db")
    out = tmp_path / "report.pdf"
    result = run("report", clinic.person_id, "--out", out, "--db", clinic.path)
    assert result.returncode == 1
    assert "is not a session" in result.stderr
    assert not out.exists()


def test_a_treatment_a_letter_and_a_person_become_a_pdf_each(tmp_path: Path):
    clinic = make_clinic(tmp_path / "clinic.db")
    store = Store(clinic.path)
    letter = Message(
        id=UUID("0fffffff-0000-7000-8000-000000000001"),
        at=clinic.session.started_at,
        person_id=clinic.person_id,
        session_id=clinic.session.id,
        kind=MessageKind.UPDATE,
        to="Dr. Steiner",
    )
    store.messages.save(letter)
    store.close()
    for what, kind, said in (
        ([clinic.treatment_id], "treatment", "TREATMENT RECORD"),
        (["0fffffff"], "message", "UPDATE"),
        (["--person", clinic.person_id], "person", "PROGRESS"),
    ):
        out = tmp_path / f"{kind}.pdf"
        result = run("report", *what, "--out", out, "--db", clinic.path, "--json")
        assert result.returncode == 0, result.stderr
        assert set(json.loads(result.stdout)) == {kind, "file"}
        assert pdf_pages(out)[0].says(said)


def test_a_folder_that_is_missing_is_told(tmp_path: Path):
    clinic = make_clinic(tmp_path / "clinic.db")
    out = tmp_path / "absent" / "report.pdf"
    result = run("report", clinic.session.id, "--out", out, "--db", clinic.path)
    assert result.returncode == 1
    assert result.stderr.startswith("myograph: No such file or directory: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trials SET note = 'x' WHERE test_id = 'nordic.bil'",
        "DELETE FROM curve_blocks WHERE trial_id IN"
        " (SELECT id FROM trials WHERE test_id = 'nordic.bil')",
    ],
)
def test_a_damaged_test_does_not_stop_the_report_of_its_visit(tmp_path: Path, change: str):
    clinic = make_clinic(tmp_path / "clinic.db")
    store = Store(clinic.path)
    with samples.altered(store) as connection:
        assert connection.execute(change).rowcount
    out = tmp_path / "report.pdf"
    result = run("report", clinic.session.id, "--out", out, "--db", clinic.path)
    assert result.returncode == 0, result.stderr
    assert pages(out) == 1
