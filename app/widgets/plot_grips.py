"""What can be moved in a review: the bounds of repetitions and the onset of each limb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.theme import Type, colours, limb_style
from app.units import quantity
from app.widgets.plot_area import PlotArea
from app.widgets.plot_marks import RepSpan
from data.analysis.types import Side

_GRIP_PX = 8.0
_FLAG_PX = 22.0
_SHORTEST_S = 0.02


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of one repetition."""

    rep: int
    is_start: bool


@dataclass(frozen=True, slots=True)
class OnsetGrip:
    """Where one limb's effort begins in one repetition."""

    rep: int
    side: Side | None


@dataclass(frozen=True, slots=True)
class OnsetMark:
    """An onset on the curve's time axis; it stays before `latest_s`, the limb's peak.

    `automatic_s` is the one that the rule found, kept beside one set by hand; None where `at_s`
    is the rule's own.
    """

    rep: int
    side: Side | None
    at_s: float
    latest_s: float
    is_by_hand: bool = False
    automatic_s: float | None = None

    @property
    def text(self) -> str:
        """The moment with its limb and how it was had."""
        limb = f"{limb_style(self.side).label} " if self.side else ""
        said = f"{limb}onset {quantity(self.at_s, 's', 3)}"
        if not self.is_by_hand:
            return f"{said}, by the rule"
        found = "none" if self.automatic_s is None else quantity(self.automatic_s, "s", 3)
        return f"{said}, by hand; by the rule {found}"


Grip: TypeAlias = Bound | OnsetGrip


class Grips:
    """The bounds of all repetitions and the onsets of the chosen one; `chosen` is being moved."""

    def __init__(self) -> None:
        self.reps: tuple[RepSpan, ...] = ()
        self.onsets: tuple[OnsetMark, ...] = ()
        self.chosen: Grip | None = None

    def at(self, area: PlotArea, point: QPointF) -> Grip | None:
        """The nearest grip within reach of the pointer; onsets have the foot of the plot."""
        is_at_foot = point.y() >= area.rect.bottom() - area.px(_FLAG_PX)
        near: list[tuple[float, Grip]] = []
        if is_at_foot:
            near = [
                (0.0, OnsetGrip(mark.rep, mark.side))
                for mark in self.onsets
                if _flag(area, mark).adjusted(-3, 0, 3, 0).contains(point)
            ]
        near += [
            (abs(area.x(t_s) - point.x()), Bound(rep.number, is_start))
            for rep in self.reps
            for t_s, is_start in ((rep.start_s, True), (rep.end_s, False))
        ]
        distance, grip = min(near, key=lambda entry: entry[0], default=(_GRIP_PX + 1, None))
        return grip if distance <= _GRIP_PX else None

    def choose_next(self, number: int) -> None:
        """From the start over the onsets to the end of a repetition, and again."""
        order: list[Grip] = [Bound(number, is_start=True)]
        order += [OnsetGrip(mark.rep, mark.side) for mark in self.onsets if mark.rep == number]
        order.append(Bound(number, is_start=False))
        place = order.index(self.chosen) + 1 if self.chosen in order else 0
        self.chosen = order[place % len(order)]

    def keep_chosen(self) -> None:
        """Let go of what is no longer there."""
        match self.chosen:
            case Bound(rep=number) if all(rep.number != number for rep in self.reps):
                self.chosen = None
            case OnsetGrip() as grip if self.mark(grip) is None:
                self.chosen = None
            case _:
                pass

    def time(self, grip: Grip) -> float:
        match grip:
            case Bound():
                rep = self.rep(grip.rep)
                return rep.start_s if grip.is_start else rep.end_s
            case OnsetGrip():
                mark = self.mark(grip)
                assert mark is not None
                return mark.at_s

    def move(self, grip: Grip, t_s: float, first_s: float, last_s: float) -> None:
        """To `t_s`, or as far as it may go on a curve from `first_s` to `last_s`."""
        match grip:
            case Bound():
                self._move_bound(grip, t_s, first_s, last_s)
            case OnsetGrip():
                self._move_onset(grip, t_s, first_s)

    def rep(self, number: int) -> RepSpan:
        return next(rep for rep in self.reps if rep.number == number)

    def mark(self, grip: OnsetGrip) -> OnsetMark | None:
        found = (mark for mark in self.onsets if (mark.rep, mark.side) == (grip.rep, grip.side))
        return next(found, None)

    def draw(self, painter: QPainter, area: PlotArea) -> None:
        for rep in self.reps:
            for is_start in (True, False):
                _draw_bound(painter, area, rep, is_start, self.chosen)
        for mark in self.onsets:
            is_chosen = self.chosen == OnsetGrip(mark.rep, mark.side)
            _draw_onset(painter, area, mark, is_chosen=is_chosen)
        _draw_words(painter, area, self._words())

    def _words(self) -> str:
        """The chosen onset, or those that a person set."""
        if isinstance(self.chosen, OnsetGrip) and (mark := self.mark(self.chosen)):
            return mark.text
        return " · ".join(mark.text for mark in self.onsets if mark.is_by_hand)

    def _move_bound(self, bound: Bound, t_s: float, first_s: float, last_s: float) -> None:
        """Bounds stay in order and never reach into the neighbouring repetition."""
        rep = self.rep(bound.rep)
        before = [r.end_s for r in self.reps if r.end_s <= rep.start_s and r is not rep]
        after = [r.start_s for r in self.reps if r.start_s >= rep.end_s and r is not rep]
        low, high = max(before, default=first_s), min(after, default=last_s)
        if bound.is_start:
            moved = replace(rep, start_s=min(max(t_s, low), rep.end_s - _SHORTEST_S))
        else:
            moved = replace(rep, end_s=max(min(t_s, high), rep.start_s + _SHORTEST_S))
        self.reps = tuple(moved if r is rep else r for r in self.reps)

    def _move_onset(self, grip: OnsetGrip, t_s: float, first_s: float) -> None:
        mark = self.mark(grip)
        assert mark is not None
        at_s = max(min(t_s, mark.latest_s - _SHORTEST_S), first_s)
        found = mark.automatic_s if mark.is_by_hand else mark.at_s
        moved = replace(mark, at_s=at_s, is_by_hand=True, automatic_s=found)
        self.onsets = tuple(moved if each is mark else each for each in self.onsets)


