"""Devices: those that are here, those that were, and every model that Myograph can read."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Page, section
from app.pages.readable_models import MODEL_NAMES, model_rows
from app.pull_test import pulled
from app.reading import best_peak, device_history, test_name
from app.status import DeviceStatus, Found
from app.theme import space, theme
from app.units import ForceUnit, day, force
from app.widgets.controls import Button, Card, EmptyState, clear, scrolling
from app.widgets.device_card import DeviceCard, FoundCard
from app.widgets.rows import RowList
from app.widgets.text import Text
from app.widgets.training_card import TrainingCard
from app.wording import local_time
from data.records import Trial

_LOOK_MS = 100
_CARD_WIDTH = 460  # px at 100 %, the least of a card
_LIT_LOOKS = 20  # a short pull stays lit for two seconds: the eyes come up from the device


class DevicesPage(Page):
    title = "Devices"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.find_button = Button("Find devices", "primary", icon_name="search", key="F")
        self.find_button.clicked.connect(desk.find_devices)
        self.output_check = Button("Output check", key="O", clicked=self._check_output)
        self.header = Header("Devices", self.output_check, self.find_button)
        self.models = RowList("Models that can be read")
        self.training = TrainingCard()
        self.training.started.connect(desk.start_training)
        self.cards: list[DeviceCard] = []
        self._shown_keys: tuple[object, ...] | None = None
        self._shown_found: tuple[Found, ...] | None = None
        self._lit: str | None = None
        self._lit_looks = 0
        self._build()
        self._looker = QTimer(self, interval=_LOOK_MS)
        self._looker.timeout.connect(self._look)
        self.add_key("F", "Find devices", desk.find_devices.emit)
        self.add_key("O", "Check the output of an ultrasound head", self._check_output)
        desk.devices_changed.connect(self._show)
        desk.settings_changed.connect(self._show_models)

    def enter(self, route: Route) -> None:
        self.find_button.setFocus()
        self._shown_keys = None
        self._show()

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._ask_history()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._looker.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._looker.stop()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._columns = 1
        self._here, self._away = _grid(), _grid()
        self._none = Card(margin=2)
        self._nobody = EmptyState(
            "No device yet",
            "Switch the device on and bring it near, or plug in its cable, then press F. "
            "A device that was used before connects by itself.",
        )
        self._looking = EmptyState(
            "Looking for devices …",
            "Switch the device on and bring it near, or plug in its cable. It appears here.",
        )
        self._none.column.addWidget(self._nobody)
        self._none.column.addWidget(self._looking)
        models = Card("What Myograph reads", holds_rows=True)
        self._show_models()
        models.column.addWidget(self.models)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        self._problem = Text("", tone="attention", wrap=True)
        self._found_title = section("Found, not in use yet")
        self._found = QVBoxLayout()
        self._found.setSpacing(space(2))
        self._away_title = section("Used before, not here now")
        self._which = Text("Which one is this? Pull on it: its card lights up.", tone="muted")
        column.addWidget(self._problem)
        column.addWidget(self._found_title)
        column.addLayout(self._found)
        column.addWidget(section("Here now"))
        column.addWidget(self._which)
        column.addLayout(self._here)
        column.addWidget(self._none)
        column.addWidget(self._away_title)
        column.addLayout(self._away)
        column.addWidget(self.training)
        column.addWidget(models)
        column.addStretch()
        self.body.addWidget(scrolling(content), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """As many cards beside each other as the window holds."""
        super().resizeEvent(event)
        columns = min(max(self.width() // theme().px(_CARD_WIDTH), 1), 4)
        if columns != self._columns:
            for grid in (self._here, self._away):
                for place in range(max(columns, self._columns)):
                    grid.setColumnStretch(place, int(place < columns))
            self._columns, self._shown_keys = columns, None
            self._show()

    def _check_output(self) -> None:
        self.desk.go.emit(Route(PageId.OUTPUT_CHECK))

    def _show_models(self) -> None:
        rows = model_rows(experimental=self.desk.settings.experimental_devices)
        if list(self.models.rows) != rows:
            self.models.set_rows(rows)
            self.models.show_all_rows()

    def _show(self) -> None:
        if not self.isVisible():
            return
        here, away = self.desk.devices, self.desk.absent
        searching = self.desk.is_searching
        self.find_button.setText("Looking …" if searching else "Find devices")
        self.find_button.setEnabled(not searching)
        self._nobody.setVisible(not searching)
        self._looking.setVisible(searching)
        self._none.setVisible(not here)
        self._which.setVisible(len([s for s in here if s.is_force and s.is_connected]) > 1)
        self._away_title.setVisible(bool(away))
        self._show_found()
        keys = (tuple(map(_identity, here)), tuple(map(_identity, away)))
        if keys == self._shown_keys:
            for card, status in zip(self.cards, (*here, *away), strict=True):
                card.set_status(status)
            return
        self._shown_keys = keys
        self.cards = [*self._fill(self._here, here), *self._fill(self._away, away)]
        self._ask_history()

    def _fill(self, grid: QGridLayout, devices: Sequence[DeviceStatus]) -> list[DeviceCard]:
        clear(grid)
        cards = [DeviceCard(status) for status in devices]
        for place, card in enumerate(cards):
            card.released.connect(self.desk.release_device)
            card.forgotten.connect(self.desk.forget_device)
            card.calibrate_wanted.connect(self.desk.calibrate)
            card.side_chosen.connect(self.desk.side_chosen)
            grid.addWidget(card, *divmod(place, self._columns))
        return cards

    def _look(self) -> None:
        """The one timer of all cards: draw what came, and tell which one is pulled on."""
        traces = {
            card.status.key: trace
            for card in self.cards
            if (trace := self.desk.trace_of(card.status.key)) is not None
        }
        answering = {card.status.key for card in self.cards if card.status.is_connected}
        key = pulled({key: trace for key, trace in traces.items() if key in answering})
        self._lit_looks = _LIT_LOOKS if key is not None else max(self._lit_looks - 1, 0)
        self._lit = key or (self._lit if self._lit_looks else None)
        for card in self.cards:
            card.set_pulled(is_pulled=bool(self._lit) and card.status.key == self._lit)
            card.follow(traces.get(card.status.key), self.desk.settings.force_unit)
            card.look()

    def _ask_history(self) -> None:
        """What the units on the cards were used for, by serial number."""
        units = {unit for card in self.cards if (unit := _unit(card.status))[1]}
        if units and self.desk.store.is_open:
            self.desk.store.ask(
                self, lambda store: device_history(store, units), self._show_history, slot="use"
            )

    def _show_history(self, history: dict[tuple[str, str], list[Trial]]) -> None:
        unit = self.desk.settings.force_unit
        for card in self.cards:
            trials = history.get(_unit(card.status), [])
            card.set_history([_use(trial, unit) for trial in trials])

    def _show_found(self) -> None:
        """What answers and is not used; what cannot be searched, and why."""
        problem, found = self.desk.search_problem, self.desk.found
        self._problem.setText(problem or "")
        self._problem.setVisible(bool(problem))
        self._found_title.setVisible(bool(found))
        if found == self._shown_found:
            return
        self._shown_found = found
        clear(self._found)
        for each in found:
            card = FoundCard(each, MODEL_NAMES)
            card.used.connect(self.desk.use_device)
            self._found.addWidget(card)


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(space(4))
    return grid


def _unit(status: DeviceStatus) -> tuple[str, str]:
    """Model and serial number: two makers may count from the same one."""
    return status.model_id, status.serial or ""


def _use(trial: Trial, unit: ForceUnit) -> str:
    """One trial in the history of a unit: day, test, best peak of each limb."""
    header = trial.header
    at = local_time(header.started_at, header.utc_offset_min)
    peaks = [
        " ".join(filter(None, (channel.side, force(peak, unit))))
        for channel in header.channels
        if (peak := best_peak((trial,), channel.side)) is not None
    ]
    return f"{day(at)}: {', '.join((test_name(header.test_id), *peaks))}"


def _identity(status: DeviceStatus) -> tuple[str, ...]:
    """A card is made anew when another device, or another kind of it, takes its place."""
    return (status.key, status.name, status.model, status.serial or "")
