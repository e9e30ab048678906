from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli.commands import build_commands
from devices.catalog import (
    ADDED_MODELS,
    ELECTROTHERAPY_MODELS,
    FORCE_MODELS,
    INSTRUMENT_MODELS,
    RECORDED_MODELS,
)
from devices.declaration import ForceModel, InstrumentModel, RecordedModel
from devices.match import AnyModel
from devices.types import Transport

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ALL = build_commands()[1]
COMMANDS = list(ALL.parsers)
# Said once for all commands, at the top.
COMMON = {"--help", "--db", "--json"}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\ssrc=\"([^\"]+)\"")


def sections() -> dict[str, str]:
    text = (DOCS / "commands.md").read_text("utf-8")
    parts = re.split(r"^## `myograph (\S+)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(command: str) -> set[str]:
    """Every long option of a command and of the commands inside it."""
    inner = ALL.inner[command].parsers.values() if command in ALL.inner else ()
    usage = " ".join(parser.format_usage() for parser in (ALL.parsers[command], *inner))
    return set(re.findall(r"--[a-z][a-z0-9-]*", usage)) - COMMON


def test_every_command_has_its_section_and_no_section_is_left_over():
    assert sorted(sections()) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_documented(command: str):
    section = sections()[command]
    assert not {option for option in options(command) if option not in section}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_section_has_an_example(command: str):
    assert f"\nmyograph {command}" in sections()[command]


# A model that is found by itself gets its page when it takes its place in the lists.
LISTED = {
    model: each
    for model, each in (
        FORCE_MODELS | ELECTROTHERAPY_MODELS | RECORDED_MODELS | INSTRUMENT_MODELS
    ).items()
    if model not in ADDED_MODELS
}


@pytest.mark.parametrize("model", LISTED)
def test_every_device_has_a_page(model: str):
    assert (DOCS / "devices" / f"{model}.md").is_file()


def rows_of_devices() -> dict[str, list[str]]:
    """The table of all models by id: name, what it measures, rate, link, evidence, tried."""
    text = (DOCS / "devices" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| `([\w-]+)` \|(.+)\|$", text, flags=re.M)
    return {model: [name, *map(str.strip, rest.split("|"))] for name, model, rest in rows}


def facts(model: AnyModel | RecordedModel | InstrumentModel) -> list[str]:
    """What the table must say of a model: rate, link, evidence, tried."""
    words = {Transport.SERIAL: "serial", Transport.BLE: "Bluetooth LE", Transport.USB: "USB"}
    transports = () if isinstance(model, RecordedModel) else model.transports
    return [
        f"{model.rate_hz:.0f} Hz" if isinstance(model, ForceModel) else "",
        ", ".join(words[transport] for transport in transports),
        model.evidence.value,
        "yes" if model.tested_on_hardware else "no",
    ]


def test_the_table_of_devices_says_what_the_catalogue_says():
    rows = rows_of_devices()
    assert {model: rows.get(model, ["", ""])[2:] for model in LISTED} == {
        model: facts(LISTED[model]) for model in LISTED
    }
    assert not set(rows) - set(LISTED)
    assert not [model for model in LISTED if LISTED[model].name not in rows[model][0]]


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path):
    targets = [a or b for a, b in LINK.findall(page.read_text("utf-8"))]
    inside = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    missing = [target for target in inside if not (page.parent / target.partition("#")[0]).exists()]
    assert not missing


def anchors(page: Path) -> set[str]:
    """The places in a page that a link can name, as GitHub forms them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_heading_finds_it(page: Path):
    named = [a.partition("#") for a, _ in LINK.findall(page.read_text("utf-8")) if "#" in a]
    inside = [(page.parent / file if file else page, anchor) for file, _, anchor in named]
    there = [(file, anchor) for file, anchor in inside if file.is_file()]
    assert not [anchor for file, anchor in there if anchor not in anchors(file)]
