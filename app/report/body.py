"""The figure with electrodes and treated areas on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from app.body_drawing import WIDTH, BodyInk, paint_figure, paint_placement
from app.report.blocks import CENTRE, SMALL, Block
from app.report.sheet import PT, Sheet
from app.theme import LIGHT
from data.clinical.body_regions import View
from data.treatment_record import Placement

HEIGHT_PT = 148
_WORD_PT = 11

INK = BodyInk(
    fill=QColor(LIGHT.surface),
    outline=QColor(LIGHT.line_strong),
    fine=QColor(LIGHT.hairline),
    pad=QColor(LIGHT.accent),
    on_pad=QColor(LIGHT.on_accent),
    area=QColor(LIGHT.accent),
)


@dataclass(eq=False)
class BodyFigures(Block):
    """Each view on which something was placed, side by side with its name."""

    placement: Placement
    before: float = 0

    @property
    def views(self) -> Sequence[View]:
        there = {each.view for each in (*self.placement.points, *self.placement.areas)}
        return [view for view in View if view in there]

    @property
    def width_pt(self) -> float:
        """What the figures take side by side."""
        return len(self.views) * (HEIGHT_PT - _WORD_PT) * WIDTH

    def height(self, sheet: Sheet, width: float) -> float:
        return HEIGHT_PT * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        side = (HEIGHT_PT - _WORD_PT) * PT
        step = width / max(len(self.views), 1)
        painter = sheet.painter
        for place, view in enumerate(self.views):
            middle = x + (place + 0.5) * step
            square = QRectF(middle - side / 2, y, side, side)
            painter.save()
            painter.setClipRect(QRectF(middle - side * WIDTH / 2, y, side * WIDTH, side))
            paint_figure(painter, square, view, INK)
            paint_placement(painter, square, view, self.placement, INK)
            painter.restore()
            sheet.text(view.value, SMALL.to_the(CENTRE), middle - step / 2, y + side + PT, step)
