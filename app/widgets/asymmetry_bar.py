"""Left against right as a bar from the middle, over the measurement error as a grey band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Type, colours, font, limb_style, space, theme
from app.units import number
from data.analysis.types import Asymmetry, Side

if TYPE_CHECKING:
    from data.clinical.difference import LimbDifference

_BASE = Qt.AlignmentFlag.AlignBottom
_SCALES = (10.0, 20.0, 30.0, 50.0, 75.0, 100.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two limbs are apart, in percent, and which one is stronger (None: equal)."""

    percent: float
    stronger: Side | None

    @property
    def signed(self) -> float:
        """Negative where the left limb is stronger: left is left."""
        return -self.percent if self.stronger is Side.LEFT else self.percent


def difference(asymmetry: Asymmetry) -> Difference | None:
    """The distance from symmetry that a formula gives; None where it was refused.

    An LSI is 100 % at symmetry, every other formula 0 %.
    """
    value = asymmetry.value_percent
    if value is None:
        return None
    return Difference(abs(100 - value if asymmetry.formula == "lsi" else value), asymmetry.stronger)


def last_difference(
    percent: float | None, formula: str, left: float | None, right: float | None
) -> Difference | None:
    """That of last time, whose direction only both limbs' forces tell."""
    if percent is None or left is None or right is None:
        return None
    stronger = None if left == right else Side.LEFT if left > right else Side.RIGHT
    return Difference(abs(100 - percent if formula == "lsi" else percent), stronger)


def in_words(now: Difference | None, judged: LimbDifference | None) -> str:
    """What may be said: who is stronger by how much, and whether the error allows to say it."""
    if now is None:
        return "No difference was computed."
    size = f"{number(now.percent, 1)} %"
    said = f"{limb_style(now.stronger).label} stronger by {size}" if now.stronger else "Both equal"
    return f"{said}. {judged.verdict if judged else 'The measurement error is not known.'}"


class AsymmetryBar(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: Difference | None = None
        self._last: Difference | None = None
        self._error: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_difference(
        self,
        now: Difference | None,
        error_percent: float | None,
        last: Difference | None = None,
        judged: LimbDifference | None = None,
    ) -> None:
        self._now, self._error, self._last = now, error_percent, last
        self.setAccessibleName(in_words(now, judged))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(560), theme().px(152))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(260), theme().px(104))

    @property
    def scale_percent(self) -> float:
        """Where the axis ends on both sides."""
        values = [self._error or 0.0]
        values += [d.percent for d in (self._now, self._last) if d is not None]
        return next((s for s in _SCALES if s >= max(values) * 1.1), _SCALES[-1])

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head, foot = theme().px(30), theme().px(46)
        height = min(self.height() - head - foot, max(theme().px(72), 0.4 * self.height()))
        top = head + (self.height() - head - foot - height) / 2
        track = QRectF(space(1), top, self.width() - space(2), height)
        self._paint_track(painter, track)
        if self._now is not None:
            self._paint_now(painter, track, self._now)
        if self._last is not None:
            self._paint_last(painter, track, self._last)
        self._paint_axis(painter, track)

    def _x(self, track: QRectF, percent: float) -> float:
        scale = self.scale_percent
        return track.center().x() + max(min(percent / scale, 1.0), -1.0) * track.width() / 2

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        look = colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("sunken"))
        painter.drawRoundedRect(track, space(1), space(1))
        if self._error:
            left, right = self._x(track, -self._error), self._x(track, self._error)
            band = QRectF(left, track.top() - space(1), right - left, track.height() + space(2))
            painter.setBrush(look.colour("error_band"))
            painter.drawRect(band)
        line = theme().px(26)
        head = QRectF(track.left(), track.top() - line - space(1), track.width(), line)
        is_narrow = track.width() < theme().px(480)
        size, stronger = (Type.BODY, "") if is_narrow else (Type.HEADING, " stronger")
        painter.setFont(font(size, QFont.Weight.DemiBold))
        for side, align in (
            (Side.LEFT, Qt.AlignmentFlag.AlignLeft),
            (Side.RIGHT, Qt.AlignmentFlag.AlignRight),
        ):
            painter.setPen(QColor(limb_style(side).text_colour))
            painter.drawText(head, align | _BASE, f"{limb_style(side).label}{stronger}")
        if self._error:
            painter.setPen(look.colour("muted"))
            painter.setFont(font(Type.SMALL if is_narrow else Type.BODY))
            text = f"error ±{self._error:.1f} %"
            painter.drawText(head, Qt.AlignmentFlag.AlignHCenter | _BASE, text)

    def _paint_now(self, painter: QPainter, track: QRectF, now: Difference) -> None:
        middle, x = track.center().x(), self._x(track, now.signed)
        inner = track.adjusted(0, track.height() * 0.2, 0, -track.height() * 0.2)
        bar = QRectF(min(middle, x), inner.top(), abs(x - middle), inner.height())
        colour = QColor(limb_style(now.stronger).colour if now.stronger else colours().muted)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(bar)
        if now.stronger is Side.RIGHT:
            painter.setBrush(QBrush(colours().colour("raised", 0.5), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(bar)

    def _paint_last(self, painter: QPainter, track: QRectF, last: Difference) -> None:
        """A tick with its words below, kept inside the widget."""
        look = colours()
        x = self._x(track, last.signed)
        painter.setPen(QPen(look.colour("text"), 2))
        painter.drawLine(QPointF(x, track.top() - space(1)), QPointF(x, track.bottom() + space(2)))
        face = font(Type.BODY)
        text = f"last time {number(last.percent, 1)} %"
        width = QFontMetricsF(face).horizontalAdvance(text) + 2
        left = min(max(x - width / 2, 0.0), self.width() - width)
        painter.setFont(face)
        painter.setPen(look.colour("text"))
        box = QRectF(left, track.bottom() + space(2), width, theme().px(20))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_axis(self, painter: QPainter, track: QRectF) -> None:
        look = colours()
        painter.setPen(QPen(look.colour("line_strong"), 1))
        middle = track.center().x()
        painter.drawLine(
            QPointF(middle, track.top() - space(1)), QPointF(middle, track.bottom() + space(1))
        )
        painter.setPen(look.colour("muted"))
        painter.setFont(font(Type.SMALL))
        foot = QRectF(track.left(), track.bottom() + theme().px(28), track.width(), theme().px(16))
        end = f"{self.scale_percent:.0f} %"
        for align, text in (
            (Qt.AlignmentFlag.AlignLeft, end),
            (Qt.AlignmentFlag.AlignHCenter, "0"),
            (Qt.AlignmentFlag.AlignRight, end),
        ):
            painter.drawText(foot, align, text)
