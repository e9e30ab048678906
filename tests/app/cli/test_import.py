from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from data.store import Store
from firmware_sim.sciencemode2 import ScienceMode2Firmware
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from tests.app.cli.shell import only_json
from tests.controlling_program import ScienceMode2Program, ScienceMode4Program
from tests.laboratory import Laboratory

BEGAN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
PULSE = [(200, 20.0), (100, 0.0), (200, -20.0)]

Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Files:
    capture: Path
    raw: Path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """20 mA for 200 µs at 50 Hz, for 60 s, begun 4 s into the recording."""
    program = ScienceMode4Program()
    lab = Laboratory(ScienceMode4Firmware(obeys=True))
    lab.send(program.send(52) + program.init())
    lab.wait(4)
    lab.send(program.update({0: (20.0, PULSE)}))
    lab.keep(60, program.get_current_data())
    lab.send(program.stop())
    lab.wait(3)
    raw = tmp_path / "tee.raw"
    raw.write_bytes(lab.raw())
    return Files(lab.write_capture(tmp_path / "p24.bytes", BEGAN), raw)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "clinic.db"


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*words: object) -> Any:
        assert main([*map(str, words), "--json"]) == 0, capsys.readouterr().err
        return only_json(capsys.readouterr().out)

    return run


@pytest.fixture
def person(database: Path, ask: Ask) -> str:
    return ask("people", "add", "--name", "Alex Morgan", "--db", database)["id"]


def read_four(file: Path, *more: object) -> list[object]:
    return ["import", "--format", "sciencemode4", file, *more]


def test_a_capture_is_stored_with_its_times_and_its_sums(
    files: Files, database: Path, person: str, ask: Ask
):
    words = ("--person", person, "--db", database, "--side", "left", "--site", "quadriceps")
    found = ask(*read_four(files.capture, *words))
    assert (found["stored"], found["has_times"], found["not_understood_bytes"]) == (True, True, 0)
    assert found["messages"]["ML_GET_CURRENT_DATA"] == 120
    treatment = found["treatment"]
    # The recording began at 9:30:00, output four seconds later.
    assert treatment["started_at"] == "2026-03-14T09:30:04+00:00"
    assert treatment["ended_at"] == "2026-03-14T09:31:04+00:00"
    assert treatment["actual_s"] == pytest.approx(60)
    assert (treatment["side"], treatment["site"]) == ("left", "quadriceps")
    assert treatment["device"]["serial"] == "P24-000123"
    dose = treatment["dose"]
    # 50 a second for 60 s; 20 mA · 200 µs = 4 µC; 20 mA · √(2 · 200 µs · 50 Hz) (§3.3).
    assert dose["ch1_pulses"] == pytest.approx(3000)
    assert dose["ch1_settings_charge_uc"] == pytest.approx(12_000)
    assert dose["ch1_charge_per_phase_uc"] == pytest.approx(4.0)
    assert dose["ch1_rms_ma"] == pytest.approx(2.8284, abs=1e-4)
    assert treatment["dose_origins"]["ch1_pulses"] == "derived"
    shown = ask("show", treatment["id"], "--db", database)
    assert {key: shown[key] for key in treatment} == treatment
    (session,) = ask("sessions", "--person", person, "--db", database)
    assert session["id"] == treatment["session"]
    assert session["ended_at"] == treatment["ended_at"]


def test_it_goes_into_the_visit_of_that_day(files: Files, database: Path, person: str, ask: Ask):
    with_visit = Store(database)
    person_id = with_visit.people.all()[0].id
    visit = with_visit.sessions.open(person_id, BEGAN, 0)
    with_visit.close()
    found = ask(*read_four(files.capture, "--person", person, "--db", database))
    assert found["treatment"]["session"] == str(visit.id)


def test_the_same_recording_is_not_stored_twice(
    files: Files, database: Path, person: str, ask: Ask, capsys: pytest.CaptureFixture[str]
):
    words = read_four(files.capture, "--person", person, "--db", database)
    ask(*words)
    assert main([str(word) for word in words]) == 1
    assert "already stored" in capsys.readouterr().err
    (session,) = ask("sessions", "--db", database)
    assert len(ask("show", session["id"], "--db", database)["treatments"]) == 1