def _flag(area: PlotArea, mark: OnsetMark) -> QRectF:
    """At the foot of the plot, the left limb's to the left of its line."""
    size, x = area.px(_FLAG_PX), area.x(mark.at_s)
    left = x - size if mark.side is Side.LEFT else x
    return QRectF(left, area.rect.bottom() - size, size, size)


def _draw_onset(painter: QPainter, area: PlotArea, mark: OnsetMark, *, is_chosen: bool) -> None:
    rect = area.rect
    colour = QColor(limb_style(mark.side).text_colour if mark.side else colours().text)
    top = rect.bottom() - area.px(3 * _FLAG_PX)
    if mark.automatic_s is not None and rect.left() <= area.x(mark.automatic_s) <= rect.right():
        painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DotLine))
        x = area.x(mark.automatic_s)
        painter.drawLine(QPointF(x, top), QPointF(x, rect.bottom()))
    if not rect.left() - 1 <= area.x(mark.at_s) <= rect.right() + 1:
        return
    painter.setPen(QPen(colours().colour("focus") if is_chosen else colour, 2.0))
    x = area.x(mark.at_s)
    painter.drawLine(QPointF(x, top), QPointF(x, rect.bottom()))
    painter.setBrush(colour if mark.is_by_hand else colours().colour("raised"))
    flag = _flag(area, mark)
    painter.drawRoundedRect(flag, 3, 3)
    painter.setPen(colours().colour("raised") if mark.is_by_hand else colour)
    painter.setFont(area.font(Type.SMALL, QFont.Weight.DemiBold))
    letter = limb_style(mark.side).label[0] if mark.side else "O"
    painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, letter)


def _draw_words(painter: QPainter, area: PlotArea, text: str) -> None:
    if not text:
        return
    painter.setFont(area.font(Type.SMALL))
    width = min(QFontMetricsF(painter.font()).horizontalAdvance(text) + 12, area.rect.width())
    box = QRectF(area.rect.left() + 4, area.rect.top() + area.px(30), width, area.px(22))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours().colour("raised", 0.9))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(colours().colour("text"))
    painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def _draw_bound(
    painter: QPainter, area: PlotArea, rep: RepSpan, is_start: bool, chosen: Grip | None
) -> None:
    x = area.x(rep.start_s if is_start else rep.end_s)
    if not area.rect.left() - 1 <= x <= area.rect.right() + 1:
        return
    is_chosen = chosen == Bound(rep.number, is_start)
    colour = colours().colour("focus" if is_chosen else "line_strong")
    painter.setPen(QPen(colour, 2.0 if is_chosen else 1.0))
    painter.drawLine(QPointF(x, area.rect.top()), QPointF(x, area.rect.bottom()))
    painter.setBrush(colours().colour("raised"))
    painter.drawRoundedRect(QRectF(x - 4, area.rect.center().y() - 14, 8, 28), 3, 3)


def marks_of(onsets: Sequence[OnsetMark]) -> str:
    """All of them in words, for a reader who does not see the plot."""
    return "; ".join(mark.text for mark in onsets)
