from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.__main__ import main
from app.editing import move_bounds, reject_rep, restore
from data.analysis.recompute import changes
from data.analysis.trial import analyse
from data.analysis.types import ManualOnset, Side, TrialAnalysis
from data.clinical import catalogue
from data.history import Replacement
from data.recompute import apply, recompute
from data.records import Trial
from data.store import Store
from tests.app.cli.shell import only_json
from tests.app.clinic import Clinic, make_clinic
from tests.data import samples

GIVEN = Replacement(samples.BEGIN, "A. Physio", "again", "9.9")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return make_clinic(tmp_path / "x.db")


@pytest.fixture
def store(clinic: Clinic) -> Iterator[Store]:
    store = Store(clinic.path)
    yield store
    store.close()


@pytest.fixture
def aged(clinic: Clinic, store: Store) -> Trial:
    """A bilateral trial whose left peaks an earlier version made 10 N too large."""
    trial = clinic.trials[0]
    store.trials.replace_analysis(trial.id, _older(trial.analysis), "")
    return trial


def _older(analysis: TrialAnalysis) -> TrialAnalysis:
    reps = [
        replace(
            rep,
            metrics={
                **rep.metrics,
                "peak_n": replace(
                    rep.metrics["peak_n"],
                    value=(rep.metrics["peak_n"].value or 0.0) + 10.0,
                    method="peak.raw/0",
                ),
            },
        )
        if rep.side is Side.LEFT
        else rep
        for rep in analysis.reps
    ]
    return replace(analysis, reps=tuple(reps))


def ask(capsys: pytest.CaptureFixture[str], *words: object, status: int = 0) -> Any:
    assert main([*map(str, words), "--json"]) == status
    return only_json(capsys.readouterr().out)


def test_the_numbers_of_this_version_stay_as_they_are(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
):
    found = ask(capsys, "recompute", "--all", "--db", clinic.path)
    assert (found["changed"], found["unchanged"], found["not_computed"]) == ([], 3, [])


def test_a_change_is_shown_number_by_number_before_it_is_made(
    clinic: Clinic, store: Store, aged: Trial, capsys: pytest.CaptureFixture[str]
):
    found = ask(capsys, "recompute", "--person", clinic.person_id, "--db", clinic.path)
    (changed,) = found["changed"]
    assert (changed["trial"], changed["test"]) == (str(aged.id), "nordic.bil")
    assert found["unchanged"] == 2
    assert [
        (each["key"], each["rep"], each["side"], each["unit"]) for each in changed["changes"]
    ] == [("peak_n", 1, "left", "N"), ("peak_n", 2, "left", "N")]
    for each in changed["changes"]:
        assert each["before"] == pytest.approx(each["after"] + 10)
        assert (each["before_reason"], each["after_reason"]) == (None, None)
        assert each["before_method"] == "peak.raw/0" != each["after_method"]
    assert store.trials.get(aged.id).analysis != aged.analysis
    assert len(store.trials.history(aged.id)) == 1  # only the fixture's own


def test_applying_replaces_the_numbers_and_keeps_the_old(
    clinic: Clinic, store: Store, aged: Trial, capsys: pytest.CaptureFixture[str]
):
    words = ("--apply", "--by", "A. Physio", "--why", "yearly review", "--db", clinic.path)
    assert len(ask(capsys, "recompute", "--trial", aged.id, *words)["changed"]) == 1
    assert changes(store.trials.get(aged.id).analysis, aged.analysis) == ()
    assert ask(capsys, "recompute", "--trial", aged.id, *words)["unchanged"] == 1
    shown = ask(capsys, "show", aged.id, "--history", "--db", clinic.path)
    before, first = shown["history"][1], shown["history"][0]
    assert (before["by"], before["why"]) == ("A. Physio", "yearly review")
    peaks = [rep["peak_n"] for rep in before["reps"]]
    assert peaks == [rep.metrics["peak_n"].value for rep in _older(aged.analysis).reps]
    assert [rep["peak_n"] for rep in first["reps"]] == [rep["peak_n"] for rep in shown["reps"]]
    assert before["methods"]["peak_n"]


