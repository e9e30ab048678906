"""What stands on the screen, and what a reader of each number finds within reach.

Within reach is, of a unit: the same text, the header of the column, the name of the field or the
words of the same row. Of a limb: those, the words of the part that the text belongs to, its tone,
or the limb that the page's heading names. Of device and method: the text or its hint, the other
texts and hints of the same card, what the page's heading says, or, where the page is about one
run or one row at a time, anything on that page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QWidget,
)

from app.pages.page import Header
from app.widgets.controls import Card, HowButton
from app.widgets.rows import RowList

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Said:
    """One text on the screen; `near` are the words of its row, column and part, `hint` what the
    pointer or a screen reader finds on it."""

    text: str
    near: str
    hint: str
    widget: QWidget

    @property
    def here(self) -> str:
        return f"{self.text} {self.near} {self.hint}"


def everything(root: QWidget) -> list[Said]:
    """Every text that is on the screen inside `root`."""
    return [said for widget in _visible(root) for said in _of(widget)]


def around(said: Said, page: QWidget) -> str:
    """The words of its card and of the page's heading, hints and methods among them."""
    parts = [whole(header) for header in page.findChildren(Header)]
    card = said.widget
    while card is not page and not isinstance(card, Card):
        card = card.parentWidget()
        if card is None:
            return " ".join(parts)
    return " ".join([*parts, whole(card)]) if card is not page else " ".join(parts)


def whole(root: QWidget) -> str:
    """Every word inside a part of the window, hints and methods among them."""
    return " ".join(f"{said.text} {said.near} {said.hint}" for said in everything(root))


def _visible(root: QWidget) -> Iterator[QWidget]:
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible():
            yield widget


def _of(widget: QWidget) -> Iterator[Said]:
    match widget:
        case QLabel():
            tone = str(widget.property("tone") or "")
            near = f"{_row_and_column(widget)} {tone} {widget.accessibleName()}"
            yield Said(widget.text(), near, _hint(widget), widget)
        case HowButton():
            yield Said("", "", widget.method, widget)
        case QAbstractButton():
            near = f"{widget.accessibleName()} {_row_and_column(widget)}"
            yield Said(widget.text(), near, _hint(widget), widget)
        case QLineEdit():
            yield Said(widget.text(), widget.accessibleName(), _hint(widget), widget)
        case QComboBox():
            yield Said(widget.currentText(), widget.accessibleName(), _hint(widget), widget)
        case RowList():
            for row in widget.rows:
                yield Said(row.spoken, widget.accessibleName(), row.hint, widget)
        case QHeaderView():
            pass  # its words are part of the cells
        case QTableView():
            yield from _cells(widget)
        case _:
            spoken = (widget.accessibleName(), widget.accessibleDescription())
            if any(spoken):
                yield Said(spoken[0], spoken[1], _hint(widget), widget)
                yield Said(spoken[1], spoken[0], _hint(widget), widget)


def _cells(table: QTableView) -> Iterator[Said]:
    """Each cell beside the header of its column and the whole of its row."""
    model = table.model()
    across = Qt.Orientation.Horizontal
    heads = [str(model.headerData(c, across) or "") for c in range(model.columnCount())]
    tips = [
        str(model.headerData(c, across, Qt.ItemDataRole.ToolTipRole) or "")
        for c in range(model.columnCount())
    ]
    for line in range(model.rowCount()):
        row = [str(model.index(line, c).data() or "") for c in range(model.columnCount())]
        unit = [text for head, text in zip(heads, row, strict=True) if head == "Unit"]
        for place, text in enumerate(row):
            hint = str(model.index(line, place).data(Qt.ItemDataRole.ToolTipRole) or "")
            near = " ".join([heads[place], *unit])
            yield Said(text, near, _plain(f"{hint} {tips[place]}"), table)


def _row_and_column(widget: QWidget) -> str:
    """What stands to the left and right of it, and over it, in the same part."""
    parent = widget.parentWidget()
    if parent is None:
        return ""
    here = _place(widget)
    found: list[str] = []
    for other in parent.findChildren(QLabel):
        if other is widget or not other.isVisible():
            continue
        place = _place(other)
        is_beside = place.top() < here.bottom() and here.top() < place.bottom()
        is_over = place.bottom() <= here.top() + 1 and _share(place, here)
        if is_beside or is_over:
            found.append(other.text())
    return " ".join(found)


def _share(one: QRect, two: QRect) -> bool:
    return one.left() < two.right() and two.left() < one.right()


def _place(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def _hint(widget: QWidget) -> str:
    return _plain(f"{widget.toolTip()} {widget.accessibleDescription()}")


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text))
