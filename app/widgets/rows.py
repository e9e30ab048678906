"""Lists of rows: a title, a line of detail, something at the right; the same on every page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.plain_text import plain
from app.theme import RADIUS, Type, colours, font, pixmap, space, theme

_Index = QModelIndex | QPersistentModelIndex
_SEMIBOLD = QFont.Weight.DemiBold
_ROOT = QModelIndex()
_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `key` is what its page knows it by; a row without a key is a heading. `hint` is
    read under the pointer: how its numbers were made."""

    title: str
    key: object = None
    detail: str = ""
    trailing: str = ""
    trailing_detail: str = ""
    icon: str = ""
    tone: str = "text"
    badge: str = ""
    is_struck: bool = False
    hint: str = ""

    @property
    def is_heading(self) -> bool:
        return self.key is None

    @property
    def spoken(self) -> str:
        parts = (self.title, self.badge, self.detail, self.trailing, self.trailing_detail)
        return ", ".join(part for part in parts if part)


class RowModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain(row.title)
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(row.spoken)
            case Qt.ItemDataRole.ToolTipRole if row.hint:
                return f"<p>{html.escape(plain(row.hint))}</p>"
            case _ if role == _ROW:
                return row
            case _:
                return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class RowList(QListView):
    """`chosen` on Enter or a click, `moved` when another row becomes the current one."""

    chosen = Signal(object)
    moved = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = RowModel(self)
        self.setModel(self.rows_model)
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        # Takes what room there is and scrolls by itself, instead of making the page scroll.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.clicked.connect(self._choose)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.rows_model.rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Replace all rows; the current one stays current where its key is still there."""
        kept = self.current_key
        self.rows_model.set_rows(rows)
        if kept is not None:
            self.set_current(kept)
        self.updateGeometry()

    @property
    def current_key(self) -> object | None:
        index = self.currentIndex()
        return self.rows[index.row()].key if index.isValid() else None

    def choose_first(self) -> None:
        """Make the first row current: these are other rows than before."""
        self.setCurrentIndex(QModelIndex())
        self.step(1)
        self.scrollToTop()

    def set_current(self, key: object) -> None:
        for number, row in enumerate(self.rows):
            if row.key == key and not row.is_heading:
                self.setCurrentIndex(self.rows_model.index(number))
                return

    def step(self, by: int) -> None:
        """Move the current row, passing over headings; stops at both ends."""
        numbers = [n for n, row in enumerate(self.rows) if not row.is_heading]
        if not numbers:
            return
        current = self.currentIndex().row()
        ahead = [n for n in numbers if (n - current) * by > 0]
        if current < 0:
            target = numbers[0] if by > 0 else numbers[-1]
        elif ahead:
            target = ahead[0] if by > 0 else ahead[-1]
        else:
            target = current
        self.setCurrentIndex(self.rows_model.index(target))

    def choose_current(self) -> None:
        self._choose(self.currentIndex())

    def content_height(self) -> int:
        """Height in px of all rows."""
        return sum(_row_height(row) for row in self.rows)

    def show_all_rows(self) -> None:
        """As high as its rows, for a list on a page that scrolls as a whole."""
        # Not only a fixed height: with the policy of a list that takes what room there is,
        # the layout gives that room to its neighbour.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.content_height() + 4)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(super().sizeHint().width(), self.content_height() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose_current()
            case Qt.Key.Key_Up:
                self.step(-1)
            case Qt.Key.Key_Down:
                self.step(1)
            case Qt.Key.Key_Home | Qt.Key.Key_End | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                super().keyPressEvent(event)
            case _:
                event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.step(1)

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        if current.isValid():
            self.moved.emit(self.rows[current.row()].key)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.scheduleDelayedItemsLayout()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and not self.rows[index.row()].is_heading:
            self.chosen.emit(self.rows[index.row()].key)


