"""The columns of the squad's table: what each cell says and what it sorts by."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from app.plain_text import plain
from app.squad import Member, change_words, difference_words
from app.units import ForceUnit, number
from data.analysis.types import Side


@dataclass(frozen=True, slots=True)
class SquadColumn:
    """`text` is what a cell says, `order` what it sorts by; None goes last either way."""

    name: str
    tip: str
    width: int
    text: Callable[[Member, ForceUnit], str]
    order: Callable[[Member], float | str | None]
    side: Side | None = None
    is_number: bool = True
    largest_first: bool = True


def _peak(side: Side) -> Callable[[Member, ForceUnit], str]:
    def text(member: Member, unit: ForceUnit) -> str:
        value = member.peak(side)
        return "–" if value is None else number(value / unit.newtons, unit.decimals)

    return text


def folded(name: str) -> str:
    """As the clinic's lists are ordered: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _per_kg(side: Side) -> Callable[[Member, ForceUnit], str]:
    return lambda member, _unit: number(member.per_kg.get(side), 2)


def _change(side: Side) -> Callable[[Member, ForceUnit], str]:
    return lambda member, _unit: change_words(member.limb(side)) or "–"


def _change_order(side: Side) -> Callable[[Member], float | None]:
    """By size: what changed most comes first."""

    def order(member: Member) -> float | None:
        limb = member.limb(side)
        change = limb.change if limb is not None else None
        return None if change is None or change.percent is None else abs(change.percent)

    return order


def _difference_order(member: Member) -> float | None:
    value = member.difference_percent
    return None if value is None else abs(value)


def _of_limb(side: Side) -> tuple[SquadColumn, SquadColumn]:
    letter = side.value[0].upper()
    return (
        SquadColumn(
            side.value.capitalize(),
            f"Last peak of the {side.value} limb",
            76,
            _peak(side),
            lambda member: member.peak(side),
            side,
        ),
        SquadColumn(
            f"{letter} N/kg",
            f"Last peak of the {side.value} limb over body mass of that day, N/kg",
            76,
            _per_kg(side),
            lambda member: member.per_kg.get(side),
            side,
        ),
    )


def _change_column(side: Side) -> SquadColumn:
    return SquadColumn(
        f"{side.value[0].upper()} since first, N",
        "Change since the first result of the same series ± MDC95; bold where it is beyond the "
        "measurement error. Sorted by its size in percent.",
        140,
        _change(side),
        _change_order(side),
        side,
    )


(_LEFT_PEAK, _LEFT_KG), (_RIGHT_PEAK, _RIGHT_KG) = _of_limb(Side.LEFT), _of_limb(Side.RIGHT)
COLUMNS = (
    SquadColumn(
        "Athlete",
        "Name",
        220,
        lambda member, _unit: plain(member.person.name),
        lambda member: folded(member.person.name),
        is_number=False,
        largest_first=False,
    ),
    _LEFT_PEAK,
    _RIGHT_PEAK,
    _LEFT_KG,
    _RIGHT_KG,
    SquadColumn(
        "Difference",
        "Which limb is stronger, and by how much of it: right against left of one day",
        100,
        lambda member, _unit: difference_words(member.difference_percent) or "–",
        _difference_order,
    ),
    _change_column(Side.LEFT),
    _change_column(Side.RIGHT),
    SquadColumn(
        "Days since",
        "Days since the last test",
        92,
        lambda member, _unit: number(member.line.days_since),
        lambda member: member.line.days_since,
    ),
    SquadColumn(
        "Over time",
        "Both limbs over time: left solid, right dashed; only the latest series",
        120,
        lambda _member, _unit: "",
        lambda _member: None,
        is_number=False,
    ),
)
DIFFERENCE, LEFT_CHANGE, RIGHT_CHANGE, DAYS, SPARKLINE = 5, 6, 7, 8, 9


def is_beyond(member: Member, column: int) -> bool:
    """Whether this column tells a change that is more than the measurement error."""
    side = {LEFT_CHANGE: Side.LEFT, RIGHT_CHANGE: Side.RIGHT}.get(column)
    limb = member.limb(side) if side is not None else None
    return limb is not None and limb.change is not None and limb.change.is_beyond_error is True
