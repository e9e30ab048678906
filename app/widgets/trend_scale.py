"""Where a day and a value lie on the chart of an athlete: panels, axes and steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from PySide6.QtCore import QRectF

_SHARE_OF_DIFFERENCE = 0.26
_LONGEST_BEFORE_DAYS = 365


class MarkKind(StrEnum):
    """What can stand on the time axis beside results; each but the injury has a lane."""

    INJURY = "Injury"
    STAGE = "Stage"
    TREATMENT = "Treatment"
    DOSE = "Dose"
    MATCH = "Match"
    TRAINING = "Training"
    PAIN = "Pain"


@dataclass(frozen=True, slots=True)
class TrendMark:
    """Something that happened on a day; `short` is drawn in its place, `label` said."""

    on: date
    label: str
    kind: MarkKind = MarkKind.TREATMENT
    short: str = ""


@dataclass(frozen=True, slots=True)
class TrendScale:
    """The chart's rectangles in px, and its axes: days across, values up, percent below."""

    upper: QRectF
    lower: QRectF
    lanes: QRectF
    first: int
    last: int
    bottom: float
    top: float
    percent: float

    def x(self, on: date) -> float:
        share = (on.toordinal() - self.first) / (self.last - self.first)
        return self.upper.left() + self.upper.width() * share

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return self.upper.bottom() - self.upper.height() * share

    def y_percent(self, percent: float) -> float:
        return self.lower.center().y() - self.lower.height() / 2 * percent / self.percent

    def has(self, on: date) -> bool:
        return self.first <= on.toordinal() <= self.last

    def steps(self) -> list[float]:
        """Round values for the grid, from the bottom to the top."""
        step = round_step(self.top - self.bottom)
        count = round((self.top - self.bottom) / step)
        return [self.bottom + k * step for k in range(count + 1)]


def scale(
    frame: QRectF,
    lane_height: float,
    gap: float,
    days: Sequence[date],
    marks: Iterable[TrendMark],
    values: Iterable[float],
    percents: Iterable[float],
) -> TrendScale:
    """For what is to be shown in `frame`; `lane_height` is that of all lanes together."""
    first, last = _span(days, marks)
    height = frame.height() - lane_height - (gap if lane_height else 0)
    lower_height = height * _SHARE_OF_DIFFERENCE
    upper = QRectF(frame.left(), frame.top(), frame.width(), height - lower_height - gap)
    lower = QRectF(frame.left(), upper.bottom() + gap, frame.width(), lower_height)
    lanes = QRectF(frame.left(), lower.bottom() + gap, frame.width(), lane_height)
    bottom, top = _range(list(values))
    percent = max((abs(each) for each in percents), default=0.0)
    return TrendScale(upper, lower, lanes, first, last, bottom, top, max(1.15 * percent, 12.0))


def round_step(span: float) -> float:
    """A round step that gives three to five lines over `span`."""
    raw = span / 5
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = low + 1.0
    step = round_step(high - low)
    return step * math.floor(low / step), step * (math.floor(high / step) + 1)


def _span(days: Sequence[date], marks: Iterable[TrendMark]) -> tuple[int, int]:
    """From the first result, or what led to it within a year, to the last of anything."""
    ordinals = [day.toordinal() for day in days]
    first, last = min(ordinals), max(ordinals)
    others = [mark.on.toordinal() for mark in marks]
    near = [each for each in others if first - _LONGEST_BEFORE_DAYS <= each]
    first, last = min([first, *near]), max([last, *others])
    room = max((last - first) // 24, 2)
    return first - room, last + max(room // 2, 1)
