"""One repetition's numbers: each with unit, error and method, refused ones with the reason."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.theme import ROW, colours, limb_style, theme
from app.units import MINUS, NO_VALUE, ForceUnit, number
from app.wording import metric_name, metric_value, sentence, unit
from data.analysis.types import Metric, RepResult, Side
from data.clinical.retest import MOST_DAYS
from data.clinical.typical_error import CLINIC_LEAST_PEOPLE, ErrorOrigin, TypicalError

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_NAME, _UNIT, _ERROR, _HOW = 0, -3, -2, -1
_UNKNOWN = "not known"
_LEAST_HOW = 132  # px at 100 % for the name of a method


_WHY_UNKNOWN = (
    "Not known: no study in the reference list gives it for this number of this test, and fewer "
    f"than {CLINIC_LEAST_PEOPLE} people of this clinic were tested twice within {MOST_DAYS} days "
    "with this device and number."
)


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of every limb shown; `error` is that of one test, None where nobody knows it."""

    key: str
    metrics: tuple[Metric | None, ...]
    error: TypicalError | None = None

    @property
    def error_value(self) -> float | None:
        """The typical error in the metric's unit, at the mean of the limbs shown."""
        known = [each.value for each in self.metrics if each is not None]
        values = [value for value in known if value is not None]
        if self.error is None or not values:
            return None
        return self.error.sem_at(sum(values) / len(values))

    @property
    def error_source(self) -> str:
        """Where the error is from, or why none is known."""
        if self.error is None:
            return _WHY_UNKNOWN
        share = ""
        if self.error.sem is None and self.error.percent is not None:
            share = f", {self.error.percent:g} % of the result"
        origin = "this clinic’s own" if self.error.origin is ErrorOrigin.CLINIC else "published"
        return (
            f"Typical error of a test’s result{share}, {origin}: {self.error.source}. "
            "One repetition by itself varies more."
        )

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

    def show_reps(
        self,
        reps: Sequence[RepResult],
        keys: Sequence[str],
        unit: ForceUnit,
        errors: Mapping[str, TypicalError],
    ) -> None:
        """The limbs of one repetition, metrics in the order of `keys`, errors by metric."""
        self.beginResetModel()
        self.sides = tuple(rep.side for rep in reps)
        self.rows = tuple(
            MetricRow(key, tuple(rep.metrics.get(key) for rep in reps), errors.get(key))
            for key in keys
            if any(key in rep.metrics for rep in reps)
        )
        self.unit = unit
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.sides) + 4

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
        return ("", *names, "Unit", "Error", "How")[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                text = self.text(row, column)
                return _method_name(text) if column == self.columnCount() + _HOW else text
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._align(column)
            case Qt.ItemDataRole.ToolTipRole:
                return f"<p>{html.escape(self._explanation(row, column))}</p>"
            case Qt.ItemDataRole.ForegroundRole:
                return self._ink(column)
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
        if column == self.columnCount() + _ERROR:
            if row.error is None:
                return _UNKNOWN
            error = row.error_value
            return NO_VALUE if error is None else f"±{self._number(row.key, error)}"
        metric = row.metrics[column - 1]
        return NO_VALUE if metric is None else self._number(row.key, metric.value)

    def _number(self, key: str, value: float | None) -> str:
        if value is None:
            return NO_VALUE
        if unit(key) == "N" and self.unit is not ForceUnit.NEWTON:
            return number(value / self.unit.newtons, self.unit.decimals)
        return metric_value(key, value).replace("-", MINUS)

    def _explanation(self, row: MetricRow, column: int) -> str:
        if column == self.columnCount() + _ERROR:
            return row.error_source
        metric = row.metrics[column - 1] if 0 < column <= len(self.sides) else None
        if metric is None:
            return row.how
        return f"Not computed: {metric.reason}" if metric.value is None else metric.method

    def _ink(self, column: int) -> QColor | None:
        side = self.sides[column - 1] if 0 < column <= len(self.sides) else None
        if side is not None:
            return QColor(limb_style(side).text_colour)
        return None if column <= len(self.sides) else colours().colour("muted")

    def _align(self, column: int) -> Qt.AlignmentFlag:
        is_number = 0 < column <= len(self.sides) or column == self.columnCount() + _ERROR
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
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)

    @property
    def current(self) -> MetricRow | None:
        """The row that is chosen."""
        index = self.currentIndex()
        return self.metrics.rows[index.row()] if index.isValid() else None

    def show_reps(
        self,
        reps: Sequence[RepResult],
        keys: Sequence[str],
        unit: ForceUnit,
        errors: Mapping[str, TypicalError],
    ) -> None:
        self.metrics.show_reps(reps, keys, unit, errors)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """In a narrow window the method stands below the table only, and long names are cut."""
        header, count = self.horizontalHeader(), self.metrics.columnCount()
        if not self.metrics.rows:
            return
        to_contents, stretch = (
            QHeaderView.ResizeMode.ResizeToContents,
            QHeaderView.ResizeMode.Stretch,
        )
        widths = [
            max(self.sizeHintForColumn(c), header.sectionSizeHint(c)) for c in range(count - 1)
        ]
        is_narrow = sum(widths) + theme().px(_LEAST_HOW) > self.viewport().width()
        self.setColumnHidden(count - 1, is_narrow)
        for column in range(count):
            stretched = 0 if is_narrow else count - 1
            header.setSectionResizeMode(column, stretch if column == stretched else to_contents)


def _method_name(how: str) -> str:
    """A method without its terms: those have no room in a column."""
    is_refused = how.startswith("Not computed")
    return how if is_refused else how.partition("(")[0]
