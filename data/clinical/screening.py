"""Asked before a treatment: versioned lists with their source, and what the answers lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import CatalogueError, Entry

__all__ = [
    "Answer",
    "ItemKind",
    "ScreeningItem",
    "ScreeningList",
    "all_lists",
    "open_items",
    "parse",
    "screening_lists",
]

FROM_MEMORY = "from memory, not from a source"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_ASKED = "not asked"


class ItemKind(StrEnum):
    CONTRAINDICATION = "contraindication"
    PRECAUTION = "precaution"


@dataclass(frozen=True, slots=True)
class ScreeningItem:
    """One thing that is asked; `id` is unique over all lists: ``cold/raynaud``."""

    id: str
    text: str
    kind: ItemKind


@dataclass(frozen=True, slots=True)
class ScreeningList:
    """`on` is the day of this version. Without a `source` it is from memory (`said_by`)."""

    id: str
    name: str
    version: int
    on: date
    source: str
    modalities: tuple[str, ...]
    items: tuple[ScreeningItem, ...]
    is_clinics_own: bool = False

    @property
    def said_by(self) -> str:
        return self.source or FROM_MEMORY

    @property
    def stamp(self) -> str:
        """Which list was asked, for the record: ``cold v1 (2026-03-01)``."""
        return f"{self.id} v{self.version} ({self.on})"


def screening_lists(modality: str, folder: Path | None = None) -> tuple[ScreeningList, ...]:
    """The lists to ask before a modality, in the order of the file.

    A ``screening*.yaml`` of the clinic's `folder` adds lists, or takes the place of one with the
    same id and a lower version.
    """
    return tuple(each for each in all_lists(folder).values() if modality in each.modalities)


def all_lists(folder: Path | None = None) -> dict[str, ScreeningList]:
    """Every list by its id."""
    return dict(with_clinic(FileKind.SCREENING, _shipped(), _extended, folder))


def open_items(
    lists: tuple[ScreeningList, ...],
    answers: Mapping[str, Answer],
    reasons: Mapping[str, str],
) -> list[str]:
    """What is still open, as sentences: a yes needs a written reason to go on.

    An item that was not asked stays so in the record; it is no obstacle.
    """
    return [
        f"“{item.text}” was answered with yes: say why the treatment goes on."
        for each in lists
        for item in each.items
        if answers.get(item.id) is Answer.YES and not reasons.get(item.id, "").strip()
    ]


def parse(root: Entry, *, is_clinics_own: bool = False) -> dict[str, ScreeningList]:
    """The lists of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {entry.name: _list(entry, is_clinics_own) for entry in root.children("lists")}
    root.done()
    return found


def _extended(known: dict[str, ScreeningList], root: Entry) -> dict[str, ScreeningList]:
    found = dict(known)
    for name, each in parse(root, is_clinics_own=True).items():
        if name in found and each.version <= found[name].version:
            raise CatalogueError(root.file, name, f"it needs a version above {found[name].version}")
        found[name] = each
    return found


@cache
def _shipped() -> dict[str, ScreeningList]:
    return parse(Entry.shipped("screening.yaml"))


def _list(entry: Entry, is_clinics_own: bool) -> ScreeningList:
    made = ScreeningList(
        id=entry.name,
        name=entry.text("name"),
        version=entry.whole("version"),
        on=entry.day("date"),
        source=entry.text("source", ""),
        modalities=entry.texts("for"),
        items=tuple(_item(entry.name, child) for child in entry.children("items")),
        is_clinics_own=is_clinics_own,
    )
    entry.done()
    return made


def _item(of: str, entry: Entry) -> ScreeningItem:
    item = ScreeningItem(f"{of}/{entry.name}", entry.text("text"), entry.choice("kind", ItemKind))
    entry.done()
    return item
