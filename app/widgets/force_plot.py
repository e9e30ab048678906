"""The canvas of a force curve: the only file that imports pyqtgraph."""

from __future__ import annotations

from typing import Any

import pyqtgraph  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent, QTransform
from PySide6.QtWidgets import QGraphicsView, QVBoxLayout, QWidget

from app.theme import colours, theme
from app.units import ForceUnit
from app.widgets.plot_area import PlotArea
from app.widgets.plot_marks import PlotLayer
from app.widgets.plot_scale import Array, Links

_pg: Any = pyqtgraph  # it ships no types: what lies behind this name is checked at run time only

_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 56, 64, 12, 32

_PASSES = {
    1: ((0, 0),),
    3: ((0, 0), (1, 0), (0, -1)),
    5: ((0, 0), (1, 0), (0, -1), (-1, 0), (0, 1)),
}


class _Curve(_pg.PlotCurveItem):  # pyright: ignore[reportUntypedBaseClass] - untyped library
    """A curve drawn as several antialiased 1 px passes, a pixel apart.

    It looks 2 to 3 px wide at a third of the cost of one pass with a wide pen, for which Qt
    computes the outline of every line.
    """

    passes: tuple[tuple[int, int], ...] = ((0, 0),)

    def paint(self, painter: QPainter, option: object, widget: QWidget | None) -> None:
        base = painter.transform()
        for dx, dy in self.passes:
            painter.setTransform(base * QTransform.fromTranslate(dx, dy))
            super().paint(painter, option, widget)  # pyright: ignore[reportUnknownMemberType]
        painter.setTransform(base)


class CurveLine:
    """One line on a canvas, of `weight` 1 (thin), 3, or 5 (on dense screens)."""

    def __init__(self, box: Any, height: float) -> None:
        self._item = _Curve(skipFiniteCheck=True, antialias=True, segmentedLineMode="off")
        self._item.setZValue(height)
        self._item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        box.addItem(self._item, ignoreBounds=True)

    def set_look(self, colour: QColor, weight: int) -> None:
        pen = QPen(colour, 1.0)
        pen.setCosmetic(True)
        self._item.setPen(pen)
        self._item.passes = _PASSES[weight]

    def set_data(self, t: Array, force: Array, joined: Links | None = None) -> None:
        """``t (m,)``, ``force (m,)`` in the plot's coordinates; `joined` as from `plot_scale`."""
        connect = "all" if joined is None or joined.all() else joined
        self._item.setData(t, force, connect=connect)

    def clear(self) -> None:
        self._item.setData([], [])

    def remove(self) -> None:
        scene = self._item.scene()
        if scene is not None:
            scene.removeItem(self._item)


class ForcePlot(QWidget):
    """Grid, curves and marks; `LivePlot` and `ReviewPlot` fill it.

    Curves live in s and N, marks are drawn in px on one sheet under and one over them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: Any = _pg.GraphicsView(background=None)
        self._view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box: Any = _pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.disableAutoRange()
        self._box.setZValue(0)  # between the sheets; pyqtgraph would put it below everything
        self._under = PlotLayer(self._draw_under, -10)
        self._over = PlotLayer(self._draw_over, 10)
        for item in (self._box, self._under, self._over):
            self._view.scene().addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self.unit = ForceUnit.NEWTON
        self.scale = 1.0
        self.area = PlotArea(QRectF(0, 0, 1, 1), 0.0, 1.0, 0.0, 100.0)
        self.setMinimumSize(240, 120)
        self._view.setBackground(colours().colour("raised"))
        theme().changed.connect(self._restyle)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place()

    def set_scale(self, scale: float) -> None:
        """Enlarge all texts, e.g. for an athlete three metres away."""
        self.scale = scale
        self._place()

    @property
    def surface(self) -> QWidget:
        """The widget that is painted on and that the mouse is over."""
        return self._view.viewport()

    def line(self, height: float = 0.0) -> CurveLine:
        """A new line on this canvas."""
        return CurveLine(self._box, height)

    def set_unit(self, unit: ForceUnit) -> None:
        """The unit of the numbers; what is drawn stays in N."""
        self.unit = unit
        self._view.viewport().update()

    def repaint_now(self) -> None:
        """Paint at once; returns when the pixels are there."""
        self._view.viewport().repaint()

    def _set_range(self, left_s: float, right_s: float, top_n: float) -> None:
        # 2 % below zero: a hand that pushes is seen, and the zero line is not cut off.
        self.area = PlotArea(self._inner(), left_s, right_s, -0.02 * top_n, top_n, self.scale)
        self._box.setRange(
            xRange=(left_s, right_s), yRange=(self.area.bottom_n, top_n), padding=0, update=True
        )

    def _place(self) -> None:
        """Give every part its room for the present size of widget and text."""
        whole = QRectF(self.rect())
        self._box.setGeometry(self._inner())
        self._under.set_rect(whole)
        self._over.set_rect(whole)
        self._set_range(self.area.left_s, self.area.right_s, self.area.top_n)

    def _inner(self) -> QRectF:
        grow = self.scale * theme().text_scale
        left, right = _LEFT_PX * grow, _RIGHT_PX * grow
        return QRectF(self.rect()).adjusted(left, _TOP_PX * grow, -right, -_BOTTOM_PX * grow)

    def _weight(self) -> int:
        return 5 if self.devicePixelRatioF() > 1.25 else 3

    def _restyle(self) -> None:
        self._view.setBackground(colours().colour("raised"))
        self._place()
        self._view.viewport().update()

    def _draw_under(self, painter: QPainter) -> None:
        raise NotImplementedError

    def _draw_over(self, painter: QPainter) -> None:
        raise NotImplementedError
