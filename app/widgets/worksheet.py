"""How a page that is worked through is laid out: what is asked, the work, what tells of it, a
clock."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.theme import theme
from app.widgets.controls import Deck, column, row, scrolling


class Worksheet(QWidget):
    """`top`, then `work` with `aside` beside it, each scrolling for itself, then `clock`.

    Large text has no room for that: all is below each other, and the page scrolls.
    """

    def __init__(self, top: QWidget, work: QWidget, aside: QWidget, clock: QWidget) -> None:
        super().__init__()
        self.is_wide = theme().text_scale <= 1.25
        self._clock = clock
        if self.is_wide:
            beside = scrolling(aside)
            beside.setFixedWidth(theme().px(384))
            columns = row(scrolling(work), beside, spacing=4)
            columns.setStretch(0, 1)
        else:
            columns = column(work, aside, spacing=4)
        self._column = column(top, columns, clock, spacing=4)
        self._column.setStretch(1, 1)
        self.setLayout(self._column)

    def keep_in_sight(self, *, is_running: bool) -> None:
        """What scrolls must not scroll a running clock away: it stands on top."""
        if self.is_wide:
            return
        place = 0 if is_running else self._column.count() - 1
        if self._column.indexOf(self._clock) != place:
            self._column.insertWidget(place, self._clock)


class StartOrSheet(Deck):
    """Where a work begins, or its sheet: that takes the room that there is, and scrolls inside."""

    def __init__(self, start: QWidget, sheet: Worksheet) -> None:
        super().__init__(start, sheet)
        self._sheet = sheet

    def show_sheet(self, *, is_begun: bool) -> None:
        self.setCurrentIndex(int(is_begun))

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return not self._sheet.is_wide and super().hasHeightForWidth()
