"""Reads the YAML files under ``reference`` field by field; an error names entry and field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

# libyaml reads the catalogue five times faster; not every build of PyYAML has it.
_FastLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastLoader):
    """Refuses a name given twice, which YAML would settle by forgetting the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            mark = node.start_mark
            raise yaml.constructor.ConstructorError(None, None, f"{twice} stands twice", mark)
        return super().construct_mapping(node, deep)


Choice = TypeVar("Choice", bound=StrEnum)


class CatalogueError(ValueError):
    """A reference file says something that cannot be used.

    `file` and `entry` name where, `problem` says what.
    """

    def __init__(self, file: str, entry: str, problem: str) -> None:
        where = file if entry == file else f"{file}, entry {entry},"
        super().__init__(
            f"{where} cannot be used: {problem}. No record was touched. Correct that file."
        )
        self.file = file
        self.entry = entry
        self.problem = problem


class Entry:
    """One mapping of a reference file. `done` refuses fields that nobody asked for."""

    def __init__(self, name: str, value: object, file: str | None = None) -> None:
        self.name = name
        self.file = file or name
        if not isinstance(value, dict):
            raise CatalogueError(self.file, name, "it is missing or not a mapping")
        self._values = cast("dict[object, object]", value)
        self._read: set[object] = set()

    @classmethod
    def shipped(cls, file_name: str) -> Entry:
        """The whole of a file under ``reference``."""
        text = files("data.clinical").joinpath("reference", file_name).read_text("utf-8")
        return cls.of_text(file_name, text)

    @classmethod
    def of_path(cls, path: Path) -> Entry:
        """The whole of a file of the clinic's own."""
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(path.name, path.name, f"it cannot be read ({error})") from error
        return cls.of_text(path.name, text)

    @classmethod
    def of_text(cls, name: str, text: str) -> Entry:
        try:
            return cls(name, yaml.load(text, Loader=_Loader))
        except yaml.YAMLError as error:
            raise CatalogueError(name, name, f"it is not YAML ({error})") from error

    def __contains__(self, field: str) -> bool:
        return self._values.get(field) is not None

    def is_list(self, field: str) -> bool:
        return isinstance(self._values.get(field), list)

    def is_text(self, field: str) -> bool:
        return isinstance(self._values.get(field), str)

    def children(self, field: str) -> Iterator[Entry]:
        """The entries of the mapping `field`, in the order of the file."""
        self._read.add(field)
        whole = Entry(f"{self.name}: {field}", self._values.get(field), self.file)
        for name, value in whole.items():
            yield Entry(str(name), value, self.file)

    def child(self, field: str) -> Entry:
        """The mapping `field`."""
        self._read.add(field)
        return Entry(f"{self.name}: {field}", self._values.get(field), self.file)

    def entries(self, field: str) -> Iterator[Entry]:
        """The mappings of the list `field`, in the order of the file."""
        for number, value in enumerate(self._list(field), 1):
            yield Entry(f"{self.name}: {field} {number}", value, self.file)

    def items(self) -> Iterator[tuple[object, object]]:
        yield from self._values.items()

    def text(self, field: str, default: str | None = None) -> str:
        """A text that says something."""
        if default is not None and field not in self:
            return default
        value = self._take(field)
        if not isinstance(value, str) or not value.strip():
            raise self.error(field, "must be a text")
        return value

    def number(self, field: str, default: float | None = None) -> float:
        """A finite number that is not negative."""
        if default is not None and field not in self:
            return default
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(field, "must be a number")
        if not 0 <= value < float("inf"):
            raise self.error(field, "must not be negative or infinite")
        return float(value)

    def range(self, field: str) -> tuple[float, float] | None:
        """A pair [low, high]; None where the field is missing."""
        if field not in self:
            return None
        pair = self._list(field)
        if len(pair) != 2:
            raise self.error(field, "must be a pair [low, high]")
        low, high = (Entry(self.name, {field: item}, self.file).number(field) for item in pair)
        if low > high:
            raise self.error(field, "must be a pair [low, high]")
        return low, high

    def signed_range(self, field: str) -> tuple[float, float] | None:
        """A pair [low, high] that may lie below zero; None where the field is missing."""
        if field not in self:
            return None
        pair = self._list(field)
        numbers = [n for n in pair if isinstance(n, int | float) and not isinstance(n, bool)]
        if len(pair) != 2 or len(numbers) != 2 or not numbers[0] <= numbers[1]:
            raise self.error(field, "must be a pair [low, high]")
        return float(numbers[0]), float(numbers[1])

    def numbers(self, field: str) -> tuple[float, ...]:
        """A list of numbers; empty where the field is missing."""
        if field not in self:
            return ()
        items = self._list(field)
        return tuple(Entry(self.name, {field: item}, self.file).number(field) for item in items)

    def plain(self, field: str) -> float | str | bool:
        """A number, a text, or true or false."""
        value = self._take(field)
        if not isinstance(value, bool | int | float | str):
            raise self.error(field, "must be a number, a text, or true or false")
        return value

    def day(self, field: str) -> date:
        """A day, as 2026-03-14."""
        value = self._take(field)
        if type(value) is not date:
            raise self.error(field, "must be a day, as 2026-03-14")
        return value

    def words(self, field: str) -> dict[str, str]:
        """A mapping from ids to the words for them."""
        child = self.child(field)
        found = {str(name): child.text(str(name)) for name, _ in child.items()}
        child.done()
        return found

    def whole(self, field: str) -> int:
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(field, "must be a whole number from 1")
        return value

    def flag(self, field: str) -> bool:
        """True or false; false where the field is missing."""
        value = self._take(field) if field in self else False
        if not isinstance(value, bool):
            raise self.error(field, "must be true or false")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts; empty where the field is missing."""
        if field not in self:
            return ()
        items = self._list(field)
        return tuple(Entry(self.name, {field: item}, self.file).text(field) for item in items)

    def choice(self, field: str, kind: type[Choice]) -> Choice:
        return kind(self.one_of(field, tuple(member.value for member in kind)))

    def one_of(self, field: str, allowed: tuple[str, ...]) -> str:
        value = self.text(field)
        if value not in allowed:
            raise self.error(field, f"is {value!r}, not one of: {', '.join(allowed)}")
        return value

    def done(self) -> None:
        """Every field has been read; refuse those that mean nothing here."""
        unknown = [str(field) for field in self._values if field not in self._read]
        if unknown:
            raise CatalogueError(
                self.file, self.name, f"it has unknown fields: {', '.join(unknown)}"
            )

    def error(self, field: str, problem: str) -> CatalogueError:
        return CatalogueError(self.file, self.name, f"{field} {problem}")

    def _list(self, field: str) -> list[object]:
        value = self._take(field)
        if not isinstance(value, list):
            raise self.error(field, "must be a list")
        return cast("list[object]", value)

    def _take(self, field: str) -> object:
        if field not in self:
            raise self.error(field, "is missing")
        self._read.add(field)
        return self._values[field]
