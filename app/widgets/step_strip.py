"""Where a run stands: done, now, still to come, in one line that never wraps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Type, colours, font, space, theme
from app.workflow import StepMark

_LINK_PX = 20.0


class StepStrip(QWidget):
    """Done steps carry a tick, the present one is filled and bold, later ones are pale.

    Where there is no room the words of done steps go first, then those of later ones.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[StepMark, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_marks(self, marks: Sequence[StepMark]) -> None:
        if tuple(marks) == self.marks:
            return
        self.marks = tuple(marks)
        now = next((mark.label for mark in marks if mark.is_current), "")
        self.setAccessibleName(f"Step: {now}")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(480), theme().px(40))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(160), theme().px(40))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = self.words()
        x = 0.0
        for mark, word in zip(self.marks, words, strict=True):
            if x:
                painter.setPen(QPen(colours().colour("line_strong", 0.6), 1))
                y = self.height() / 2
                painter.drawLine(QPointF(x + space(1), y), QPointF(x + _LINK_PX - space(1), y))
                x += _LINK_PX
            box = QRectF(x, 0, self._width(mark, word), self.height())
            self._paint_mark(painter, box, mark, word)
            x = box.right()

    def words(self) -> list[str]:
        """The labels as they fit now; an empty one has no room."""
        words = [mark.label for mark in self.marks]
        for wanted_done in (True, False):
            for i, mark in enumerate(self.marks):
                if self._total(words) <= self.width():
                    return words
                if not mark.is_current and mark.is_done is wanted_done:
                    words[i] = ""
        return words

    def _total(self, words: list[str]) -> float:
        widths = (self._width(mark, word) for mark, word in zip(self.marks, words, strict=True))
        return sum(widths) + _LINK_PX * max(len(words) - 1, 0)

    def _width(self, mark: StepMark, word: str) -> float:
        badge = theme().px(22)
        advance = QFontMetricsF(_face(mark)).horizontalAdvance(word)
        text = advance + space(2) if word else 0.0
        if mark.is_current:
            return text + badge + space(6)
        return badge + text

    def _paint_mark(self, painter: QPainter, box: QRectF, mark: StepMark, word: str) -> None:
        look = colours()
        badge = theme().px(22)
        if mark.is_current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("selected"))
            pill = QRectF(
                box.left(), box.center().y() - theme().px(18), box.width(), theme().px(36)
            )
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            box = box.adjusted(space(3), 0, -space(3), 0)
        centre = QPointF(box.left() + badge / 2, box.center().y())
        self._paint_badge(painter, centre, badge / 2 - 2, mark)
        painter.setFont(_face(mark))
        painter.setPen(look.colour("text" if mark.is_current else "muted"))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(badge + space(1), 0, space(2), 0), align, word)

    def _paint_badge(
        self, painter: QPainter, centre: QPointF, radius: float, mark: StepMark
    ) -> None:
        look = colours()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark.is_done:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("good"))
            painter.drawEllipse(centre, radius, radius)
            painter.setPen(QPen(look.colour("raised"), 2, Qt.PenStyle.SolidLine))
            r = radius * 0.45
            painter.drawPolyline(
                [
                    centre + QPointF(-r, 0.1 * r),
                    centre + QPointF(-0.25 * r, 0.8 * r),
                    centre + QPointF(r, -0.7 * r),
                ]
            )
        elif mark.is_current:
            painter.setPen(QPen(look.colour("text"), 2))
            painter.drawEllipse(centre, radius, radius)
            painter.setBrush(look.colour("text"))
            painter.drawEllipse(centre, radius * 0.35, radius * 0.35)
        else:
            painter.setPen(QPen(look.colour("line_strong"), 1.5))
            painter.drawEllipse(centre, radius, radius)


def _face(mark: StepMark) -> QFont:
    weight = QFont.Weight.DemiBold if mark.is_current else QFont.Weight.Normal
    return font(Type.STRONG, weight)
