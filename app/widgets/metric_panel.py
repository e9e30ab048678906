"""The numbers of a repetition in whole rows, and the method of the chosen one in full."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.theme import ROW, space, theme
from app.widgets.metric_table import MetricTable
from app.widgets.text import Text

_LEAST_ROWS = 3


class MetricPanel(QWidget):
    """No row is cut at the lower edge; the words below follow the current row."""

    def __init__(self) -> None:
        super().__init__()
        self.table = MetricTable()
        self.how = Text("", "small", tone="muted", wrap=True)
        self.how.setContentsMargins(space(3), 0, space(3), 0)
        self.how.setMinimumHeight(2 * self.how.fontMetrics().height())
        self._place = _WholeRows(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        column.addWidget(self._place, 1)
        column.addWidget(self.how)
        self.table.selectionModel().currentRowChanged.connect(self._show_how)
        self.table.metrics.modelReset.connect(self._begin)

    def _begin(self) -> None:
        if self.table.metrics.rows:
            self.table.selectRow(0)
        self._show_how()

    def _show_how(self) -> None:
        row = self.table.current
        if row is None:
            self.how.setText("")
            return
        name = self.table.metrics.text(row, 0)
        self.how.setText(f"{name}: {row.how}")


class _WholeRows(QWidget):
    """Gives the table as much of its height as ends with a row."""

    def __init__(self, table: MetricTable) -> None:
        super().__init__()
        self._table = table
        table.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(theme().px((_LEAST_ROWS + 1) * ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        head = self._table.horizontalHeader().sizeHint().height()
        row = self._table.verticalHeader().defaultSectionSize()
        rows = max((self.height() - head) // row, 1)
        self._table.setGeometry(0, 0, self.width(), head + rows * row)
