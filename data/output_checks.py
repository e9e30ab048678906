"""What checks of ultrasound heads found, kept by unit and head, and which of them is the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from data.clinical.output_check import PanelError
from data.episodes import Item
from data.ids import uuid7
from data.store import Store
from data.treatment_record import Value
from devices.modality import Modality, Origin


@dataclass(frozen=True, slots=True)
class Unit:
    """An ultrasound unit as it is written down. All texts are outside text."""

    make: str = ""
    model: str = ""
    serial: str = ""

    @property
    def name(self) -> str:
        """As it is read; empty where nothing is known."""
        return _joined(self.make, self.model, f"serial {self.serial}" if self.serial else "")

    @property
    def key(self) -> str:
        """Model and number; a unit without a number is known by its make and model only."""
        told = (self.model, self.serial) if self.serial else (self.make, self.model)
        return _folded(*told)


@dataclass(frozen=True, slots=True)
class Head:
    """An applicator of a unit: what it is called, and its number."""

    applicator: str = ""
    serial: str = ""

    @property
    def name(self) -> str:
        return _joined(self.applicator, f"serial {self.serial}" if self.serial else "")

    @property
    def key(self) -> str:
        return _folded(self.serial or self.applicator)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCheck(Item):
    """One check of one head; `subject` is `subject_of` unit and head.

    `origin` is MEASURED where a balance was read, ENTERED where somebody typed the watts.
    `error_percent` is that of the panel, `is_within` None where the limit does not speak of so
    little power. `readings` are those of the balance that were used.
    """

    unit: Unit
    head: Head
    panel_w: float
    power_w: float
    error_percent: float
    limit_percent: float
    limit_source: str
    is_within: bool | None
    origin: Origin
    method: str
    grams: float | None = None
    watts_per_gram: float | None = None
    highest_w: float | None = None
    readings: int | None = None


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head that was used or checked before, with its last check; None: there is none."""

    unit: Unit
    head: Head
    last: OutputCheck | None = None


def subject_of(unit: Unit, head: Head) -> str:
    """By which the checks of a head are found, however it was capitalised or spaced."""
    return f"{unit.key} / {head.key}"


def new_check(
    unit: Unit,
    head: Head,
    found: PanelError,
    at: datetime,
    *,
    by: str = "",
    note: str = "",
    highest_w: float | None = None,
    readings: int | None = None,
    is_virtual: bool = False,
) -> OutputCheck:
    return OutputCheck(
        id=uuid7(),
        at=at,
        subject=subject_of(unit, head),
        by=by,
        note=note,
        is_virtual=is_virtual,
        unit=unit,
        head=head,
        panel_w=found.panel_w,
        power_w=found.power_w,
        error_percent=found.error_percent,
        limit_percent=found.limit_percent,
        limit_source=found.limit_source,
        is_within=found.is_within,
        origin=Origin.ENTERED if found.grams is None else Origin.MEASURED,
        method=found.method,
        grams=found.grams,
        watts_per_gram=found.watts_per_gram,
        highest_w=highest_w,
        readings=readings,
    )


def last_check(
    store: Store, unit: Unit, head: Head, *, before: datetime | None = None
) -> OutputCheck | None:
    """The newest check of this head, a virtual one only where there is no real one; None: none.

    For a record of the past, such as a printed treatment, `before` is the moment of the treatment:
    a check that was made later says nothing about it. `unit_and_head` reads both from a record.
    """
    checks = store.output_checks.of_subject(subject_of(unit, head))
    return _last(check for check in checks if before is None or check.at <= before)


def unit_and_head(values: Mapping[str, Value]) -> tuple[Unit, Head]:
    """As a treatment's form names them: `Draft.values`, or `data.treatment_values.values_of`."""

    def text(key: str) -> str:
        value = values.get(key)
        return "" if value is None or value.value is None else str(value.value).strip()

    unit = Unit(text("unit_make"), text("unit_model"), text("unit_serial"))
    return unit, Head(text("applicator"), text("applicator_serial"))


def known_heads(store: Store) -> tuple[KnownHead, ...]:
    """Every head that an ultrasound treatment or a check names, those used last first."""
    found: dict[str, tuple[Unit, Head]] = {}
    of_head: dict[str, list[OutputCheck]] = {}
    for check in store.output_checks.all():
        of_head.setdefault(check.subject, []).append(check)
    for values in store.treatments.named_units(Modality.ULTRASOUND):
        unit, head = unit_and_head(values)
        if unit.key:
            found.setdefault(subject_of(unit, head), (unit, head))
    for subject, checks in reversed(of_head.items()):
        found.setdefault(subject, (checks[-1].unit, checks[-1].head))
    return tuple(
        KnownHead(unit, head, _last(of_head.get(subject, ())))
        for subject, (unit, head) in found.items()
    )


def _last(checks: Iterable[OutputCheck]) -> OutputCheck | None:
    kept = list(checks)
    real = [check for check in kept if not check.is_virtual]
    return next(reversed(real or kept), None)


def _joined(*parts: str) -> str:
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())


def _folded(*parts: str) -> str:
    return " ".join(" ".join(parts).split()).casefold()
