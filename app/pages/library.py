"""Library: every strength test, what is asked, what is computed and how, and its sources."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.navigation import Desk, Route
from app.pages.page import Header, Page
from app.reading import find_tests
from app.theme import space, theme
from app.units import number, quantity
from app.widgets.controls import Card, clear, scrolling
from app.widgets.fields import SearchField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from app.wording import formula_text, metric_name, sentence
from data.analysis.reps import describe
from data.clinical.catalogue import tests
from data.clinical.reliability import measurement_errors
from data.clinical.tests import Laterality, StrengthTest


class LibraryPage(Page):
    title = "Library"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search = SearchField("Find a test")
        self.list = RowList("Strength tests")
        self._build()
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.list.moved.connect(self._show)
        self.add_key("/", "Find a test", self.search.setFocus)
        self._fill("")

    def enter(self, route: Route) -> None:
        if route.word in tests():
            self.search.clear()
            self.list.set_current(route.word)
        if self.list.current_key is None:
            self.list.step(1)
        self.list.setFocus()

    def escape(self) -> bool:
        if self.search.text():
            self.search.clear()
            return True
        return False

    def _build(self) -> None:
        header = Header("Library")
        header.set_detail(f"{len(tests())} strength tests, as they are measured and computed")
        self.body.addWidget(header)
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(360))
        search = QVBoxLayout()
        search.setContentsMargins(space(2), space(2), space(2), 0)
        search.addWidget(self.search)
        left.column.addLayout(search)
        left.column.addWidget(self.list, 1)
        self._detail = Card(margin=6)
        self._detail.column.setSpacing(space(4))
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(scrolling(self._detail), 1)
        self.body.addLayout(columns, 1)

    def _fill(self, text: str) -> None:
        found = find_tests(text)
        rows: list[Row] = []
        for group in dict.fromkeys(test.muscle_group for test in found):
            rows.append(Row(sentence(group)))
            rows += [
                Row(test.name, test.id, detail=test.contraction.value)
                for test in found
                if test.muscle_group == group
            ]
        self.list.set_rows(rows)
        if self.list.current_key is None:
            self.list.step(1)

    def _show(self, key: object) -> None:
        test = tests().get(str(key))
        if test is None:
            return
        column = self._detail.column
        clear(column)
        column.addWidget(Text(test.name, "title", wrap=True))
        column.addWidget(Text(_asked(test), tone="muted", wrap=True))
        for title, text in _parts(test):
            column.addWidget(_part(title, text))
        column.addStretch()


def _part(title: str, text: str) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(space(1))
    column.addWidget(Text(title, bold=True))
    body = Text(text, wrap=True)
    body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(body)
    return box


def _asked(test: StrengthTest) -> str:
    limbs = "both limbs at once" if test.laterality is Laterality.BILATERAL else "left, then right"
    hold = f" of {quantity(test.hold_s, 's')}" if test.hold_s else ""
    return (
        f"{test.id} · {sentence(test.contraction.value)} · {limbs} · "
        f"{test.reps} repetitions{hold}, {quantity(test.rest_s, 's')} rest"
    )


def _parts(test: StrengthTest) -> list[tuple[str, str]]:
    parts = [("Position", test.position), ("Cue", f"“{test.cue}”")]
    parts.append(("Computed", ", ".join(sentence(metric_name(key)) for key in test.metrics) + "."))
    parts.append(("Repetitions are found by", describe(test.rep_rule)))
    aggregation = sentence(test.aggregation.replace("_", " "))
    compared = f"{aggregation} valid repetitions; {formula_text(test.formula)}."
    parts.append(("Limbs are compared by", compared))
    if test.required_fields:
        names = ", ".join(metric_name(field) for field in test.required_fields)
        parts.append(("Asked before the test", sentence(names) + "."))
    if test.minimum_rate_hz:
        parts.append(("Lowest sampling rate", f"{number(test.minimum_rate_hz)} Hz"))
    errors = [sentence(error.sentence) + "." for error in measurement_errors(test.id)]
    parts.append(("Measurement error", "\n".join(errors) or "Not known for this test."))
    parts.append(("Sources", "\n".join(test.references) or "None given."))
    return parts
