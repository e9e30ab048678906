"""Settings to begin a treatment with: those that ship, and the clinic's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import CatalogueError, Entry
from data.clinical.field_check import Verdict, judge
from data.clinical.modalities import Plain, forms

__all__ = ["CatalogueError", "Preset", "parse", "presets", "presets_of", "presets_text"]

FROM_MEMORY = "from memory, not from a source"


@dataclass(frozen=True, slots=True)
class Preset:
    """`values` by field; what it does not name takes the field's default."""

    id: str
    name: str
    modality: str
    values: Mapping[str, Plain]
    source: str = ""
    is_clinics_own: bool = False

    @property
    def said_by(self) -> str:
        if self.source:
            return self.source
        return "the clinic" if self.is_clinics_own else FROM_MEMORY


def presets(folder: Path | None = None) -> dict[str, Preset]:
    """Every preset by its id: those that ship, then the clinic's ``presets*.yaml``, of which one
    with the same id takes the place of what ships."""
    return dict(with_clinic(FileKind.PRESETS, _shipped(), _extended, folder))


def presets_of(modality: str, folder: Path | None = None) -> tuple[Preset, ...]:
    return tuple(each for each in presets(folder).values() if each.modality == modality)


def presets_text(own: Iterable[Preset]) -> str:
    """The clinic's own presets as the text of a ``presets*.yaml``."""
    entries = {
        each.id: {
            "name": each.name,
            "modality": each.modality,
            **({"source": each.source} if each.source else {}),
            "values": dict(each.values),
        }
        for each in own
    }
    return yaml.safe_dump({"version": 1, "presets": entries}, allow_unicode=True, sort_keys=False)


def parse(root: Entry, *, is_clinics_own: bool = False) -> dict[str, Preset]:
    """The presets of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {entry.name: _preset(entry, is_clinics_own) for entry in root.children("presets")}
    root.done()
    return found


@cache
def _shipped() -> dict[str, Preset]:
    return parse(Entry.shipped("presets.yaml"))


def _extended(known: dict[str, Preset], root: Entry) -> dict[str, Preset]:
    return known | parse(root, is_clinics_own=True)


def _preset(entry: Entry, is_clinics_own: bool) -> Preset:
    modality = entry.one_of("modality", tuple(forms()))
    values = entry.child("values")
    found = {str(key): values.plain(str(key)) for key, _ in values.items()}
    for key in found:
        if key not in forms()[modality]:
            raise values.error(key, f"is no field of {modality}")
        judgement = judge(modality, key, found)
        if judgement.verdict is Verdict.REFUSE:
            raise values.error(key, f"cannot be: {judgement.reason}")
    preset = Preset(
        id=entry.name,
        name=entry.text("name"),
        modality=modality,
        values=found,
        source=entry.text("source", ""),
        is_clinics_own=is_clinics_own,
    )
    entry.done()
    return preset
