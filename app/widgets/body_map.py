"""A figure to place electrodes or a treated area on, by click or by keyboard, and in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import space
from app.widgets.body_figure import BodyFigure, Placing
from app.widgets.controls import Button, Segments, row
from app.widgets.text import Text
from data.clinical.body_regions import View, region_name
from data.treatment_record import Placement


class BodyMap(QWidget):
    """`changed` with every pad or area set, moved or taken away."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.views = Segments(
            ((False, "Front and back"), (True, "Sides")), name="Views", value=False
        )
        self.figure = BodyFigure()
        self.clear_button = Button("Clear", "quiet", clicked=self._clear)
        self._words = Text("", "small", tone="muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(2))
        layout.addLayout(row(self.views, 1, self.clear_button))
        layout.addWidget(self.figure, 1)
        layout.addWidget(self._words)
        self.setFocusProxy(self.figure)
        self.views.changed.connect(self._on_views)
        self.figure.changed.connect(self._on_change)
        self.figure.cursor_moved.connect(self._say)
        self._say()

    @property
    def placement(self) -> Placement:
        return self.figure.placement

    def set_placement(self, placement: Placement) -> None:
        self.figure.set_placement(placement)
        seen = {each.view for each in (*placement.points, *placement.areas)}
        if seen:
            self.views.set_value(not seen & {View.FRONT, View.BACK})
            self._on_views(self.views.value)
        self._on_change()

    def set_placing(self, placing: Placing) -> None:
        """Whether a click sets an electrode or the treated area."""
        self.figure.placing = placing
        self._say()

    def set_pad_size(self, size_cm2: float | None) -> None:
        """Of the electrodes there are, and of those to come."""
        self.figure.set_pad_size(size_cm2)

    def _clear(self) -> None:
        self.set_placement(Placement())

    def _on_views(self, sides: bool | None) -> None:
        self.figure.show_views((View.LEFT, View.RIGHT) if sides else (View.FRONT, View.BACK))
        self._say()

    def _on_change(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        self.clear_button.setVisible(self.placement != Placement())
        self._words.setText(_words(self.figure))


def placement_words(placement: Placement) -> list[str]:
    """One line for each electrode or area: number, region, polarity, size."""
    found: list[str] = []
    for number, point in enumerate(placement.points, 1):
        parts = (
            region_name(point.region) if point.region else f"beside all regions ({point.view})",
            point.polarity.value if point.polarity else "",
            f"{point.size_cm2:g} cm²" if point.size_cm2 else "",
            f"channel {point.channel}",
        )
        found.append(f"Electrode {number}: {', '.join(part for part in parts if part)}")
    for area in placement.areas:
        where = region_name(area.region) if area.region else f"beside all regions ({area.view})"
        found.append(f"Treated area: {where}")
    return found


def _words(figure: BodyFigure) -> str:
    placed = placement_words(figure.placement)
    if figure.hasFocus() and figure.cursor_region is not None:
        here = f"Here: {figure.cursor_region.words}. Enter places."
        return "\n".join([*placed, here])
    what = "the treated area" if figure.placing is Placing.AREA else "each electrode"
    return "\n".join(placed) or f"Click on {what}, or use the arrow keys and Enter."
