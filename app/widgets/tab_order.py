"""Tab goes through the window as it is read: layout by layout, not in the order of making."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

_WHOLE = (QAbstractItemView, QComboBox, QLineEdit, QTextEdit)  # their inner parts are their own


def move_focus(root: QWidget, now: QWidget | None, *, forward: bool) -> bool:
    """To what is read next inside `root`, or before; False where the focus is elsewhere."""
    stops = [each for each in reading_order(root) if each is now or _is_stop(each)]
    if now not in stops or len(stops) < 2:
        return False
    step = 1 if forward else -1
    wanted = stops[(stops.index(now) + step) % len(stops)]
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    wanted.setFocus(reason)
    holder = wanted.parentWidget()
    while holder is not None:
        if isinstance(holder, QScrollArea):
            holder.ensureWidgetVisible(wanted)
        holder = holder.parentWidget()
    return True


def reading_order(root: QWidget) -> Iterator[QWidget]:
    """What takes the focus by Tab, from the first to the last."""
    if not root.isVisible():
        return
    # Qt takes the policy from all but one of a group, and not always from the right ones.
    is_grouped = isinstance(root, QAbstractButton) and bool(root.group())
    takes_tab = is_grouped or root.focusPolicy() & Qt.FocusPolicy.TabFocus
    if takes_tab and root.focusProxy() is None:
        yield root
    if isinstance(root, _WHOLE):
        return
    for part in _parts(root):
        yield from reading_order(part)


def _is_stop(widget: QWidget) -> bool:
    """Of a choice of a few only one: that which is chosen, else the first."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None:
        return widget.isEnabled()
    chosen = group.checkedButton() or group.buttons()[0]
    return widget.isEnabled() and widget is chosen


def _parts(root: QWidget) -> Iterator[QWidget]:
    layout = root.layout()
    inner = None
    if isinstance(root, QStackedWidget):
        inner = root.currentWidget()
    elif isinstance(root, QScrollArea):
        inner = root.widget()
    elif layout is not None:
        yield from _laid_out(layout)
        return
    if inner is not None:
        yield inner
    elif not isinstance(root, QStackedWidget | QScrollArea):
        yield from (child for child in root.children() if isinstance(child, QWidget))


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        places.sort(key=lambda place: _cell(layout, place))
    for place in places:
        item = layout.itemAt(place)
        assert item is not None
        widget, nested = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif nested is not None:
            yield from _laid_out(nested)


def _cell(grid: QGridLayout, place: int) -> tuple[int, int]:
    row, column, _, _ = cast("tuple[int, int, int, int]", grid.getItemPosition(place))
    return row, column
