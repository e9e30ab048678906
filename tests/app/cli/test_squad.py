from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from data.store import Store
from tests.app.cli.shell import only_json
from tests.app.clinic import Clinic, make_clinic

Ask = Callable[..., Any]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    found = make_clinic(tmp_path / "clinic.db", visits=2)
    store = Store(found.path)
    store.people.update(replace(store.people.get(found.person_id), team="U19"))
    store.close()
    return found


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], clinic: Clinic) -> Ask:
    def run(*words: str) -> Any:
        code = main(["squad", *words, "--db", str(clinic.path), "--on", "2026-03-20", "--json"])
        assert code == 0, capsys.readouterr().err
        return only_json(capsys.readouterr().out)

    return run


def test_a_team_in_one_test_as_json(ask: Ask, clinic: Clinic) -> None:
    squad = ask("U19", "--test", "nordic.bil")
    (athlete,) = squad["athletes"]
    assert athlete["person_id"] == str(clinic.person_id)
    assert athlete["days_since"] == 6  # the last visit is of 14 March
    # Best of the curves with peaks 310 and 322 N left, 262 and 268 N right; 78 kg.
    assert athlete["left"]["peak_n"] == pytest.approx(322, abs=1)
    assert athlete["right"]["per_kg_n_kg"] == pytest.approx(268 / 78, abs=0.02)
    assert athlete["difference_percent"] == pytest.approx(100 * (268 - 322) / 322, abs=0.5)
    assert len(athlete["left"]["series"]) == 2
    change = athlete["left"]["change"]
    assert change["difference_n"] == pytest.approx(0, abs=1)
    # Opar 2013: 27.5 N, times 1.96 · √2.
    assert change["mdc95_n"] == pytest.approx(76.2, abs=0.1)
    assert change["is_beyond_error"] is False
    assert "Opar 2013" in athlete["error"]["source"]


def test_limbs_that_were_tested_one_after_the_other_are_one_line(ask: Ask) -> None:
    (athlete,) = ask("--test", "ham.iso9020")["athletes"]
    assert athlete["left"]["peak_n"] == pytest.approx(300, abs=1)
    assert athlete["right"]["peak_n"] == pytest.approx(255, abs=1)
    assert athlete["missing_today"] == []


def test_who_was_never_tested_has_no_numbers(ask: Ask) -> None:
    (athlete,) = ask("U19", "--test", "grip")["athletes"]
    assert (athlete["left"], athlete["days_since"]) == (None, None)


def test_the_table_is_for_people(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["squad", "U19", "--test", "nordic.bil", "--on", "2026-03-20"]
    assert main([*words, "--db", str(clinic.path)]) == 0
    out = capsys.readouterr().out
    assert "left since first N" in out
    assert "L +17 %" in out
    assert "0 ± 76" in out
    assert "Open Nordic Board" in out
    for method in ("peak.raw.v1, best of the valid", "asym.signed.v1", "MDC95", "Opar 2013"):
        assert method in out


@pytest.mark.parametrize(
    ("words", "said"),
    [(["U19", "--test", "no.such"], "no test “no.such”"), (["U7", "--test", "grip"], "“U7”")],
)
def test_what_is_not_there_is_said(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["squad", *words, "--db", str(clinic.path)]) == 1
    assert said in capsys.readouterr().err
