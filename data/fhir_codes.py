"""Codes of public terminologies for an export: only those that a file gives; text always."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.clinical.entries import Entry
from data.values import Json, JsonObject

__all__ = ["Codes", "read_codes", "shipped_codes"]

SYSTEMS = {"snomed": "http://snomed.info/sct", "loinc": "http://loinc.org"}


@dataclass(frozen=True, slots=True)
class Code:
    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Codes:
    """By key: ``tens``, ``tens.burst``, ``pain`` …; empty exports texts alone."""

    by_key: Mapping[str, Code] = field(default_factory=dict[str, Code])

    def concept(self, text: str, *keys: str) -> JsonObject:
        """A CodeableConcept: the text, and the code of the first key that has one."""
        found = next((self.by_key[key] for key in keys if key in self.by_key), None)
        if found is None:
            return {"text": text}
        coding: Json = [{"system": found.system, "code": found.code, "display": found.display}]
        return {"coding": coding, "text": text}


def shipped_codes() -> Codes:
    """The map that ships; using its SNOMED codes may need a licence."""
    return _parse(Entry.shipped("fhir_codes.yaml"))


def read_codes(path: Path) -> Codes:
    """A map of the clinic's own. Raises `CatalogueError`."""
    return _parse(Entry.of_path(path))


def _parse(root: Entry) -> Codes:
    root.whole("version")
    found: dict[str, Code] = {}
    for name, system in SYSTEMS.items():
        for entry in root.children(name) if name in root else ():
            found[entry.name] = Code(system, entry.text("code"), entry.text("display"))
            entry.done()
    root.done()
    return Codes(found)