@pytest.mark.parametrize("words", [["--dry-run"], []])
def test_without_a_person_or_dry_nothing_is_stored(
    files: Files, database: Path, person: str, ask: Ask, words: list[str]
):
    given = [*words, *(["--person", person] if words else [])]
    found = ask(*read_four(files.capture, *given, "--db", database))
    assert found["stored"] is False
    assert found["treatment"]["id"] is None
    assert found["treatment"]["dose"]["ch1_pulses"] == pytest.approx(3000)
    assert ask("sessions", "--db", database) == []


def test_a_dry_run_needs_no_database(files: Files, tmp_path: Path, ask: Ask):
    ask(*read_four(files.capture, "--dry-run", "--db", tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


def test_a_raw_recording_says_that_it_has_no_times_and_sums_nothing_up(
    files: Files, database: Path, person: str, ask: Ask
):
    words = ("--person", person, "--db", database, "--started", "2026-03-14T09:30+00:00")
    treatment = ask(*read_four(files.raw, *words))["treatment"]
    assert treatment["started_at"] == "2026-03-14T09:30:00+00:00"
    assert (treatment["actual_s"], treatment["ended_at"]) == (None, None)
    assert treatment["settings"][0]["amplitude_ma"] == 20.0
    assert treatment["dose"]["ch1_settings_charge_uc"] is None
    assert treatment["dose"]["ch1_settings_charge_uc_reason"] == "the recording carries no times"
    assert treatment["dose"]["ch1_charge_per_phase_uc"] == pytest.approx(4.0)
    assert any("carries no times" in flag for flag in treatment["flags"])


def test_the_day_of_a_raw_recording_is_said_to_be_that_of_its_file(files: Files, ask: Ask):
    flags = ask(*read_four(files.raw, "--dry-run"))["treatment"]["flags"]
    assert "The day and time are those of the file." in flags


def test_what_was_understood_is_printed_before_it_is_stored(
    files: Files, database: Path, person: str, capsys: pytest.CaptureFixture[str]
):
    words = read_four(files.capture, "--person", person, "--db", database)
    assert main([str(word) for word in words]) == 0
    out = capsys.readouterr().out
    lines = ["120 ML_GET_CURRENT_DATA", "symmetric", "12000", "was not measured", "Stored as"]
    places = [out.find(line) for line in lines]
    assert -1 not in places
    assert places == sorted(places)
    assert files.capture.name not in out


def test_two_recordings_of_a_rehastim2_are_read_too(tmp_path: Path, ask: Ask):
    program = ScienceMode2Program()
    lab = Laboratory(ScienceMode2Firmware(obeys=True))
    lab.send(program.init_ack() + program.init_list([0], 20) + program.start((0, 300, 20)))
    lab.keep(30, program.watchdog())
    lab.send(program.stop())
    capture = lab.write_capture(tmp_path / "rs2.bytes", BEGAN)
    found = ask("import", "--format", "sciencemode2", capture, "--dry-run")
    # 20 mA · 300 µs = 6 µC, 50 a second for 30 s.
    assert found["treatment"]["dose"]["ch1_settings_charge_uc"] == pytest.approx(9000)


@pytest.mark.parametrize(
    ("content", "words", "status", "says"),
    [
        (b"\x00\xf0 nothing \x0f" * 100, [], 1, "no order for output"),
        (b"", [], 1, "no order for output"),
        (b'{"format": "myograph-bytes", "version": 9}\n', [], 1, "later version"),
        (b'{"format": "myograph-bytes", "version": 1}\n', [], 1, "when it began"),
        (b"", ["--started", "yesterday"], 2, "must be a moment"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_stored(
    tmp_path: Path,
    content: bytes,
    words: list[str],
    status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
):
    file = tmp_path / "file"
    file.write_bytes(content)
    assert main([str(word) for word in read_four(file, *words)]) == status
    assert says in capsys.readouterr().err


def test_a_capture_takes_no_other_beginning(files: Files, capsys: pytest.CaptureFixture[str]):
    words = read_four(files.capture, "--started", "2026-01-01T10:00", "--dry-run")
    assert main([str(word) for word in words]) == 2
    assert "its own times" in capsys.readouterr().err


def test_a_capture_that_is_cut_off_is_read_up_to_there(files: Files, ask: Ask):
    data = files.capture.read_bytes()
    files.capture.write_bytes(data[: len(data) // 2])
    flags = ask(*read_four(files.capture, "--dry-run"))["treatment"]["flags"]
    assert any("cut off" in flag for flag in flags)
    assert any("ends while output is on" in flag for flag in flags)
