"""Record values as JSON and back: exact, driven by the types of the dataclass, readable."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

T = TypeVar("T")


def to_json(value: object) -> JsonObject:
    """A dataclass as a JSON object; numbers that JSON does not know become ``{"float": "nan"}``."""
    return _form(type(value)).write(value)


def from_json(cls: type[T], data: object) -> T:
    """The dataclass back. Absent fields take their default, unknown ones are passed over.

    Raises ValueError naming the field that does not fit.
    """
    try:
        return _form(cls).read(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no {cls.__name__}: {error!r}") from error


@dataclass(frozen=True, slots=True)
class _Form:
    """How one type is written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@cache
def _form(hint: Any) -> _Form:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _union(get_args(hint))
    if origin is tuple:
        return _list(_form(get_args(hint)[0]))
    if origin is Mapping:
        key, value = get_args(hint)
        return _mapping(_key(key), _form(value))
    if is_dataclass(hint):
        return _object(cast("type[Any]", hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Form(_enum_value, hint)
    return _PLAIN[hint]


def _object(cls: type[Any]) -> _Form:
    hints = get_type_hints(cls)
    forms = {field.name: _form(hints[field.name]) for field in fields(cls)}
    required = {
        field.name
        for field in fields(cls)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def write(value: Any) -> JsonObject:
        return {name: form.write(getattr(value, name)) for name, form in forms.items()}

    def read(data: Any) -> Any:
        if missing := required - data.keys():
            raise ValueError(f"no {cls.__name__}: {', '.join(sorted(missing))} missing")
        given: dict[str, Any] = {}
        for name, form in forms.items():
            if name in data:
                try:
                    given[name] = form.read(data[name])
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise ValueError(f"{cls.__name__}.{name}: {error}") from error
        return cls(**given)

    return _Form(write, read)


def _union(members: tuple[Any, ...]) -> _Form:
    """None or one type; or several dataclasses, told apart by ``type``; or plain values."""
    present = [member for member in members if member is not NoneType]
    if len(present) == 1:
        form = _form(present[0])
    elif all(is_dataclass(member) for member in present):
        form = _tagged({cast("type[Any]", member).__name__: _form(member) for member in present})
    else:
        form = _Form(_write_plain, _read_plain)
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda data: None if data is None else form.read(data),
    )


def _tagged(forms: dict[str, _Form]) -> _Form:
    return _Form(
        lambda value: {"type": type(value).__name__, **forms[type(value).__name__].write(value)},
        lambda data: forms[data["type"]].read(data),
    )


def _list(item: _Form) -> _Form:
    return _Form(
        lambda values: [item.write(value) for value in values],
        lambda data: tuple(item.read(value) for value in data),
    )


def _mapping(key: _Form, value: _Form) -> _Form:
    return _Form(
        lambda items: {key.write(k): value.write(v) for k, v in items.items()},
        lambda data: {key.read(k): value.read(v) for k, v in data.items()},
    )


def _key(hint: Any) -> _Form:
    """JSON keys are text; a limb that is not known is called so."""
    if NoneType in get_args(hint):
        form = _key(next(member for member in get_args(hint) if member is not NoneType))
        return _Form(
            lambda key: "unknown" if key is None else form.write(key),
            lambda text: None if text == "unknown" else form.read(text),
        )
    if hint is int:
        return _Form(str, int)
    return _form(hint)


def _enum_value(value: Enum) -> str:
    return value.value


def _write_float(value: float) -> Json:
    number = float(value)
    return number if math.isfinite(number) else {"float": str(number)}


def _read_float(data: Any) -> float:
    return float(cast("dict[str, Any]", data)["float"] if isinstance(data, dict) else data)


def _write_plain(value: float | str) -> Json:
    return _write_float(value) if isinstance(value, float) else value


def _read_plain(data: Any) -> Any:
    return _read_float(data) if isinstance(data, dict) else data


_PLAIN: dict[Any, _Form] = {
    str: _Form(str, str),
    bool: _Form(bool, bool),
    int: _Form(operator.index, operator.index),
    float: _Form(_write_float, _read_float),
    UUID: _Form(str, UUID),
    datetime: _Form(datetime.isoformat, datetime.fromisoformat),
    date: _Form(date.isoformat, date.fromisoformat),
}
