"""The dose of what is filled in, as it is filled in: each number with its method and its limits."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import space
from app.units import NO_VALUE, quantity
from app.widgets.controls import Card, HowButton, clear
from app.widgets.text import Text
from app.widgets.treatment_record import decimals_of
from app.wording import dose_name, sentence
from data.clinical.dose import DoseNumber


class DosePanel(Card):
    def __init__(self) -> None:
        super().__init__("Dose", margin=5)
        self._why = Text("", tone="muted", wrap=True)
        self._notes = Text("", tone="attention", wrap=True)
        box = QWidget()
        self._grid = QGridLayout(box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(3))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._suggested = Text("", tone="muted", wrap=True)
        for part in (box, self._why, self._notes, self._suggested):
            self.column.addWidget(part)
        self._keys: tuple[str, ...] = ()
        self._values: dict[str, Text] = {}

    @property
    def refusals(self) -> str:
        """Why a number could not be computed, a line each."""
        return self._why.text()

    def show_dose(self, numbers: Mapping[str, DoseNumber], suggested: str = "") -> None:
        """What cannot be computed stands below with its reason, once each, then what a school
        suggests."""
        self._suggested.setText(f"Suggested: {suggested}")
        self._suggested.setVisible(bool(suggested))
        known = {key: number for key, number in numbers.items() if number.value is not None}
        if tuple(known) != self._keys:
            self._rebuild(known)
        for key, number in known.items():
            self._values[key].setText(_said(number))
        reasons = [sentence(n.reason) for n in numbers.values() if n.value is None and n.reason]
        self._why.setText("\n".join(dict.fromkeys(reasons)))
        self._why.setVisible(bool(reasons))
        notes = [number.note for number in known.values() if number.note]
        self._notes.setText("\n".join(dict.fromkeys(notes)))
        self._notes.setVisible(bool(notes))

    def _rebuild(self, known: Mapping[str, DoseNumber]) -> None:
        """Channels are named where there are several."""
        clear(self._grid)
        self._keys = tuple(known)
        self._values = {key: Text("", bold=True) for key in known}
        has_one = len({dose_name(key, of_output=False) for key in known}) == len(known)
        for place, (key, number) in enumerate(known.items()):
            name = dose_name(key, of_output=not has_one)
            self._grid.addWidget(Text(sentence(name), tone="muted", wrap=True), place, 0)
            self._grid.addWidget(self._values[key], place, 1)
            self._grid.addWidget(HowButton(number.method, name), place, 2)


def _said(number: DoseNumber) -> str:
    if number.value is None:
        return NO_VALUE
    return quantity(number.value, number.unit, decimals_of(number.value)).rstrip()
