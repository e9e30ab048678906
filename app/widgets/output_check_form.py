"""Which head is checked, what its panel shows, what was measured, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout

from app.output_checks import head_words, result_words, weight_words
from app.theme import space
from app.widgets.controls import Button, Card, HowButton, row
from app.widgets.fields import Field, QuantityField, TextField
from app.widgets.text import Text
from data.clinical.output_check import (
    TOLERANCE_PERCENT,
    WATTS_PER_GRAM,
    OutputCheckError,
    PanelError,
    read,
    weighed,
)
from data.output_checks import Head, KnownHead, OutputCheck, Unit, new_check, subject_of

_ANOTHER = "Another head"
_MOST_W = 100.0


class OutputCheckForm(Card):
    """`head_changed` when another unit or head is named; `save_wanted` carries nothing."""

    head_changed = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Head")
        self._known: tuple[KnownHead, ...] = ()
        self._grams: float | None = None
        self._readings: int | None = None
        self._is_virtual = False
        self.known = QComboBox()
        self.known.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.make = TextField("Make", most=100)
        self.model = TextField("Model of the unit", most=100)
        self.serial = TextField("Its serial number", most=100)
        self.applicator = TextField("Head", most=100, hint="as it is called")
        self.head_serial = TextField("Number of the head", most=100)
        self.panel_w = QuantityField("Panel shows", "W", 0.001, _MOST_W, decimals=2)
        self.measured_w = QuantityField("Measured", "W", 0.001, _MOST_W, decimals=2)
        self.highest_w = QuantityField("Highest of the panel", "W", 0.001, _MOST_W, decimals=2)
        self.limit = QuantityField("Limit of the error", "%", 0.1, 100.0)
        self.factor = QuantityField("Target", "W/g", 1.0, 100.0, decimals=2)
        self.by = TextField("Checked by", most=100)
        self.note = TextField("Note", most=500)
        self.weight = Text("", "small", tone="muted")
        self.result = Text("", "heading", bold=True, wrap=True)
        self.how = HowButton("", "the error")
        self.save = Button("Save", "primary", key="Ctrl+Enter", clicked=self.save_wanted.emit)
        self._build()
        self._connect()
        self.begin("")

    @property
    def unit(self) -> Unit:
        return Unit(self.make.value, self.model.value, self.serial.value)

    @property
    def head(self) -> Head:
        return Head(self.applicator.value, self.head_serial.value)

    @property
    def watts_per_gram(self) -> float:
        return self.factor.value or WATTS_PER_GRAM

    @property
    def found(self) -> PanelError | None:
        """What the figures give; None while one is missing."""
        panel_w, power_w = self.panel_w.value, self.measured_w.value
        if panel_w is None or (power_w is None and self._grams is None):
            return None
        limit = self.limit.value
        own = None if limit is None or limit == TOLERANCE_PERCENT else limit
        highest_w = self.highest_w.value
        try:
            if self._grams is not None:
                return weighed(
                    self._grams,
                    panel_w,
                    self.watts_per_gram,
                    highest_w=highest_w,
                    limit_percent=own,
                )
            return read(power_w or 0.0, panel_w, highest_w=highest_w, limit_percent=own)
        except OutputCheckError:
            return None

    def begin(self, by: str) -> None:
        """The next check of the same head, or of another one: nothing measured yet."""
        self.panel_w.set_value(None)
        self.measured_w.set_value(None)
        self.note.set_value("")
        self.by.set_value(by)
        if self.limit.value is None:
            self.limit.set_value(TOLERANCE_PERCENT)
        if self.factor.value is None:
            self.factor.set_value(WATTS_PER_GRAM)
        self._grams = self._readings = None
        self._is_virtual = False
        self._show()

    def set_known(self, known: Sequence[KnownHead]) -> None:
        """Heads to choose from; the one that is filled in stays."""
        self._known = tuple(known)
        self.known.clear()
        self.known.addItems([head_words(each.unit, each.head) for each in known])
        self.known.addItem(_ANOTHER)
        self._mark_known()
        if not self.unit.key and known:
            self.known.setCurrentIndex(0)
            self.choose(known[0])

    def choose(self, known: KnownHead) -> None:
        """Fill in a head, and what its last check was made with."""
        unit, head, last = known.unit, known.head, known.last
        for field, text in (
            (self.make, unit.make),
            (self.model, unit.model),
            (self.serial, unit.serial),
            (self.applicator, head.applicator),
            (self.head_serial, head.serial),
        ):
            field.set_value(text)
        if last is not None:
            self.limit.set_value(last.limit_percent)
            self.highest_w.set_value(last.highest_w)
            self.factor.set_value(last.watts_per_gram or self.watts_per_gram)
        self._on_named()
        self._show()

    def take(self, grams: float, readings: int, *, is_virtual: bool) -> None:
        """A steady reading of the balance."""
        self._grams, self._readings, self._is_virtual = grams, readings, is_virtual
        self._show()

    def check(self, at: datetime) -> OutputCheck | None:
        """The record; where something is missing None, and the field says so."""
        found = self.found
        fields = ((self.panel_w, "The watts that the panel shows"),
                  (self.measured_w, "Take it from the balance, or type it"))  # fmt: skip
        for field, words in fields:
            is_there = field.value is not None or (
                field is self.measured_w and self._grams is not None
            )
            field.complain(field.problem or ("" if is_there else words))
        is_named = bool(self.unit.key)
        self.model.complain("" if is_named else "Model or number of the unit")
        wrong = [each for each in (self.limit, self.factor, self.highest_w) if each.problem]
        if found is None or not is_named or wrong:
            return None
        return new_check(
            self.unit,
            self.head,
            found,
            at,
            by=self.by.value,
            note=self.note.value,
            highest_w=self.highest_w.value,
            readings=self._readings,
            is_virtual=self._is_virtual,
        )

    def _build(self) -> None:
        self.column.setSpacing(space(3))
        self.column.addWidget(Field("Known heads", self.known))
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(3))
        fields = (
            (self.make, self.model, self.serial),
            (self.applicator, self.head_serial, self.by),
            (self.panel_w, self.measured_w, self.highest_w),
            (self.limit, self.factor, self.note),
        )
        for place, line in enumerate(fields):
            for column, field in enumerate(line):
                grid.addWidget(field, place, column, Qt.AlignmentFlag.AlignTop)
                grid.setColumnStretch(column, 1)
        self.column.addLayout(grid)
        self.column.addLayout(row(self.weight, self.how, 1))
        self.column.addWidget(self.result)
        self.column.addLayout(row(self.save, 1))

    def _connect(self) -> None:
        self.known.activated.connect(self._on_known)
        for field in (self.make, self.model, self.serial, self.applicator, self.head_serial):
            field.edit.editingFinished.connect(self._on_named)
        for field in (self.panel_w, self.highest_w, self.limit, self.factor):
            field.changed.connect(self._show)
        self.measured_w.changed.connect(self._on_typed)

    def _on_known(self, place: int) -> None:
        if place < len(self._known):
            self.choose(self._known[place])
            self.panel_w.edit.setFocus()
            return
        self.choose(KnownHead(Unit(), Head()))
        self.make.edit.setFocus()

    def _on_named(self) -> None:
        self._mark_known()
        self.head_changed.emit()

    def _mark_known(self) -> None:
        """The list shows the head that is filled in, or that it is another one."""
        subjects = [subject_of(each.unit, each.head) for each in self._known]
        now = subject_of(self.unit, self.head)
        self.known.setCurrentIndex(subjects.index(now) if now in subjects else len(subjects))

    def _on_typed(self) -> None:
        """Watts that somebody types were read elsewhere: the weight says nothing of them."""
        self._grams = self._readings = None
        self._is_virtual = False
        self._show()

    def _show(self) -> None:
        grams = self._grams
        if grams is not None:
            self.measured_w.set_value(round(grams * self.watts_per_gram, 2))
        said = "" if grams is None else weight_words(grams, self.watts_per_gram)
        virtual = ", VIRTUAL" if self._is_virtual else ""
        self.weight.setText(
            f"Weighed: {said}{virtual}" if said else "Typed watts are kept as typed."
        )
        found = self.found
        self.how.setVisible(found is not None)
        if found is None:
            self.result.setText("Shown and measured watts give the error of the panel.")
            self.result.set_tone("muted")
            return
        words = result_words(found.error_percent, found.is_within, found.limit_percent)
        self.result.setText(words[:1].upper() + words[1:])
        self.result.set_tone("attention" if found.is_within is False else "")
        self.how.set_method(f"{found.method}; {found.limit_source}")
