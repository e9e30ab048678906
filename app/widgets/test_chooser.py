"""Choose a test: search as you type, those done before with this athlete first."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.reading import find_tests
from app.run_setup import RunSetup
from app.theme import space, theme
from app.units import number
from app.widgets.controls import Button, row, scrolling
from app.widgets.fields import SearchField
from app.widgets.rows import Row, RowList
from app.widgets.run_setup_form import RunSetupForm
from app.widgets.text import Text
from app.wording import sentence
from data.clinical.catalogue import tests
from data.clinical.tests import Laterality, StrengthTest
from data.records import Person


class TestChooser(QWidget):
    """`chosen` carries the id of a test, `setup` how it is to be done."""

    __test__ = False  # the word is the field's, not pytest's

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.search = SearchField("Which test? Type a muscle or a name")
        self.list = RowList("Tests")
        self.form = RunSetupForm()
        self.start = Button("Start the test", "primary", icon_name="test", key="Enter")
        self._next = Text("Enter starts it; ↑ ↓ choose another.", "small", tone="muted")
        self._nothing = Text("No test by that name.", tone="muted")
        self._before: dict[str, RunSetup] = {}
        self._person: Person | None = None
        self._shown = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        self.list.setMinimumHeight(theme().px(132))
        column.addWidget(scrolling(self.form, is_fitted=True))
        column.addSpacing(space(1))
        column.addLayout(row(self.start, self._next, 1))
        self.start.clicked.connect(self.list.choose_current)
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._on_chosen)
        self.list.moved.connect(self._show_setup)
        self.form.entered.connect(self.list.choose_current)

    @property
    def setup(self) -> RunSetup:
        return self.form.setup

    def offer(
        self,
        before: Mapping[str, RunSetup],
        person: Person | None = None,
        *,
        both_injured: bool = False,
    ) -> None:
        """Begin anew; `before` are the tests done with this athlete by id, newest first, each as it
        was set up last."""
        self._before = {test_id: last for test_id, last in before.items() if test_id in tests()}
        self._person = person
        self.form.set_both_injured(both_injured)
        self._shown = ""
        self.search.clear()
        self._fill("")
        self.search.setFocus()

    def _fill(self, text: str) -> None:
        found = find_tests(text)
        ids = {test.id for test in found}
        before = [tests()[test_id] for test_id in self._before if test_id in ids]
        rows: list[Row] = []
        if before:
            rows += [Row("Done before"), *(test_row(test) for test in before)]
        groups = dict.fromkeys(test.muscle_group for test in found if test not in before)
        for group in groups:
            rows.append(Row(sentence(group)))
            rows += [
                test_row(test)
                for test in found
                if test.muscle_group == group and test not in before
            ]
        self.list.set_rows(rows)
        self._nothing.setVisible(not found)
        self.form.setVisible(bool(found))
        self.start.setEnabled(bool(found))
        self.list.choose_first()
        self._show_setup(self.list.current_key)

    def _show_setup(self, key: object) -> None:
        test = tests().get(str(key))
        if test is not None and test.id != self._shown:
            self._shown = test.id
            self.form.show_test(test, self._before.get(test.id), self._person)

    def _on_chosen(self, key: object) -> None:
        self._show_setup(key)
        missing = self.form.missing()
        if missing is not None:
            missing.edit.setFocus()
        else:
            self.chosen.emit(str(key))


def test_row(test: StrengthTest) -> Row:
    """Name, what is asked, and how the limbs take part."""
    limbs = "both limbs at once" if test.laterality is Laterality.BILATERAL else "left, then right"
    asked = f"{test.reps} × {number(test.hold_s)} s" if test.hold_s else f"{test.reps} repetitions"
    return Row(
        test.name,
        test.id,
        detail=f"{test.contraction.value}, {limbs}",
        trailing=asked,
        icon="test",
    )