def test_what_a_person_decided_survives(clinic: Clinic, store: Store):
    trial = clinic.trials[0]
    (_, second) = sorted({rep.number for rep in trial.analysis.reps})
    start = min(rep.bounds.start_s for rep in trial.analysis.reps if rep.number == second)
    moved = move_bounds(store, trial.id, second, start + 0.05, start + 2.0, "A. Physio")
    edited = reject_rep(store, trial.id, 1, "pain", "A. Physio")
    options = edited.analysis.options
    assert options is not None
    assert moved.analysis.options is not None
    onset = ManualOnset(second, Side.LEFT, start + 0.4)
    by_hand = analyse(
        store.trials.curve(trial.id),
        catalogue.tests()["nordic.bil"],
        replace(options, manual_onsets=(onset,)),
    )
    store.trials.replace_analysis(trial.id, _older(by_hand), "", GIVEN)
    found = recompute(store, trial.id)
    assert {change.key for change in found.changes} == {"peak_n"}
    apply(store, found, GIVEN)
    now = store.trials.get(trial.id).analysis
    assert changes(now, by_hand) == ()
    assert {rep.number: rep.rejected for rep in now.reps} == {1: "pain", second: None}
    assert [rep.bounds.rule for rep in now.reps if rep.number == second] == ["manual", "manual"]
    left = next(rep for rep in now.reps if (rep.number, rep.side) == (second, Side.LEFT))
    assert left.onset_s == pytest.approx(start + 0.4, abs=0.001)


def test_every_correction_keeps_the_numbers_before_it(clinic: Clinic, store: Store):
    trial = clinic.trials[0]
    rejected = reject_rep(store, trial.id, 1, "pain", "A. Physio")
    restore(store, trial, "A. Physio")
    first, second = store.trials.history(trial.id)
    assert first.analysis == trial.analysis
    assert second.analysis == rejected.analysis
    assert [each.note for each in (first, second)] == [
        "repetition 1 rejected: pain",
        "change taken back",
    ]
    assert {first.by, second.by} == {"A. Physio"}
    assert store.trials.get(trial.id).analysis == trial.analysis


def test_a_correction_keeps_the_filter_that_the_numbers_were_made_with(
    clinic: Clinic, store: Store
):
    trial = clinic.trials[0]
    assert trial.analysis.options is not None
    filtered = analyse(
        store.trials.curve(trial.id),
        catalogue.tests()["nordic.bil"],
        replace(trial.analysis.options, filter_hz=50.0),
    )
    store.trials.replace_analysis(trial.id, filtered, "", GIVEN)
    options = reject_rep(store, trial.id, 1, "pain").analysis.options
    assert options is not None
    assert options.filter_hz == 50.0


def test_a_test_that_is_not_known_keeps_its_numbers(
    clinic: Clinic, store: Store, capsys: pytest.CaptureFixture[str]
):
    header = replace(samples.header(clinic.session), test_id="of.another.clinic")
    block = samples.recording(1.0)
    trial = store.trials.save(samples.trial(header, [block]), [block])
    found = ask(capsys, "recompute", "--all", "--apply", "--db", clinic.path)
    (refused,) = found["not_computed"]
    assert refused["trial"] == str(trial.id)
    assert "not in the catalogue" in refused["reason"]
    assert store.trials.get(trial.id) == trial


@pytest.mark.parametrize(
    "change",
    ["UPDATE trials SET note = 'x' WHERE id = ?", "DELETE FROM curve_blocks WHERE trial_id = ?"],
)
def test_a_damaged_trial_stops_no_other(
    clinic: Clinic, store: Store, aged: Trial, change: str, capsys: pytest.CaptureFixture[str]
):
    damaged = clinic.trials[1]
    with samples.altered(store) as connection:
        connection.execute(change, (damaged.id.hex,))
    found = ask(capsys, "recompute", "--all", "--apply", "--db", clinic.path, status=1)
    assert [each["trial"] for each in found["not_computed"]] == [str(damaged.id)]
    assert [each["trial"] for each in found["changed"]] == [str(aged.id)]
    assert changes(store.trials.get(aged.id).analysis, aged.analysis) == ()


