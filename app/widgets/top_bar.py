"""The bar above the page: who this is about, and how the devices do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.status import DeviceStatus
from app.theme import space, theme
from app.units import age, quantity
from app.widgets.controls import Button
from app.widgets.device_chip import DeviceChip
from app.widgets.text import Elided

if TYPE_CHECKING:  # the window is shown before records are needed
    from data.records import Person

_MOST_CHIPS = 3
_LEAST_NAME = 240


class TopBar(QFrame):
    device_chosen = Signal()
    find_pressed = Signal()

    def __init__(self, find_key: str) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self.setFixedHeight(theme().px(68))
        self._find_key = find_key
        self._name = Elided("", "strong", bold=True)
        self._detail = Elided("", "small", tone="muted")
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addStretch()
        texts.addWidget(self._name)
        texts.addWidget(self._detail)
        texts.addStretch()
        self._chips = QHBoxLayout()
        self._chips.setSpacing(space(2))
        self._find = Button(
            "Find", icon_name="search", key=find_key, clicked=self.find_pressed.emit
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(6), space(2), space(6), space(2))
        layout.setSpacing(space(4))
        layout.addLayout(texts, 1)
        layout.addLayout(self._chips)
        layout.addWidget(self._find)
        self.chips: list[DeviceChip] = []
        self._devices = 0
        self._more = Button("", "quiet", clicked=self.device_chosen.emit)
        self._more.hide()
        self._chips.addWidget(self._more)
        self.set_person(None, date.min)

    def set_person(self, person: Person | None, today: date) -> None:
        if person is None:
            self._name.setText("No athlete chosen")
            self._detail.setText(f"{self._find_key} finds one")
        else:
            self._name.setText(person.name)
            self._detail.setText(" · ".join(person_facts(person, today, is_short=True)))
        self._detail.setVisible(bool(self._detail.text()))
        self._fit()

    def set_devices(self, devices: tuple[DeviceStatus, ...]) -> None:
        """Chips keep their order; what does not fit is behind a count, and never what needs
        attention while another has room."""
        shown = _foremost(devices, _MOST_CHIPS)
        while len(self.chips) > len(shown):
            gone = self.chips.pop()
            gone.hide()
            gone.deleteLater()
        for chip, status in zip(self.chips, shown, strict=False):
            if chip.status != status:
                chip.set_status(status)
        for status in shown[len(self.chips) :]:
            chip = DeviceChip(status)
            chip.clicked.connect(self.device_chosen)
            self._chips.insertWidget(len(self.chips), chip)
            self.chips.append(chip)
        self._devices = len(devices)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Chips give way before the athlete's name does: first shorter, those that need attention
        last, then behind a count."""
        least = theme().px(_LEAST_NAME)
        name = min(max(self._name.sizeHint().width(), least), 2 * least)
        room = self.width() - self._find.sizeHint().width() - space(20)
        for chip in self.chips:
            chip.set_compact(False)
        for is_urgent in (False, True):
            if room - self._needed(self.chips) < name:
                for chip in self.chips:
                    if is_urgent == (chip.status.attention is not None):
                        chip.set_compact(True)
        shown = self.chips
        while len(shown) > 1 and self._needed(shown) > room - least:
            calm = [chip for chip in shown if chip.status.attention is None]
            gone = (calm or shown)[-1]
            shown = [chip for chip in shown if chip is not gone]
        for chip in self.chips:
            chip.setVisible(chip in shown)
        hidden = self._devices - len(shown)
        self._more.setText(f"+{hidden} more")
        self._more.setVisible(hidden > 0)

    def _needed(self, chips: list[DeviceChip]) -> int:
        """The width of these chips, and of the count of the others."""
        width = sum(chip.sizeHint().width() + space(2) for chip in chips)
        return width + (self._more.sizeHint().width() if len(chips) < self._devices else 0)


def _foremost(devices: Sequence[DeviceStatus], most: int) -> tuple[DeviceStatus, ...]:
    """So many of them in their order: those that need attention before the others."""
    places = sorted(range(len(devices)), key=lambda place: devices[place].attention is None)
    return tuple(devices[place] for place in sorted(places[:most]))


def facts_line(person: Person, today: date) -> str:
    """The facts as one line; never empty."""
    return " · ".join(person_facts(person, today)) or "no details yet"


def person_facts(person: Person, today: date, *, is_short: bool = False) -> list[str]:
    """Age, mass, injured side with the day of the episode, stage: what a reader must know."""
    facts = [age(person.born, today)]
    if person.body_mass_kg is not None:
        facts.append(quantity(person.body_mass_kg, "kg", 1))
    if person.injured is not None:
        injured = f"{person.injured.value} injured"
        if person.injury and not is_short:
            injured += f": {person.injury}"
        if person.injured_on is not None:
            injured += f", day {(today - person.injured_on).days}"
        facts.append(injured)
    if person.stage is not None:
        facts.append(person.stage.value)
    if person.team and not is_short:
        facts.append(person.team)
    return [fact for fact in facts if fact]
