"""An entry that ships as a file of the clinic's own, to be changed there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

from data.clinical.clinic_files import FileKind, clinic_folder, write_own
from data.clinical.entries import Entry

__all__ = ["copy_to_clinic", "own_path"]

_HEAD = (
    "# Made from what ships, {file}, entry {entry}. Change what you like; where it no longer says\n"
    "# what its source says, change the source too. Without this file what ships counts again.\n"
)


def copy_to_clinic(kind: FileKind, entry: str, on: date) -> Path:
    """Write an entry that ships into a file of its own in the folder in use; where it is.

    It takes the place of what ships, but for a test: stored trials know theirs by its id, so that
    the copy has another. Raises `CatalogueError` where the file is there already, `LookupError`
    where nothing like it ships or no folder is in use.
    """
    root = Entry.shipped(kind.shipped)
    shipped = dict(root.child(kind.section).items())[entry]
    fields = dict(cast("dict[str, Any]", shipped))
    name = entry
    match kind:
        case FileKind.TESTS:
            name = f"{entry}.own"
            fields["name"] = f"{fields['name']}, our own"
        case FileKind.SCREENING:
            fields |= {"version": fields["version"] + 1, "date": on}
        case FileKind.EXERCISES:
            # What the file that ships says once for all of them.
            fields = {"pain_rule": root.text("pain_rule", ""), **fields}
        case _:
            pass
    path = own_path(kind, name)
    content = {"version": 1, kind.section: {name: fields}}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    write_own(path, _HEAD.format(file=kind.shipped, entry=entry) + text)
    return path


def own_path(kind: FileKind, entry: str) -> Path:
    """Where an entry of the clinic's own stands that the program writes. Raises `LookupError`."""
    folder = clinic_folder()
    if folder is None:
        raise LookupError("no folder for the clinic's own files is in use")
    return folder / f"{kind}_{entry}.yaml"
