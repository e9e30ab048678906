"""The banned words against every text that somebody can read in the product."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from data.clinical.wording import BANNED, banned_phrases

ROOT = Path(__file__).parents[3]
PACKAGES = ("app", "data", "devices", "drivers", "protocols", "firmware_sim")
THE_LIST = ROOT / "data" / "clinical" / "wording.py"


# clinical_science 7, "Never".
@pytest.mark.parametrize(
    "text",
    [
        "Injury risk: high",
        "High-risk athlete",
        "Risk of a new strain",
        "The player is at risk",
        "This limb will get injured",
        "Predicts a hamstring injury",
        "It is safe to run",
        "Safe for sprinting",
        "Ready to play",
        "Fit for training",
        "Cleared",
        "The athlete has been cleared",
        "Cleared for running",
        "Medical clearance given",
        "Diagnosis: hamstring",
        "Grade 2 strain",
        "Strain, grade II",
        "The left limb is normal",
        "The left limb is not normal",
        "Abnormal asymmetry",
        "Outside the normal range",
        "LSI passed",
        "All criteria: failed the criteria",
        "Green light",
        "80th percentile",
        "Strength has improved",
        "The left leg got worse",
    ],
)
def test_what_must_not_be_said_is_found(text: str) -> None:
    found = banned_phrases(text)
    assert found, text
    assert found[0].because
    assert found[0].instead


@pytest.mark.parametrize(
    "text",
    [
        # What is said instead: clinical_science 7, "Say".
        "Right (injured) 214 N, left 268 N. Right is 20 % lower (percentage difference).",
        "Change since 3 Oct: +18 N, within measurement error (MDC95 60 N): no confirmed change.",
        "Shown for context; it does not predict injury in an individual.",
        "RR 4.4, CI 1.1-17.5; relative risk",
        "Not computed: sampling rate 80 Hz too low for RFD 0-50 ms.",
        # Denials, which a notice is for.
        "Myograph never clears, diagnoses or predicts.",
        "It is not for the diagnosis of patients.",
        "The program makes no diagnosis and gives no clearance.",
        "The protocol had no clinical value in predicting hamstring injury.",
        # Plain uses of the same words.
        "Everything recorded before is safe.",
        "The recording is safe to remove now.",
        "Recordings on this disk are at risk.",
        "The search field is cleared.",
        "Ready for the next repetition",
        "normal",
        "Text at the normal size",
        "The checks failed; the file is kept.",
        "The filter passes 10 Hz",
        "Recovered trial",
        "80th percentile of 346 professional footballers",
        "Start-up time has improved.",
        "A grade of steel that will not tear",
    ],
)
def test_plain_words_raise_no_alarm(text: str) -> None:
    assert banned_phrases(text) == []


def test_a_denial_in_another_sentence_excuses_nothing() -> None:
    assert banned_phrases("No pain. Cleared for running.")
    assert banned_phrases("Not measured today: the player is at risk")


def test_a_language_without_a_list_cannot_be_checked() -> None:
    with pytest.raises(KeyError):
        banned_phrases("Verletzungsrisiko", "de")


def test_every_language_of_the_program_has_its_list() -> None:
    spoken = {path.stem.split("_")[-1] for path in (ROOT / "app").rglob("*.ts")}
    spoken |= {path.stem.split("_")[-1] for path in (ROOT / "app" / "i18n").glob("*.*")}
    assert spoken - {"__init__"} <= set(BANNED)


def test_no_text_of_the_program_says_what_must_not_be_said() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {phrase.words!r} - {phrase.because}"
        for path, line, text in _texts()
        for phrase in banned_phrases(text)
    ]
    assert found == []


def test_the_search_reads_every_kind_of_text() -> None:
    seen = {(path.suffix, path.relative_to(ROOT).parts[0]) for path, _, _ in _texts()}
    assert {(".py", "app"), (".py", "data"), (".yaml", "data"), (".md", "docs")} <= seen
    assert (".md", "README.md") in seen


def _texts() -> Iterator[tuple[Path, int, str]]:
    """Every string of the program but its docstrings, every YAML text, every page."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path != THE_LIST:
                yield from ((path, line, text) for line, text in _strings(path))
        for path in sorted((ROOT / package).rglob("*.yaml")):
            yield from (
                (path, 0, text) for text in _leaves(yaml.safe_load(path.read_text("utf-8")))
            )
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))):
        for line, text in enumerate(path.read_text("utf-8").split("\n\n"), 1):
            yield path, line, text


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                skipped.add(id(first.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            parts = [
                part.value
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else "X"
                for part in node.values
            ]
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.lineno, node.value


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():  # pyright: ignore[reportUnknownVariableType] - any YAML
            yield from _leaves(each)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType] - any YAML
            yield from _leaves(each)  # pyright: ignore[reportUnknownArgumentType]
