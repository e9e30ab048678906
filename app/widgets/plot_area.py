"""Where a force curve is drawn: px against s and N, and how large what stands around it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from app.theme import Type, font, theme


@dataclass(frozen=True, slots=True)
class PlotArea:
    """The rectangle of the curves in px and what it shows in s and N.

    `scale` enlarges texts and distances, for readers who stand far away.
    """

    rect: QRectF
    left_s: float
    right_s: float
    bottom_n: float
    top_n: float
    scale: float = 1.0

    @property
    def px_per_s(self) -> float:
        return self.rect.width() / (self.right_s - self.left_s)

    @property
    def px_per_n(self) -> float:
        return self.rect.height() / (self.top_n - self.bottom_n)

    def x(self, t_s: float) -> float:
        return self.rect.left() + (t_s - self.left_s) * self.px_per_s

    def y(self, force_n: float) -> float:
        return self.rect.bottom() - (force_n - self.bottom_n) * self.px_per_n

    def time(self, x: float) -> float:
        return self.left_s + (x - self.rect.left()) / self.px_per_s

    def band(self, start_s: float, end_s: float) -> QRectF:
        """Full-height rectangle between two times, cut at the edges."""
        left = max(self.x(start_s), self.rect.left())
        right = min(self.x(end_s), self.rect.right())
        return QRectF(left, self.rect.top(), max(right - left, 0.0), self.rect.height())

    def px(self, size: float) -> float:
        """A distance in px that grows with the text."""
        return size * self.scale * theme().text_scale

    def font(self, size: Type = Type.BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        face = font(size, weight)
        face.setPixelSize(round(face.pixelSize() * self.scale))
        return face
