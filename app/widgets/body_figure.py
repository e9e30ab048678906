"""The figure itself: two views beside each other, with what is placed on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.body_drawing import WIDTH, BodyInk, pad_rect, paint_figure, paint_placement
from app.theme import Type, colours, font, space, theme
from data.clinical.body_regions import BodyRegion, View, nearest_region, regions
from data.treatment_record import Corner, PlacedPoint, Placement, Polarity, TreatedArea

_POLARITIES = (None, Polarity.NEGATIVE, Polarity.POSITIVE, Polarity.ALTERNATING)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SMALLEST_DRAG = 0.02
_AREA_REACH = 0.035


class Placing(StrEnum):
    PADS = "electrodes"
    AREA = "area"


class BodyFigure(QWidget):
    """Two views beside each other. Arrow keys go from region to region, Enter sets or takes away,
    P turns the polarity of the pad there, Delete takes the last one away."""

    changed = Signal()
    cursor_moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.placing = Placing.PADS
        self.placement = Placement()
        self.views: tuple[View, View] = (View.FRONT, View.BACK)
        self.pad_size_cm2: float | None = None
        self.cursor_region: BodyRegion | None = None
        self._drag: _Drag | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Body map")
        self.setAccessibleDescription(
            "Arrow keys go from region to region, Enter places, P changes the polarity."
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(300), theme().px(300))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(220), theme().px(220))

    def set_placement(self, placement: Placement) -> None:
        self.placement = placement
        self.update()

    def set_pad_size(self, size_cm2: float | None) -> None:
        self.pad_size_cm2 = size_cm2
        points = tuple(replace(each, size_cm2=size_cm2) for each in self.placement.points)
        self.placement = replace(self.placement, points=points)
        self.update()

    def show_views(self, views: tuple[View, View]) -> None:
        self.views = views
        if self.cursor_region is not None and self.cursor_region.view not in views:
            self.cursor_region = None
        self.update()

    def place(self, view: View, x: float, y: float) -> None:
        """Set a pad here, or take away the one that is here."""
        region = nearest_region(view, x, y)
        if region is None:
            return
        if self.placing is Placing.AREA:
            reach = _AREA_REACH
            corners = (Corner(x - reach, y - reach), Corner(x + reach, y + reach))
            self._keep(areas=(TreatedArea(view, corners, region.id),))
            return
        number = len(self.placement.points) + 1
        # Electrodes come in pairs: two belong to one channel.
        point = PlacedPoint(
            view, x, y, region.id, size_cm2=self.pad_size_cm2, channel=(number + 1) // 2
        )
        self._keep(points=(*self.placement.points, point))

    def remove(self, point: PlacedPoint) -> None:
        points = tuple(each for each in self.placement.points if each is not point)
        self._keep(points=points)

    def turn_polarity(self, point: PlacedPoint) -> None:
        following = _POLARITIES[(_POLARITIES.index(point.polarity) + 1) % len(_POLARITIES)]
        turned = replace(point, polarity=following)
        points = tuple(turned if each is point else each for each in self.placement.points)
        self._keep(points=points)

    def square(self, view: View) -> QRectF:
        """Where the square of a view lies; its outer quarters are outside."""
        margin = space(2)
        half = self.width() / 2
        side = min((half - margin) / WIDTH, self.height() - 2 * margin)
        left = half * self.views.index(view) + half / 2 - side / 2
        return QRectF(left, (self.height() - side) / 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = _ink()
        for view in self.views:
            square = self.square(view)
            paint_figure(painter, square, view, ink)
            paint_placement(painter, square, view, self.placement, ink)
            self._paint_title(painter, square, view)
        if self._drag is not None:
            painter.setPen(QPen(ink.area, 1.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(self._drag.rect)
        if self.hasFocus() and self.cursor_region is not None:
            square = self.square(self.cursor_region.view)
            centre = _point(square, self.cursor_region.x, self.cursor_region.y)
            painter.setPen(QPen(colours().colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            reach = theme().px(9)
            painter.drawEllipse(centre, reach, reach)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        found = self._at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or found is None:
            return
        view, _, _ = found
        there = self._pad_at(event.position())
        if self.placing is Placing.AREA:
            self._drag = _Drag(view, event.position(), event.position())
        elif there is not None:
            self.remove(there)
        else:
            self.place(*found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._drag is not None:
            self._drag = replace(self._drag, end=event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        drag, self._drag = self._drag, None
        if drag is None:
            return
        square = self.square(drag.view)
        corners = tuple(Corner(*_share(square, each)) for each in (drag.start, drag.end))
        across, down = abs(corners[0].x - corners[1].x), abs(corners[0].y - corners[1].y)
        if max(across, down) < _SMALLEST_DRAG:
            self.place(drag.view, corners[0].x, corners[0].y)
            return
        middle = ((corners[0].x + corners[1].x) / 2, (corners[0].y + corners[1].y) / 2)
        region = nearest_region(drag.view, *middle)
        self._keep(areas=(TreatedArea(drag.view, corners, region.id if region else ""),))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._step(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._toggle()
        elif key == Qt.Key.Key_P and (there := self._pad_at_cursor()) is not None:
            self.turn_polarity(there)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.placement != Placement():
            if self.placing is Placing.AREA:
                self._keep(areas=self.placement.areas[:-1])
            else:
                self._keep(points=self.placement.points[:-1])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:  # noqa: N802
        if self.cursor_region is None:
            self.cursor_region = self._first()
        self.cursor_moved.emit()
        self.update()

    def focusOutEvent(self, event: object) -> None:  # noqa: N802
        self.cursor_moved.emit()
        self.update()

    def _keep(
        self,
        points: tuple[PlacedPoint, ...] | None = None,
        areas: tuple[TreatedArea, ...] | None = None,
    ) -> None:
        kept = self.placement
        self.placement = Placement(
            kept.points if points is None else points, kept.areas if areas is None else areas
        )
        self.update()
        self.changed.emit()

    def _first(self) -> BodyRegion | None:
        """Where the keyboard begins: what is placed already, else the back of the thigh."""
        placed = [each.region for each in (*self.placement.points, *self.placement.areas)]
        wanted = (*placed, "back.hamstring.medial.middle.left", f"{self.views[0]}.thigh.outer")
        shown = [regions()[each] for each in wanted if each in regions()]
        return next((each for each in shown if each.view in self.views), None)

    def _step(self, across: int, down: int) -> None:
        """To the nearest region in this direction, over the gap between the views too."""
        here = self.cursor_region or self._first()
        if here is None:
            return
        x, y = self._on_screen(here)
        best: tuple[float, BodyRegion] | None = None
        for each in regions().values():
            if each.view not in self.views or each.id == here.id:
                continue
            dx, dy = self._on_screen(each)[0] - x, self._on_screen(each)[1] - y
            ahead, aside = (dx * across, abs(dy)) if across else (dy * down, abs(dx))
            if ahead > 0:
                cost = ahead + 1.3 * aside  # so little that every region is somebody’s neighbour
                if best is None or cost < best[0]:
                    best = (cost, each)
        self.cursor_region = best[1] if best else here
        self.cursor_moved.emit()
        self.update()

    def _on_screen(self, region: BodyRegion) -> tuple[float, float]:
        return region.x + WIDTH * self.views.index(region.view), region.y

    def _toggle(self) -> None:
        region = self.cursor_region
        if region is None:
            return
        there = self._pad_at_cursor() if self.placing is Placing.PADS else None
        if there is not None:
            self.remove(there)
        else:
            self.place(region.view, region.x, region.y)

    def _pad_at_cursor(self) -> PlacedPoint | None:
        region = self.cursor_region
        if region is None:
            return None
        return next((each for each in self.placement.points if each.region == region.id), None)

    def _pad_at(self, position: QPointF) -> PlacedPoint | None:
        for point in reversed(self.placement.points):
            if point.view in self.views and pad_rect(self.square(point.view), point).contains(
                position
            ):
                return point
        return None

    def _at(self, position: QPointF) -> tuple[View, float, float] | None:
        view = self.views[0 if position.x() < self.width() / 2 else 1]
        x, y = _share(self.square(view), position)
        return (view, x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None

    def _paint_title(self, painter: QPainter, square: QRectF, view: View) -> None:
        """Which limb is where: left is not always at the left."""
        painter.setFont(font(Type.SMALL))
        painter.setPen(colours().colour("muted"))
        middle = square.center().x()
        half = square.width() * WIDTH / 2
        line = painter.fontMetrics().height()
        top = QRectF(middle - half, square.top(), 2 * half, line)
        alike = Qt.AlignmentFlag.AlignTop
        if view in (View.FRONT, View.BACK):
            left, right = ("R", "L") if view is View.FRONT else ("L", "R")
            painter.drawText(top, alike | Qt.AlignmentFlag.AlignLeft, left)
            painter.drawText(top, alike | Qt.AlignmentFlag.AlignRight, right)
        foot = QRectF(middle - half, square.bottom() - line, 2 * half, line)
        painter.drawText(foot, alike | Qt.AlignmentFlag.AlignLeft, view.value)


@dataclass(frozen=True, slots=True)
class _Drag:
    view: View
    start: QPointF
    end: QPointF

    @property
    def rect(self) -> QRectF:
        return QRectF(self.start, self.end).normalized()


def _share(square: QRectF, position: QPointF) -> tuple[float, float]:
    return (
        (position.x() - square.x()) / square.width(),
        (position.y() - square.y()) / square.height(),
    )


def _point(square: QRectF, x: float, y: float) -> QPointF:
    return QPointF(square.x() + x * square.width(), square.y() + y * square.height())


def _ink() -> BodyInk:
    look = colours()
    return BodyInk(
        look.colour("sunken"),
        look.colour("line_strong"),
        look.colour("hairline") if not look.is_dark else look.colour("line_strong", 0.5),
        look.colour("accent"),
        look.colour("on_accent"),
        look.colour("attention"),
    )
