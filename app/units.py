"""Numbers as people read them: stored values are SI, only these functions speak another unit."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from app.wording import MONTHS

# Not strftime: its names follow the language that Qt sets for the process.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_VALUE = "–"
MINUS = "−"
_NBSP = "\u00a0"


class ForceUnit(StrEnum):
    NEWTON = "N"
    KILOGRAM_FORCE = "kgf"
    POUND_FORCE = "lbf"

    @property
    def newtons(self) -> float:
        """Newtons in one unit: exact, from g = 9.80665 m/s² and the pound of 0.45359237 kg."""
        match self:
            case ForceUnit.NEWTON:
                return 1.0
            case ForceUnit.KILOGRAM_FORCE:
                return 9.80665
            case ForceUnit.POUND_FORCE:
                return 4.4482216152605

    @property
    def decimals(self) -> int:
        """No more digits than the dynamometers resolve (0.1 to 1 N)."""
        return 0 if self is ForceUnit.NEWTON else 1


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A number with a true minus sign; a dash where there is none."""
    if value is None:
        return NO_VALUE
    text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def quantity(value: float | None, unit: str, decimals: int = 0, *, signed: bool = False) -> str:
    """A number and its unit, which a line break never parts."""
    if value is None:
        return NO_VALUE
    return f"{number(value, decimals, signed=signed)}{_NBSP}{unit}"


def force(newtons: float | None, unit: ForceUnit, *, signed: bool = False) -> str:
    if newtons is None:
        return NO_VALUE
    return quantity(newtons / unit.newtons, unit.value, unit.decimals, signed=signed)


def clock(seconds: float | None) -> str:
    """``1:05`` or ``1:02:05``."""
    if seconds is None:
        return NO_VALUE
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def age(born: date | None, today: date) -> str:
    """Completed years: ``24 y``."""
    if born is None:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"{years}{_NBSP}y"


def day(value: date | None) -> str:
    """``3 Oct 2026``."""
    if value is None:
        return NO_VALUE
    return f"{value.day}{_NBSP}{MONTHS[value.month - 1][:3]}{_NBSP}{value.year}"


def time_of_day(value: datetime) -> str:
    return f"{value:%H:%M}"


def days_ago(then: date, today: date) -> str:
    """``today``, ``yesterday``, ``12 days ago``."""
    days = (today - then).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"


def local_offset_min(at: datetime) -> int:
    """This machine's offset from UTC at that moment."""
    offset = at.astimezone().utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0
