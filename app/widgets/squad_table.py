"""The squad as a table that sorts: numbers by limb, change with its error, a sparkline each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.squad import Member
from app.theme import Type, colours, font, space, theme
from app.units import ForceUnit
from app.widgets.sparkline import paint_sparkline
from app.widgets.squad_columns import (
    COLUMNS,
    SPARKLINE,
    folded,
    is_beyond,
)

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_MEMBER = Qt.ItemDataRole.UserRole
_MOST_SHARE = 2.0  # of what a column likes to have over what it must have
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SquadModel(QAbstractTableModel):
    """Rows in the order that was chosen; a filter hides those whose name has not every word."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Member] = []
        self.unit = ForceUnit.NEWTON
        self._all: Sequence[Member] = ()
        self._words: list[str] = []
        self._column, self._is_turned = 0, False

    def show(self, members: Sequence[Member], unit: ForceUnit) -> None:
        self._all, self.unit = members, unit
        self._arrange()

    def filter(self, text: str) -> None:
        self._words = folded(text).split()
        self._arrange()

    def order_by(self, column: int, *, is_turned: bool = False) -> None:
        self._column, self._is_turned = column, is_turned
        self._arrange()

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        member, column = self.rows[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(member, self.unit)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.is_number else _LEFT
            case _ if role == _MEMBER:
                return member
            case _:
                return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                is_force = section in (1, 2)
                return f"{column.name}, {self.unit}" if is_force else column.name
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.is_number else _LEFT
            case _:
                return None

    def _arrange(self) -> None:
        column = COLUMNS[self._column]
        self.beginResetModel()
        shown = [
            member
            for member in self._all
            if all(word in folded(member.person.name) for word in self._words)
        ]
        known = [member for member in shown if column.order(member) is not None]
        unknown = [member for member in shown if column.order(member) is None]
        is_falling = column.largest_first is not self._is_turned
        known.sort(key=lambda member: column.order(member) or 0, reverse=is_falling)  # type: ignore[arg-type]
        self.rows = [*known, *unknown]
        self.endResetModel()


class SquadTable(QTableView):
    """`chosen` on Enter or a double click, `moved` when another row becomes the current one."""

    chosen = Signal(object)  # Member
    moved = Signal(object)  # Member

    def __init__(self) -> None:
        super().__init__()
        self.squad = SquadModel()
        self.setModel(self.squad)
        self.setItemDelegate(_SquadDelegate(self))
        self.setAccessibleName("Squad")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().px(44))
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, column in enumerate(COLUMNS):
            self.setColumnWidth(place, theme().px(column.width))
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self._on_header)
        self.doubleClicked.connect(self._choose)
        self._order = (0, False)
        self._show_order()

    @property
    def member(self) -> Member | None:
        """Whose row is the current one."""
        index = self.currentIndex()
        return self.squad.rows[index.row()] if index.isValid() else None

    def show_members(self, members: Sequence[Member], unit: ForceUnit) -> None:
        kept = self.member
        self.squad.show(members, unit)
        self.setColumnHidden(SPARKLINE, not any(_has_line(member) for member in members))
        self._fit_columns()
        self._choose_again(kept)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Where not all columns have the room they like, each gives way, down to its heading."""
        shown = [place for place in range(len(COLUMNS)) if not self.isColumnHidden(place)]
        liked = {place: theme().px(COLUMNS[place].width) for place in shown}
        least = {place: min(self._least_width(place), liked[place]) for place in shown}
        spare = self.viewport().width() - sum(least.values())
        wish = max(sum(liked.values()) - sum(least.values()), 1)
        share = min(max(spare / wish, 0.0), _MOST_SHARE)
        for place in shown:
            width = least[place] + int(share * (liked[place] - least[place]))
            self.setColumnWidth(place, width)

    def _least_width(self, place: int) -> int:
        heading = self.squad.headerData(place, Qt.Orientation.Horizontal)
        words = QFontMetrics(font(Type.SMALL)).horizontalAdvance(str(heading)) + space(6)
        if place > 0:
            return words
        names = QFontMetrics(font(Type.BODY, QFont.Weight.DemiBold))
        longest = max((names.horizontalAdvance(m.person.name) for m in self.squad.rows), default=0)
        badge = theme().px(72) if any(member.is_virtual for member in self.squad.rows) else 0
        return min(longest + badge + space(6), theme().px(COLUMNS[0].width))

    def filter(self, text: str) -> None:
        kept = self.member
        self.squad.filter(text)
        self._choose_again(kept)

    def order_by(self, column: int) -> None:
        """By this column; asked again, the other way round."""
        was = self._order
        self._order = (column, not was[1] if was[0] == column else False)
        kept = self.member
        self.squad.order_by(column, is_turned=self._order[1])
        self._show_order()
        self._choose_again(kept)
        self.scrollToTop()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self.currentIndex())
            case (
                Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_Home | Qt.Key.Key_End
                | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown
            ):  # fmt: skip
                super().keyPressEvent(event)
            case _:
                event.ignore()

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        if current.isValid():
            self.moved.emit(self.squad.rows[current.row()])

    def _on_header(self, column: int) -> None:
        if column != SPARKLINE:
            self.order_by(column)

    def _show_order(self) -> None:
        column, is_turned = self._order
        is_falling = COLUMNS[column].largest_first is not is_turned
        order = Qt.SortOrder.DescendingOrder if is_falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)

    def _choose(self, index: _Index) -> None:
        if index.isValid():
            self.chosen.emit(self.squad.rows[index.row()])

    def _choose_again(self, kept: Member | None) -> None:
        ids = [member.person.id for member in self.squad.rows]
        if kept is not None and kept.person.id in ids:
            self.setCurrentIndex(self.squad.index(ids.index(kept.person.id), 0))
        elif ids:
            self.setCurrentIndex(self.squad.index(0, 0))


class _SquadDelegate(QStyledItemDelegate):
    """Draws a cell: limbs in their colours, a change beyond the error in bold, no verdict."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        member: Member = index.data(_MEMBER)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]  # missing from the stub
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colours().colour("selected"))
        painter.setPen(QPen(colours().colour("hairline"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(space(3), 0, -space(3), 0)
        if index.column() == SPARKLINE:
            paint_sparkline(painter, QRectF(inner).adjusted(0, 8, 0, -8), member)
        else:
            self._text(painter, inner, index, member)
        painter.restore()

    def _text(self, painter: QPainter, inner: QRect, index: _Index, member: Member) -> None:
        column, text = COLUMNS[index.column()], str(index.data())
        role, weight = "text", QFont.Weight.Normal
        if column.side is not None:
            role = f"{column.side.value}_text"
        if index.column() == 0 or is_beyond(member, index.column()):
            weight = QFont.Weight.DemiBold
        if text == "–":
            role = "muted"
        painter.setFont(font(Type.BODY, weight))
        painter.setPen(colours().colour(role))
        metrics = QFontMetrics(painter.font())
        if index.column() == 0 and member.is_virtual:
            inner = _paint_virtual(painter, inner, metrics.horizontalAdvance(text))
            painter.setFont(font(Type.BODY, weight))
            painter.setPen(colours().colour(role))
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _RIGHT if column.is_number else _LEFT, cut)


def _has_line(member: Member) -> bool:
    return any(len(limb.readings) > 1 for limb in member.line.limbs.values())


def _paint_virtual(painter: QPainter, inner: QRect, wanted: int) -> QRect:
    """The mark behind the name; the room that is left for the name."""
    badge = font(Type.SMALL, QFont.Weight.DemiBold)
    badge.setPixelSize(theme().px(10))
    width = QFontMetrics(badge).horizontalAdvance("VIRTUAL") + space(2)
    height = theme().px(15)
    room = min(wanted + 2, inner.width() - width - space(2))
    place = QRect(inner.left() + room + space(2), inner.center().y() - height // 2, width, height)
    painter.setPen(colours().colour("virtual"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, 4, 4)
    painter.setFont(badge)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "VIRTUAL")
    return QRect(inner.left(), inner.top(), room, inner.height())
