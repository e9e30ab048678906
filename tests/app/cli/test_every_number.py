"""Every number that a command or an export gives has its unit, and side, device and method near."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.__main__ import main
from data.episodes import Event, EventKind, TypedValue
from data.ids import uuid7
from data.store import Store
from tests.app.cli.shell import only_json, write_csv
from tests.app.clinic import Clinic, make_clinic
from tests.data import samples

# SI and the units of the field, as a key ends in them.
UNIT = re.compile(
    r"_(n|ns|nm|s|ms|us|min|hz|mhz|kg|m|percent|percent_per_rep|bytes|ma|uc|uc_cm2|ma_cm2|mw_cm2|"
    r"cm2|w|w_cm2|j|j_cm2|mj|v|deg|counts|n_per_s|n_per_kg|nm_per_kg|n_per_s_per_kg|n_kg067)$"
)
# What is counted, numbered, rated from 0 to 10, or a fraction of one.
PURE = {
    "number", "rep", "version", "channel", "head", "place",
    "samples", "lost", "pulses", "reps", "unchanged", "captures", "irregular_intervals",
    "pain_before", "pain_after", "pain", "effort", "pain_limit",
    "duty", "on_fraction", "off_fraction", "hold_fraction",
}  # fmt: skip
COUNTS = {"counts", "records", "items", "messages"}
TELLS_UNIT = {"left", "right"}  # beside `metric`, a key that ends in its unit

Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    path: str
    key: str
    value: object
    beside: dict[str, Any]


def leaves(value: object, path: str = "", key: str = "") -> Iterator[Leaf]:
    yield from _leaves(value, path, key, {})


def _leaves(value: object, path: str, key: str, beside: dict[str, Any]) -> Iterator[Leaf]:
    if isinstance(value, dict):
        inside = cast("dict[str, Any]", value)
        for name, each in inside.items():
            yield from _leaves(each, f"{path}/{name}", name, inside)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _leaves(each, path, key, beside)
    else:
        yield Leaf(path, key, value, beside)


def has_unit(leaf: Leaf) -> bool:
    parent = leaf.path.split("/")[-2]
    return (
        bool(UNIT.search(leaf.key))
        or leaf.key in PURE | {"minutes"}
        or parent in COUNTS
        or "unit" in leaf.beside
        or (leaf.key in TELLS_UNIT and bool(UNIT.search(str(leaf.beside.get("metric")))))
    )


def without_unit(value: object) -> set[str]:
    return {
        leaf.path
        for leaf in leaves(value)
        if isinstance(leaf.value, int | float)
        and not isinstance(leaf.value, bool)
        and not has_unit(leaf)
    }


def unexplained(value: object) -> set[str]:
    """Refused numbers without a reason beside them."""
    return {
        leaf.path
        for leaf in leaves(value)
        if leaf.value is None
        and UNIT.search(leaf.key)
        and not leaf.beside.keys() & {f"{leaf.key}_reason", "reason"}
        and not IS_CHOSEN & set(leaf.path.split("/"))
        and leaf.key not in NOT_MEASURED
    }


# A setting that a unit does not have, or that nobody chose, is absent without a reason.
IS_CHOSEN = {"settings", "options", "counters", "calibration"}
# What nobody measured, chose or typed in has no reason for being absent.
NOT_MEASURED = {
    "body_mass_kg", "lever_m", "gravity_n", "target_n", "capacity_n", "resolution_n",
    "planned_s", "area_cm2", "uncertainty_percent", "newtons_per_count", "zero_counts",
    "hardware_filter_ms", "force_angle_deg", "filter_hz", "left_n", "right_n",
}  # fmt: skip


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """One of everything that can be stored."""
    clinic = make_clinic(tmp_path / "x.db")
    store = Store(clinic.path)
    person_id, session_id = clinic.person_id, clinic.session.id
    injury = store.episodes.save(samples.episode(person_id))
    store.treatments.save(samples.treatment(clinic.session))
    at = samples.BEGIN
    store.events.save(
        Event(id=uuid7(), at=at, person_id=person_id, kind=EventKind.MATCH, minutes=90.0, effort=7)
    )
    store.typed_values.save(
        TypedValue(
            id=uuid7(),
            at=at,
            person_id=person_id,
            session_id=session_id,
            episode_id=injury.id,
            measure_id="slr",
            value=70.0,
            unit="°",
        )
    )
    trial = clinic.trials[0]
    rep = replace(
        trial.analysis.reps[0], metrics={"peak_n": trial.analysis.reps[0].metrics["peak_n"]}
    )
    store.trials.replace_analysis(trial.id, replace(trial.analysis, reps=(rep,)), "")
    store.close()
    return clinic


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*words: object) -> Any:
        assert main([*map(str, words)]) == 0, capsys.readouterr().err
        return only_json(capsys.readouterr().out)

    return run


@pytest.fixture
def curve(tmp_path: Path) -> Path:
    t = samples.np.arange(800) / 100
    force = samples.np.interp(t, [2, 2.3, 5.3, 5.6], [0, 300, 300, 0])
    return write_csv(tmp_path / "curve.csv", "time_s,left_n,right_n", t, force, force)


def answers(clinic: Clinic, curve: Path, ask: Ask) -> dict[str, Any]:
    db = ("--db", clinic.path, "--json")
    session, trial = clinic.session.id, clinic.trials[0].id
    return {
        "people": ask("people", *db),
        "sessions": ask("sessions", *db),
        "show person": ask("show", clinic.person_id, *db),
        "show session": ask("show", session, *db),
        "show trial": ask("show", trial, "--history", *db),
        "show treatment": ask("show", clinic.treatment_id, *db),
        "export": ask("export", "--db", clinic.path),
        "export trial": ask("export", trial, "--db", clinic.path),
        "recompute": ask("recompute", "--all", *db),
        "import": ask("import", curve, "--test", "ham.iso9020", "--person", clinic.person_id, *db),
        "analyse": ask("analyse", curve, "--test", "ham.iso9020", "--json"),
        "verify": ask("verify", *db),
        "backup": ask("backup", clinic.path.with_name("copy"), *db),
        "recover": ask("recover", "--list", *db),
        "tests": ask("tests", "--json"),
        "devices": ask("devices", "--json"),
        "dose": ask(
            *("dose", "ultrasound", "--intensity-w-cm2", 1, "--duty", 0.2),
            *("--era-cm2", 5, "--seconds", 300, "--json"),
        ),
        "dose tens": ask(
            *("dose", "tens", "--amplitude-ma", 20, "--width-us", 200),
            *("--rate-hz", 100, "--waveform", "symmetric", "--json"),
        ),
        "erase": ask("erase", clinic.person_id, "--yes", *db),
    }


def test_every_number_of_every_command_has_its_unit_and_every_refusal_its_reason(
    clinic: Clinic, curve: Path, ask: Ask
):
    given = answers(clinic, curve, ask)
    bare = {name: found for name, value in given.items() if (found := without_unit(value))}
    assert bare == {}
    del given["devices"]  # a stimulator has no sampling rate: nothing was refused
    silent = {name: found for name, value in given.items() if (found := unexplained(value))}
    assert silent == {}


def test_a_number_without_unit_or_reason_would_be_seen():
    assert without_unit([{"reps": [{"peak": 3.0}]}]) == {"/reps/peak"}
    assert without_unit({"left": 3.0, "metric": "peak"}) == {"/left"}
    assert unexplained({"reps": {"peak_n": None}}) == {"/reps/peak_n"}


STRUCTURE = {"start_s", "end_s", "onset_s", "peak_s"}


def test_every_number_of_a_trial_has_its_method_side_and_device_in_reach(
    clinic: Clinic, curve: Path, ask: Ask
):
    given = answers(clinic, curve, ask)
    trials = [*given["show session"]["trials"], given["show trial"], given["import"]["trial"]]
    assert len(trials) == 5
    for trial in trials:
        assert trial["device"]["model"]
        tables = [*trial["reps"], *trial["summary"]]
        for table in tables:
            assert "side" in table
            keys = {key for key in table if UNIT.search(key)} - STRUCTURE
            assert keys
            assert keys <= trial["methods"].keys()
        for asymmetry in trial["asymmetries"]:
            assert asymmetry["formula"]
            assert asymmetry["metric"]


def test_a_number_made_in_another_way_has_its_own_method_beside_it(ask: Ask, tmp_path: Path):
    # Two pushes, the second from twice the rest: another resting level, and a mean of two means.
    t = samples.np.arange(1400) / 100
    force = samples.np.interp(
        t, [2, 2.3, 5.3, 5.6, 9, 9.3, 12.3, 12.6], [0, 300, 300, 0, 0, 270, 270, 0]
    )
    path = write_csv(tmp_path / "two.csv", "time_s,left_n", t, force)
    given = ask("analyse", path, "--test", "ham.iso9020", "--side", "left", "--json")
    (limb,) = given["summary"]
    first, second = given["reps"]
    assert (limb["mean_n"], limb["methods"]["mean_n"]) == (285, "agg.mean.v1(n=2, peak_n)")
    assert given["methods"]["mean_n"].startswith("mean.rep.v1(")
    assert "methods" not in first
    assert second.get("methods", {}).keys() <= {"baseline_n"}


def test_every_number_of_an_exported_trial_has_unit_and_method_beside_it(clinic: Clinic, ask: Ask):
    (session,) = ask("export", "--db", clinic.path)["sessions"]
    seen = 0
    for trial in session["trials"]:
        assert trial["header"]["device_model"]
        for rep in trial["analysis"]["reps"]:
            assert "side" in rep
            for metric in rep["metrics"].values():
                assert metric["unit"] is not None
                assert metric["method"]
                assert metric["value"] is not None or metric["reason"]
                seen += 1
    assert seen > 50


def test_every_kind_of_item_is_exported_and_survives_a_backup(
    clinic: Clinic, ask: Ask, tmp_path: Path
):
    def kinds(whole: Any) -> list[str]:
        items = [each for part in (*whole["people"], *whole["sessions"]) for each in part["items"]]
        return sorted(each["kind"] for each in [*items, *whole["items"]])

    whole = ask("export", "--db", clinic.path)
    assert kinds(whole) == ["earlier analysis", "episode", "event", "typed value"]
    ask("backup", tmp_path / "copy", "--db", clinic.path, "--json")
    ask("restore", tmp_path / "copy", "--db", tmp_path / "other.db", "--json")
    assert ask("export", "--db", tmp_path / "other.db") == whole


def test_a_folder_of_csv_has_unit_and_method_beside_each_number(clinic: Clinic, tmp_path: Path):
    out = tmp_path / "out"
    assert main(["export", "--format", "csv", "--out", str(out), "--db", str(clinic.path)]) == 0
    with (out / "numbers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    for row in rows:
        assert row["device"]
        assert row["method"]
        assert UNIT.search(row["key"]) or row["unit"]
        assert row["value"] or row["reason"]
        if row["value"]:
            float(row["value"])
    with (out / "reps.csv").open(encoding="utf-8", newline="") as file:
        headings = csv.DictReader(file).fieldnames or []
    known = {"trial", "test", "started_at", "device", "device_serial", "rep", "side"}
    assert all(UNIT.search(name) for name in set(headings) - known - {"codes", "rejected"})


@pytest.mark.parametrize("table", ["trials", "curve_blocks"])
def test_an_export_names_what_is_damaged_and_has_the_rest(
    clinic: Clinic, tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
):
    damaged = clinic.trials[1]
    store = Store(clinic.path)
    with samples.altered(store) as connection:
        if table == "trials":
            connection.execute("UPDATE trials SET note = 'x' WHERE id = ?", (damaged.id.hex,))
        else:
            connection.execute("DELETE FROM curve_blocks WHERE trial_id = ?", (damaged.id.hex,))
    words = ["export", "--db", str(clinic.path)]
    assert main([*words, "--format", "csv", "--out", str(tmp_path / "out")]) == 1
    assert str(damaged.id) in capsys.readouterr().err
    assert len(list((tmp_path / "out").glob("curve-*.csv"))) == 2
    assert main(words) == 1
    (session,) = only_json(capsys.readouterr().out)["sessions"]
    assert session["damaged"] == [str(damaged.id)]
    if table == "curve_blocks":
        assert session["trials"][1]["curve"] is None
        assert "damaged" in session["trials"][1]["curve_reason"]