def test_one_of_trial_person_and_all_must_be_chosen(clinic: Clinic):
    assert main(["recompute", "--db", str(clinic.path)]) == 2
    assert main(["recompute", "--all", "--trial", "1", "--db", str(clinic.path)]) == 2
    assert main(["recompute", "--trial", str(clinic.person_id), "--db", str(clinic.path)]) == 1
    assert main(["show", str(clinic.person_id), "--history", "--db", str(clinic.path)]) == 1


def test_a_damaged_trial_is_named_beside_the_others_of_its_visit(
    clinic: Clinic, store: Store, capsys: pytest.CaptureFixture[str]
):
    damaged = clinic.trials[1]
    with samples.altered(store) as connection:
        connection.execute("UPDATE trials SET note = 'x' WHERE id = ?", (damaged.id.hex,))
    shown = ask(capsys, "show", clinic.session.id, "--db", clinic.path, status=1)
    assert shown["damaged"] == [str(damaged.id)]
    assert len(shown["trials"]) == 2


def test_ctrl_c_leaves_every_trial_as_it_was_or_as_it_is_now(
    clinic: Clinic, store: Store, capsys: pytest.CaptureFixture[str]
):
    aged = clinic.trials[:2]
    for trial in aged:
        store.trials.replace_analysis(trial.id, _older(trial.analysis), "")
    begun: set[str] = set()

    def stop_in_the_second(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        if statement.startswith("INSERT INTO reps"):
            begun.update(trial.id.hex for trial in aged if trial.id.hex in str(parameters))
            if len(begun) == 2:
                raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", stop_in_the_second)
    try:
        assert main(["recompute", "--all", "--apply", "--db", str(clinic.path)]) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", stop_in_the_second)
    assert "stopped; what was saved before stays saved" in capsys.readouterr().err
    assert store.verify().is_sound
    first, second = aged
    assert changes(store.trials.get(first.id).analysis, first.analysis) == ()
    assert store.trials.get(second.id).analysis == _older(second.analysis)
    assert [len(store.trials.history(trial.id)) for trial in aged] == [2, 1]


def test_another_onset_rule_for_stored_numbers_is_shown_then_kept_with_who_chose_it(
    clinic: Clinic, store: Store, capsys: pytest.CaptureFixture[str]
):
    trial = clinic.trials[0]
    words = ("--trial", trial.id, "--db", clinic.path, "--onset", "force:40", "--filter", "50")
    (shown,) = ask(capsys, "recompute", *words)["changed"]
    assert any("onset.force.v1(40 N)" in (each["after_method"] or "") for each in shown["changes"])
    assert not any(each["key"] == "peak_n" for each in shown["changes"])  # no filter on a peak
    assert store.trials.get(trial.id).analysis == trial.analysis
    assert main(["recompute", *map(str, words), "--apply"]) == 1
    assert "--by" in capsys.readouterr().err
    ask(capsys, "recompute", *words, "--apply", "--by", "A. Physio")
    now = store.trials.get(trial.id).analysis
    assert now.options is not None
    assert (now.options.onset_level, now.options.filter_hz) == (40.0, 50.0)
    assert "A. Physio" in now.methods["changed"]
    # Said once, it stays, and nothing is left to change.
    assert ask(capsys, "recompute", *words)["unchanged"] == 1
    assert ask(capsys, "recompute", "--trial", trial.id, "--db", clinic.path)["unchanged"] == 1
    back = ("--onset", "reverse", "--filter", "none", "--apply", "--by", "A. Physio")
    ask(capsys, "recompute", "--trial", trial.id, "--db", clinic.path, *back)
    assert changes(store.trials.get(trial.id).analysis, trial.analysis) == ()
