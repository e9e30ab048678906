"""The line of an injury, from acute to prevention, with today on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.theme import Type, colours, font, space, theme
from app.units import day
from app.widgets.controls import Segments
from data.episodes import Episode
from data.records import Stage

_LINE, _ONE_LINE, _TWO_LINES = 18, 32, 50  # px at 100 %
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Passed:
    """How long an injury was in a stage: since when at first, and how many days in all."""

    since: date
    days: int
    is_now: bool


def passed_stages(episode: Episode, today: date) -> dict[Stage, Passed]:
    """The stages that were set, with their days; a setback adds to the earlier days."""
    found: dict[Stage, Passed] = {}
    ends = [change.on for change in episode.stages[1:]] + [episode.closed_on or today]
    for change, end in zip(episode.stages, ends, strict=True):
        days = max((end - change.on).days, 0)
        before = found.get(change.stage)
        is_now = change is episode.stages[-1] and episode.closed_on is None
        found[change.stage] = Passed(
            before.since if before else change.on, days + (before.days if before else 0), is_now
        )
    return found


class EpisodeLine(QWidget):
    """Five stages in their order; a click sets the stage of today."""

    changed = Signal(object)  # Stage | None

    def __init__(self) -> None:
        super().__init__()
        self.stage = Segments(
            [(stage, stage_word(stage)) for stage in Stage],
            name="Stage of recovery",
            can_be_empty=True,
        )
        self.stage.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.stage.changed.connect(self.changed)
        self.track = _Track(self.stage)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        column.addWidget(self.stage)
        column.addWidget(self.track)

    def show_episode(self, episode: Episode | None, stage: Stage | None, today: date) -> None:
        """Without an episode the stage alone is known."""
        self.stage.set_value(stage)
        self.track.show_episode(episode, today)
        self.track.setVisible(episode is not None)


def stage_word(stage: Stage) -> str:
    """The stage; in large letters the longest is cut to its last word, so that all five fit."""
    is_long = stage is Stage.RETURN_TO_RUNNING and theme().text_scale > 1.5
    return "Running" if is_long else stage.value.capitalize()


class _Track(QWidget):
    """Under each stage a bar, when it began and how long it took; today where it is."""

    def __init__(self, stages: Segments[Stage]) -> None:
        super().__init__()
        self._stages = stages
        self._passed: dict[Stage, Passed] = {}
        self._today = ""
        self._is_one_line = False
        self.setFixedHeight(theme().px(_TWO_LINES))
        self.setAccessibleName("Stages of this injury")

    def show_episode(self, episode: Episode | None, today: date) -> None:
        self._passed = passed_stages(episode, today) if episode else {}
        self._today = f"today, day {episode.day(today)}" if episode else ""
        said = [f"{stage.value} {self._words(stage)}" for stage in Stage if stage in self._passed]
        self.setAccessibleDescription("; ".join([*said, self._today]))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Today stands beside the days of its stage, below them where that is too long."""
        metrics = QFontMetricsF(font(Type.SMALL, QFont.Weight.DemiBold))
        widths = [
            metrics.horizontalAdvance(self._with_today(stage))
            for stage, passed in self._passed.items()
            if passed.is_now
        ]
        self._is_one_line = all(each <= self.width() / len(Stage) for each in widths)
        self.setFixedHeight(theme().px(_ONE_LINE if self._is_one_line else _TWO_LINES))

    def _with_today(self, stage: Stage) -> str:
        return f"{self._words(stage)} · {self._today}"

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = colours()
        for stage in Stage:
            button = self._stages.button(stage)
            left, width = float(button.x()), float(button.width())
            bar = QRectF(left + 2, 2, width - 4, 4)
            passed = self._passed.get(stage)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent" if passed else "hairline"))
            if passed and not passed.is_now:
                painter.setBrush(look.colour("accent", 0.45))
            painter.drawRoundedRect(bar, 2, 2)
            if passed is None:
                continue
            if passed.is_now:
                self._paint_arrow(painter, left + width / 2)
            self._paint_words(painter, stage, left, width)

    def _paint_words(self, painter: QPainter, stage: Stage, left: float, width: float) -> None:
        is_now, line = self._passed[stage].is_now, theme().px(_LINE)
        strong, first = QFont.Weight.DemiBold, QRectF(left, 12, width, line)
        if is_now and self._is_one_line:
            painter.setFont(font(Type.SMALL, strong))
            painter.setPen(colours().colour("text"))
            self._text(painter, self._with_today(stage), first)
            return
        painter.setFont(font(Type.SMALL))
        painter.setPen(colours().colour("muted"))
        self._text(painter, self._words(stage), first)
        if is_now:
            painter.setFont(font(Type.SMALL, strong))
            painter.setPen(colours().colour("text"))
            self._text(painter, self._today, first.translated(0, line))

    def _paint_arrow(self, painter: QPainter, middle: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours().colour("accent"))
        painter.drawPolygon(
            QPolygonF([QPointF(middle - 5, 11), QPointF(middle, 5), QPointF(middle + 5, 11)])
        )

    def _text(self, painter: QPainter, text: str, box: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _CENTRE, cut)

    def _words(self, stage: Stage) -> str:
        passed = self._passed[stage]
        days = "1 day" if passed.days == 1 else f"{passed.days} days"
        return f"since {day(passed.since)}" if passed.is_now else f"{day(passed.since)}, {days}"