class _RowDelegate(QStyledItemDelegate):
    """Draws a row: nothing in it can be markup."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802
        return QSize(0, _row_height(index.data(_ROW)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(_ROW)
        look = colours()
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]  # missing from the stub
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        widget = self.parent()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_heading:
            inner = rect.adjusted(space(3), 0, -space(3), -space(1))
            painter.setFont(font(Type.SMALL, _SEMIBOLD))
            painter.setPen(look.colour("muted"))
            painter.drawText(
                inner, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, plain(row.title)
            )
            painter.restore()
            return
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("selected" if is_selected else "hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS - 2, RADIUS - 2)
        if is_selected and isinstance(widget, QWidget) and widget.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.colour("focus"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), RADIUS - 2, RADIUS - 2)
        _paint_row(painter, rect.adjusted(space(3), 0, -space(3), 0), row)
        painter.restore()


def _paint_row(painter: QPainter, rect: QRect, row: Row) -> None:
    look = colours()
    if row.icon:
        size = theme().px(20)
        top = rect.center().y() - size // 2
        painter.drawPixmap(
            QRect(rect.left(), top, size, size),
            pixmap(row.icon, size, row.tone if row.tone != "text" else "muted"),
        )
        rect = rect.adjusted(size + space(3), 0, 0, 0)
    if row.trailing or row.trailing_detail:
        width = _paint_trailing(painter, rect, row)
        rect = rect.adjusted(0, 0, -width - space(4), 0)
    upper = rect
    if row.detail:
        upper = QRect(rect.left(), rect.top(), rect.width(), rect.height() // 2 + space(1))
        upper.adjust(0, space(2), 0, 0)
        lower = QRect(rect.left(), upper.bottom() + 1, rect.width(), rect.bottom() - upper.bottom())
        lower.adjust(0, 0, 0, -space(2))
        if row.badge:
            lower = _paint_badge(painter, lower, plain(row.detail), font(Type.SMALL), row.badge)
        _paint_text(painter, lower, row.detail, font(Type.SMALL), "muted")
    title = font(Type.BODY, _SEMIBOLD if row.detail else QFont.Weight.Normal)
    title.setStrikeOut(row.is_struck)
    if row.badge and not row.detail:
        upper = _paint_badge(painter, upper, plain(row.title), title, row.badge)
    _paint_text(painter, upper, row.title, title, row.tone)
    painter.setPen(look.colour("text"))


def _paint_badge(painter: QPainter, rect: QRect, text: str, text_font: QFont, badge: str) -> QRect:
    """The mark behind a text; the room that is left for the text."""
    badge_font = font(Type.SMALL, _SEMIBOLD)
    badge_font.setPixelSize(theme().px(10))
    width = QFontMetrics(badge_font).horizontalAdvance(badge) + space(2)
    height = theme().px(15)
    wanted = QFontMetrics(text_font).horizontalAdvance(text) + 2
    room = min(wanted, rect.width() - width - space(2))
    place = QRect(rect.left() + room + space(2), rect.center().y() - height // 2 + 1, width, height)
    painter.setPen(colours().colour("virtual"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, 4, 4)
    painter.setFont(badge_font)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, badge)
    return QRect(rect.left(), rect.top(), room, rect.height())


def _paint_trailing(painter: QPainter, rect: QRect, row: Row) -> int:
    """Right-aligned text, at most half of the row; its width."""
    upper_font, lower_font = font(Type.BODY), font(Type.SMALL)
    wanted = max(
        QFontMetrics(upper_font).horizontalAdvance(row.trailing),
        QFontMetrics(lower_font).horizontalAdvance(row.trailing_detail),
    )
    width = min(wanted + 2, rect.width() // 2)
    place = QRect(rect.right() - width, rect.top(), width, rect.height())
    right = Qt.AlignmentFlag.AlignRight
    if not row.trailing_detail:
        _paint_text(painter, place, row.trailing, upper_font, "text", right)
        return width
    half = rect.height() // 2 + space(1)
    upper = QRect(place.left(), place.top() + space(2), width, half - space(2))
    lower = QRect(place.left(), place.top() + half, width, rect.height() - half - space(2))
    _paint_text(painter, upper, row.trailing, upper_font, "text", right)
    _paint_text(painter, lower, row.trailing_detail, lower_font, "muted", right)
    return width


def _paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    text_font: QFont,
    role: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(text_font)
    painter.setPen(colours().colour(role))
    cut = QFontMetrics(text_font).elidedText(plain(text), Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, cut)


def _row_height(row: Row) -> int:
    if row.is_heading:
        return theme().px(36)
    return theme().px(60 if row.detail or row.trailing_detail else 44)
