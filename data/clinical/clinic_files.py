"""The clinic's own YAML files, which stand beside those that ship, and where they are.

The place is set once when the program starts (`use_clinic_folder`); from then on every catalogue
that is asked without a folder of its own knows what stands there. A file that cannot be used is
left out as a whole and named by `clinic_problems`; everything else counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from data.clinical.entries import CatalogueError, Entry

__all__ = [
    "FileKind",
    "clinic_files",
    "clinic_folder",
    "clinic_problems",
    "own_entries",
    "read_changed_files",
    "stray_files",
    "use_clinic_folder",
    "with_clinic",
    "write_own",
]

T = TypeVar("T")


class FileKind(StrEnum):
    """What a clinic can keep files of; the value is how their names begin: ``tests_rugby.yaml``."""

    TESTS = "tests"
    PRESETS = "presets"
    EXERCISES = "exercises"
    REFERENCES = "references"
    RELIABILITY = "reliability"
    RATIOS = "ratios"
    LADDERS = "ladders"
    MEASURES = "measures"
    SCREENING = "screening"
    CURVES = "curves"

    @property
    def shipped(self) -> str:
        """The file that ships."""
        others = {
            FileKind.TESTS: "strength_tests",
            FileKind.LADDERS: "return_to_running",
            FileKind.CURVES: "curve_files",
        }
        return f"{others.get(self, self.value)}.yaml"

    @property
    def section(self) -> str:
        """The mapping in such a file that holds its entries."""
        others = {
            FileKind.SCREENING: "lists",
            FileKind.RELIABILITY: "rows",
            FileKind.CURVES: "mappings",
        }
        return others.get(self, self.value)


_Signature: TypeAlias = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class _Place:
    """A folder with what was read from it, by kind; files are read once."""

    folder: Path | None = None
    signature: _Signature = ()
    read: dict[FileKind, object] = field(default_factory=dict[FileKind, object])
    problems: dict[FileKind, tuple[CatalogueError, ...]] = field(
        default_factory=dict[FileKind, tuple[CatalogueError, ...]]
    )


_place = _Place()


def use_clinic_folder(folder: Path | None) -> None:
    """From now on every catalogue knows the files in `folder`; with None only those that ship."""
    global _place
    _place = _Place(folder, _signature(folder))


def read_changed_files() -> None:
    """Read the folder in use anew where a file of it came, went or was written since."""
    place = _place
    if _signature(place.folder) != place.signature:
        use_clinic_folder(place.folder)


def clinic_folder() -> Path | None:
    """The folder in use; it need not be there."""
    return _place.folder


def clinic_files(folder: Path, kind: str) -> list[Path]:
    """``kind*.yaml`` of the folder in order of name: tests.yaml, tests_rugby.yaml; none without
    the folder."""
    return sorted(path for path in folder.glob(f"{kind}*.yaml") if path.is_file())


def with_clinic(
    kind: FileKind, shipped: T, extended: Callable[[T, Entry], T], folder: Path | None
) -> T:
    """What ships, `extended` file by file with the clinic's own.

    With `folder` it is that folder, and a wrong file raises `CatalogueError`. Without, it is the
    one in use, and a wrong file is left out.
    """
    if folder is not None:
        for path in clinic_files(folder, kind):
            shipped = extended(shipped, Entry.of_path(path))
        return shipped
    place = _place
    if place.folder is None:
        return shipped
    if kind not in place.read:
        problems: list[CatalogueError] = []
        for path in clinic_files(place.folder, kind):
            try:
                shipped = extended(shipped, Entry.of_path(path))
            except CatalogueError as error:
                problems.append(error)
        place.problems[kind] = tuple(problems)
        place.read[kind] = shipped
    return cast("T", place.read[kind])


def clinic_problems() -> tuple[CatalogueError, ...]:
    """The files left out of every catalogue that was asked for since the folder was set."""
    return tuple(error for errors in list(_place.problems.values()) for error in errors)


def stray_files() -> tuple[Path, ...]:
    """Files in the folder in use that no catalogue reads, because of how they are called."""
    if _place.folder is None:
        return ()
    return tuple(
        path
        for path in sorted(_place.folder.glob("*.y*ml"))
        if path.suffix != ".yaml" or not path.name.startswith(tuple(FileKind))
    )


def own_entries(kind: FileKind) -> dict[str, Path]:
    """The clinic's own entries of a kind by id, each with the file that it counts from."""
    if _place.folder is None:
        return {}
    left_out = {error.file for error in clinic_problems()}
    found: dict[str, Path] = {}
    for path in clinic_files(_place.folder, kind):
        if path.name not in left_out:
            entries = Entry.of_path(path).child(kind.section).items()
            found |= {str(name): path for name, _ in entries}
    return found


def write_own(path: Path, text: str) -> None:
    """A new file of the clinic. Raises `CatalogueError` where one of that name is there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CatalogueError(
            path.name, path.name, "a file of that name is there already; change that one"
        ) from error


def _signature(folder: Path | None) -> _Signature:
    if folder is None:
        return ()
    found = ((path.name, path.stat()) for path in clinic_files(folder, ""))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)
