"""Choose a test: search as you type, those done before with this athlete first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.reading import find_tests
from app.theme import space
from app.units import number
from app.widgets.fields import QuantityField, SearchField, TextField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from app.wording import sentence
from data.clinical.catalogue import tests
from data.clinical.tests import Laterality, StrengthTest


class TestChooser(QWidget):
    """`chosen` carries the id of a test; `lever` and `posture` say how it is set up, where that
    is known, `target` is a force to reach."""

    __test__ = False  # the word is the field's, not pytest's

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.search = SearchField("Which test? Type a muscle or a name")
        self.list = RowList("Tests")
        self.lever = QuantityField(
            "Lever", "m", 0.05, 1.5, decimals=2, help_text="joint to pad; for torque"
        )
        self.target = QuantityField(
            "Target", "N", 1.0, 5000.0, decimals=0, help_text="a line to reach; optional"
        )
        self.posture = TextField("Set-up", hint="knee position, ankle, strap …", most=120)
        self._nothing = Text("No test by that name.", tone="muted")
        self._before: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        setup = QHBoxLayout()
        setup.setSpacing(space(4))
        setup.addWidget(self.lever, 0, Qt.AlignmentFlag.AlignTop)
        setup.addWidget(self.target, 0, Qt.AlignmentFlag.AlignTop)
        setup.addWidget(self.posture, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(setup)
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._on_chosen)

    def offer(self, before: Sequence[str]) -> None:
        """Begin anew; `before` are the ids of tests done with this athlete, newest first."""
        self._before = tuple(test_id for test_id in before if test_id in tests())
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
        self.list.choose_first()

    def _on_chosen(self, key: object) -> None:
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
