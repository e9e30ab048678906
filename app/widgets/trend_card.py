"""Results over time with what must be said beside them: error, change, breaks, references."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from app.reading import test_name
from app.theme import space, theme
from app.trend import Trend, TrendPoint
from app.units import ForceUnit, day
from app.widgets.controls import Button, Card, HowButton, clear, row
from app.widgets.text import Elided, Text, VirtualMark
from app.widgets.trend_chart import TrendChart
from app.widgets.trend_scale import TrendMark
from app.wording import metric_name, sentence
from data.analysis.types import Side
from data.clinical.references import Reference

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class TrendCard(Card):
    """`asked`: another test or number was chosen; whoever reads answers with `show_trend`."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__(margin=4)
        self.chart = TrendChart()
        self.test, self.number = _choice("Test shown"), _choice("Number shown")
        self.virtual = VirtualMark()
        self.references = QCheckBox("References")
        self.references.setAccessibleName("Show published values as lines")
        self.title = Elided("", bold=True)
        self.point = Elided("")
        self.how = HowButton("", "this result")
        self._words = QVBoxLayout()
        self._words.setSpacing(space(1))
        self._sources = QWidget()
        self._sources.setLayout(QVBoxLayout())
        self._trend: Trend | None = None
        self._shown: tuple[Sequence[TrendMark], ForceUnit, Side | None] | None = None
        self._build()

    @property
    def chosen(self) -> tuple[str, str] | None:
        """Test and metric that are to be shown."""
        test_id, metric = self.test.currentData(), self.number.currentData()
        return (str(test_id), str(metric)) if test_id and metric else None

    def set_tests(self, tests: Sequence[str]) -> None:
        """The tests that were done; the chosen one stays chosen."""
        _fill(self.test, [(each, test_name(each)) for each in tests])
        self.test.setVisible(len(tests) > 1)

    def set_metrics(self, metrics: Sequence[str]) -> None:
        _fill(self.number, [(each, sentence(metric_name(each))) for each in metrics])
        self.number.setVisible(len(metrics) > 1)

    def show_trend(
        self, trend: Trend, marks: Sequence[TrendMark], unit: ForceUnit, injured: Side | None
    ) -> None:
        self._trend, self._shown = trend, (marks, unit, injured)
        self.title.setText(self._title_of(trend))
        self.virtual.setVisible(any(point.is_virtual for point in trend.points))
        self.references.setVisible(bool(trend.references))
        self._draw()

    def set_room(self, height: int) -> None:
        """What is in sight from the top of this card: the chart takes it."""
        head = self.test.sizeHint().height() + self.column.spacing()
        edges = self.column.contentsMargins()
        self.chart.set_room(height - head - edges.top() - edges.bottom())

    def _build(self) -> None:
        head = row(self.test, self.number, self.title, self.virtual, self.references)
        head.setStretch(2, 1)
        foot = row(self.point, self.how)
        foot.setStretch(0, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.chart)
        self.column.addLayout(foot)
        self.column.addLayout(self._words)
        layout = self._sources.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self._sources)
        self.test.currentIndexChanged.connect(self.asked)
        self.number.currentIndexChanged.connect(self.asked)
        self.references.toggled.connect(self._draw)
        self.chart.chosen.connect(self._show_point)

    def _title_of(self, trend: Trend) -> str:
        """What the choices before it do not say already."""
        parts = [] if self.number.isVisibleTo(self) else [metric_name(trend.metric).lower()]
        parts.append(f"{trend.test.aggregation.replace('_', ' ')} of valid repetitions")
        test = "" if self.test.isVisibleTo(self) else f"{trend.test.name}: "
        return sentence(test + ", ".join(parts))

    def _draw(self) -> None:
        if self._trend is None or self._shown is None:
            return
        marks, unit, injured = self._shown
        lines = self._trend.references if self.references.isChecked() else ()
        self.chart.show_trend(self._trend, marks, unit, lines, injured)
        if self.chart.point is not None:
            self._show_point(self.chart.point)
        clear(self._words)
        for text in (*self._trend.change_words(injured), *_breaks(self._trend)):
            self._words.addWidget(Text(text, "small", wrap=True))
        self._words.addWidget(Text(self._trend.error_words(), "small", tone="muted", wrap=True))
        self._show_sources(lines)

    def _show_point(self, point: TrendPoint) -> None:
        if self._trend is not None:
            self.point.setText(sentence(self.chart.spoken(point)))
            self.how.set_method(self._trend.method(point))

    def _show_sources(self, lines: Sequence[Reference]) -> None:
        """Each line's value in a word; its source, and what speaks against it, one click away."""
        layout = self._sources.layout()
        assert layout is not None
        clear(layout)
        for letter, reference in zip(_LETTERS, lines, strict=False):
            layout.addWidget(_Source(letter, reference))
        self._sources.setVisible(bool(lines))


def _breaks(trend: Trend) -> list[str]:
    """Why the line is not joined: a sentence for each day on which a new series begins."""
    reasons: dict[date, list[str]] = {}
    for on, reason in trend.breaks:
        reasons.setdefault(on, []).append(reason)
    return [f"{day(on)}, a new series: {'; '.join(why)}." for on, why in reasons.items()]


class _Source(QWidget):
    """One reference: its letter, value and population; a click opens all that is known of it."""

    def __init__(self, letter: str, reference: Reference) -> None:
        super().__init__()
        said = Elided(f"{letter}   {reference.value_text}, {reference.population}", "small")
        against = "".join(f"\nAgainst: {each}" for each in reference.counter)
        setup = f"\n{reference.setup}" if reference.setup else ""
        self._whole = Text(reference.sentence + setup + against, "small", tone="muted", wrap=True)
        self._whole.hide()
        self._source = Button("Source", "quiet", clicked=self._toggle)
        self._source.setAccessibleName(f"Source of {reference.value_text}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = row(said, self._source)
        head.setStretch(0, 1)
        layout.addLayout(head)
        layout.addWidget(self._whole)

    def _toggle(self) -> None:
        self._whole.setVisible(self._whole.isHidden())


def _choice(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(8)
    box.setMaximumWidth(theme().px(300))
    return box


def _fill(box: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    kept = box.currentData()
    box.blockSignals(True)
    box.clear()
    for key, text in items:
        box.addItem(text, key)
    box.setCurrentIndex(max(box.findData(kept), 0) if items else -1)
    box.blockSignals(False)
