"""One repetition's numbers: each with its unit and its method, refused ones with the reason."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView, QWidget

from app.theme import ROW, colours, limb_style, theme
from app.units import NO_VALUE, ForceUnit
from app.wording import metric_name, metric_value, sentence, unit
from data.analysis.types import Metric, RepResult, Side

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_NAME, _UNIT, _HOW = 0, -2, -1


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of every limb shown."""

    key: str
    metrics: tuple[Metric | None, ...]

    @property
    def how(self) -> str:
        """The method, or why there is no number."""
        known = [metric for metric in self.metrics if metric is not None]
        refused = [metric.reason for metric in known if metric.value is None and metric.reason]
        if len(refused) == len(known) and refused:
            return f"Not computed: {refused[0]}"
        return known[0].method if known else ""


class MetricModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sides: tuple[Side | None, ...] = ()
        self.rows: tuple[MetricRow, ...] = ()
        self.unit = ForceUnit.NEWTON

    def show_reps(self, reps: Sequence[RepResult], keys: Sequence[str], unit: ForceUnit) -> None:
        """The limbs of one repetition, metrics in the order of `keys`."""
        self.beginResetModel()
        self.sides = tuple(rep.side for rep in reps)
        self.rows = tuple(
            MetricRow(key, tuple(rep.metrics.get(key) for rep in reps))
            for key in keys
            if any(key in rep.metrics for rep in reps)
        )
        self.unit = unit
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.sides) + 3

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._align(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        names = [limb_style(side).label if side else "Force" for side in self.sides]
        return ("", *names, "Unit", "How")[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._align(column)
            case Qt.ItemDataRole.ToolTipRole:
                return f"<p>{html.escape(self._explanation(row, column))}</p>"
            case Qt.ItemDataRole.ForegroundRole:
                is_side = 0 < column <= len(self.sides)
                return None if is_side or column == _NAME else colours().colour("muted")
            case _:
                return None

    def text(self, row: MetricRow, column: int) -> str:
        """What stands in a cell."""
        if column == _NAME:
            return sentence(metric_name(row.key))
        if column == self.columnCount() + _HOW:
            return row.how
        is_force = unit(row.key) == "N"
        if column == self.columnCount() + _UNIT:
            return self.unit.value if is_force else unit(row.key)
        metric = row.metrics[column - 1]
        if metric is None or metric.value is None:
            return NO_VALUE
        if is_force and self.unit is not ForceUnit.NEWTON:
            return f"{metric.value / self.unit.newtons:.{self.unit.decimals}f}"
        return metric_value(row.key, metric.value)

    def _explanation(self, row: MetricRow, column: int) -> str:
        metric = row.metrics[column - 1] if 0 < column <= len(self.sides) else None
        if metric is None:
            return row.how
        return f"Not computed: {metric.reason}" if metric.value is None else metric.method

    def _align(self, column: int) -> Qt.AlignmentFlag:
        is_number = 0 < column <= len(self.sides)
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class MetricTable(QTableView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.metrics = MetricModel(self)
        self.setModel(self.metrics)
        self.setAccessibleName("Numbers of this repetition")
        self.setShowGrid(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().px(ROW))
        self.horizontalHeader().setHighlightSections(False)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(theme().px(4 * ROW))

    def show_reps(self, reps: Sequence[RepResult], keys: Sequence[str], unit: ForceUnit) -> None:
        self.metrics.show_reps(reps, keys, unit)
        header, count = self.horizontalHeader(), self.metrics.columnCount()
        for column in range(count - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(count - 1, QHeaderView.ResizeMode.Stretch)
