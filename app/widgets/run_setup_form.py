"""How the chosen test is set up: only what it asks for, what it requires first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QVBoxLayout, QWidget

from app.run_setup import HELD_BY, RunSetup, asks_for_stabilisation, asks_for_weight
from app.theme import space, theme
from app.units import number, quantity
from app.widgets.controls import Segments
from app.widgets.fields import Field, QuantityField, TextField
from app.widgets.text import Text
from data.clinical.gravity import SOURCE, GravityMethod, Segment, limb_weight
from data.clinical.tests import Laterality, Stabilisation, StrengthTest
from data.records import Person
from data.sides import Side

_METHODS = (
    (GravityMethod.NONE, "Not corrected"),
    (GravityMethod.MEASURED, "Measured"),
    (GravityMethod.TABLE, "By table"),
)
_NEEDED = "This test needs it. Enter again starts without."


class RunSetupForm(QWidget):
    """`entered`: Enter was pressed in one of its fields."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._test: StrengthTest | None = None
        self._body_mass_kg: float | None = None
        self._was_asked = False
        self.levers = {side: _lever(side) for side in Side}
        self.target = QuantityField(
            "Target", "N", 1.0, 5000.0, decimals=0, help_text="a line to reach; optional", width=88
        )
        self.stabilisation = Segments[Stabilisation](
            [(each, each.value.capitalize()) for each in HELD_BY], name="Held by"
        )
        self.gravity = Segments(_METHODS, name="Weight of the limb", value=GravityMethod.NONE)
        self.weights = {side: _weight(side) for side in Side}
        self.segment = QComboBox()
        self.segment.setAccessibleName("Part of the body")
        for each in Segment:
            self.segment.addItem(each.value.capitalize(), each)
        self.length = QuantityField("Its length", "m", 0.1, 1.5, decimals=2, width=88)
        self.angle = QuantityField("From the horizontal", "°", -90.0, 90.0, decimals=0, width=88)
        self.posture = TextField("Set-up", hint="knee position, ankle, strap …", most=120)
        self.table_says = Text("", "small", tone="muted", wrap=True)
        self.both_injured = Text(
            "Both limbs are injured: neither is a reference for the other.", "small", tone="muted"
        )
        self._has_both_injured = False
        self._build()
        self._connect()

    @property
    def setup(self) -> RunSetup:
        """What is filled in, of what the test asks for."""
        asks_weight = self._test is not None and asks_for_weight(self._test)
        return RunSetup(
            posture=self.posture.value,
            stabilisation=None if self._held.isHidden() else self.stabilisation.value,
            levers=_values(self.levers),
            gravity=(self.gravity.value if asks_weight else None) or GravityMethod.NONE,
            weights=_values(self.weights) if asks_weight else {},
            target_n=self.target.value,
            both_injured=self._has_both_injured,
        )

    def show_test(self, test: StrengthTest, last: RunSetup | None, person: Person | None) -> None:
        """The fields of this test, filled as they were in this person's last run of it."""
        self._test = test
        self._was_asked = False
        self._body_mass_kg = person.body_mass_kg if person else None
        known = last or RunSetup()
        is_one = test.laterality is Laterality.BILATERAL
        for side in Side:
            self.levers[side].label.setText(_limb_words("Lever", side, is_one=is_one))
            self.weights[side].label.setText(_limb_words("Weight", side, is_one=is_one))
            self.levers[side].set_value(known.levers.get(side))
            self.weights[side].set_value(known.weights.get(side))
        self.target.set_value(known.target_n)
        self.posture.set_value(known.posture)
        self.stabilisation.set_value(known.stabilisation or test.stabilisation)
        self.gravity.set_value(known.gravity)
        is_hip = test.muscle_group.startswith("hip")
        usual = Segment.WHOLE_LEG if is_hip else Segment.SHANK_FOOT
        self.segment.setCurrentIndex(self.segment.findData(usual))
        self._show_fields()
        self._compute()

    def set_both_injured(self, has_both: bool) -> None:
        self._has_both_injured = has_both
        self.both_injured.setVisible(has_both)

    def missing(self) -> QuantityField | None:
        """The first field that the test requires and that is empty, or one that is wrong; it says
        so itself. What is only missing is asked for once."""
        every = (*self.levers.values(), self.target, *self.weights.values())
        shown = [field for field in every if not field.isHidden()]
        wrong = next((field for field in shown if field.problem), None)
        if wrong is not None:
            wrong.complain(wrong.problem)
            return wrong
        required = self._test.required_fields if self._test is not None else ()
        if self._was_asked or "lever_m" not in required or _values(self.levers):
            return None
        self._was_asked = True
        first = self.levers[Side.LEFT]
        first.complain(_NEEDED)
        return first

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        self._held = Field("Held by", self.stabilisation)
        self._gravity = Field("Weight of the limb on the sensor", self.gravity)
        self._weights = _line(*self.weights.values())
        self._table = _line(Field("Part of the body", self.segment), self.length, self.angle)
        numbers = _line(*self.levers.values(), self.target)
        self._choices = _line(self._held, self._gravity, may_stack=True)
        parts = (
            numbers, self._choices, self._table, self._weights, self.table_says, self.posture,
            self.both_injured,
        )  # fmt: skip
        for part in parts:
            column.addWidget(part)
        self.table_says.hide()
        self.both_injured.hide()

    def _connect(self) -> None:
        self.gravity.changed.connect(self._show_fields)
        self.gravity.changed.connect(self._compute)
        self.segment.activated.connect(self._compute)
        for each in (self.length, self.angle, *self.levers.values()):
            each.changed.connect(self._compute)
        fields = (
            *self.levers.values(), *self.weights.values(), self.target, self.length, self.angle,
            self.posture,
        )  # fmt: skip
        for each in fields:
            each.edit.returnPressed.connect(self.entered)

    def _show_fields(self) -> None:
        test = self._test
        if test is None:
            return
        is_one = test.laterality is Laterality.BILATERAL
        has_lever = "lever_m" in test.required_fields
        self.levers[Side.LEFT].setVisible(has_lever)
        self.levers[Side.RIGHT].setVisible(has_lever and not is_one)
        self._held.setVisible(asks_for_stabilisation(test))
        has_weight = asks_for_weight(test)
        method = self.gravity.value if has_weight else GravityMethod.NONE
        self._gravity.setVisible(has_weight)
        self._choices.setVisible(has_weight or asks_for_stabilisation(test))
        self._weights.setVisible(method is not GravityMethod.NONE)
        self.weights[Side.RIGHT].setVisible(not is_one)
        self._table.setVisible(method is GravityMethod.TABLE)
        self.table_says.setVisible(method is GravityMethod.TABLE)

    def _compute(self) -> None:
        """By the table, as soon as everything that it asks for is there."""
        if self.gravity.value is not GravityMethod.TABLE or self._test is None:
            return
        length, angle, mass = self.length.value, self.angle.value, self._body_mass_kg
        levers = _values(self.levers)
        if mass is None:
            self.table_says.setText("The table needs the body mass: add it to the person.")
        elif length is None or angle is None or not levers:
            self.table_says.setText(
                "Length of the part, its angle in the test position and the lever give the weight."
            )
        else:
            setup = RunSetup(levers=levers)
            segment = Segment(self.segment.currentData())
            for side in Side:
                found = limb_weight(segment, mass, length, setup.lever_m(side) or 0.0, angle)
                self.weights[side].set_value(round(found.force_n, 1))
            self.table_says.setText(
                f"{segment.value.capitalize()} of {quantity(mass, 'kg', 1)}, "
                f"{number(length, 2)} m, {number(angle)}° from the horizontal; {SOURCE}."
            )


def _lever(side: Side) -> QuantityField:
    return QuantityField(
        f"Lever, {side}", "m", 0.05, 1.5, decimals=3, help_text="joint to pad", width=88
    )


def _weight(side: Side) -> QuantityField:
    return QuantityField(
        f"Weight, {side}", "N", -300.0, 300.0, decimals=1, help_text="minus: hangs away", width=88
    )


def _limb_words(what: str, side: Side, *, is_one: bool) -> str:
    return what if is_one else f"{what}, {side.value}"


def _values(fields: dict[Side, QuantityField]) -> dict[Side, float]:
    return {
        side: field.value
        for side, field in fields.items()
        if field.value is not None and not field.isHidden()
    }


def _line(*fields: QWidget, may_stack: bool = False) -> QWidget:
    """Beside each other; with larger letters what `may_stack` stands below each other."""
    box = QWidget()
    is_wide = theme().text_scale <= 1.0 or not may_stack
    direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
    layout = QBoxLayout(direction, box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(4 if is_wide else 2))
    for field in fields:
        layout.addWidget(field, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    layout.addStretch(1)
    return box
