"""Calibrate a device, or check it, with known masses: set up, one step after the other, save."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from app.calibrating import (
    CellPlace,
    Reading,
    ReadingRefusedError,
    Terms,
    host_calibration,
    mass_check,
    point,
    record,
)
from app.calibrator import Calibrator, Unit
from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Key, Page
from app.pages.run_keys import bind
from app.plain_text import plain
from app.theme import space, theme
from app.units import day
from app.widgets.calibration_history import CalibrationHistory
from app.widgets.calibration_result import CalibrationResult
from app.widgets.calibration_setup import CalibrationSetup, Plan
from app.widgets.calibration_steps import CalibrationSteps
from app.widgets.controls import Button, Card, EmptyState, column
from data.calibrations import Calibration, device_key
from data.clinical.calibration_fit import FitRefusedError

_LOOK_MS = 100
_TWO_COLUMNS_PX = 1000


class CalibrationPage(Page):
    title = "Calibration"

    def __init__(self, desk: Desk, calibrator: Calibrator) -> None:
        super().__init__(desk)
        self._calibrator = calibrator
        self._key = ""
        self._plan: Plan | None = None
        self._readings: list[Reading] = []
        self._found: Calibration | None = None
        self._is_saved = False
        self._is_busy = False
        self._shows_counts = False
        self.header = Header("Calibration", Button("Back", icon_name="back", clicked=self._go_back))
        self.setup = CalibrationSetup()
        self.steps = CalibrationSteps()
        self.result = CalibrationResult()
        self.history = CalibrationHistory()
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_now)
        self._card: Card = self.setup
        self._build()
        self._connect()

    def enter(self, route: Route) -> None:
        if route.word:
            self._key = route.word
        self._begin_anew()
        self._look.start()

    def leave(self) -> None:
        self._look.stop()
        self._measure_again()

    def escape(self) -> bool:
        if self._card in (self.steps, self.result):
            self._begin_anew()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        gone = Card(margin=2)
        gone.column.addWidget(
            EmptyState(
                "This device is not connected",
                "Nothing was changed. Connect it on the devices page, then choose Calibrate again.",
                [Button("Devices", clicked=self._go_to_devices)],
            )
        )
        self._gone = gone
        self._cards = (self.setup, self.steps, self.result, gone)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(space(4))
        left = column(*self._cards)
        left.addStretch()
        right = column(self.history)
        right.addStretch()
        self._columns.addLayout(left, 1)
        self._columns.addLayout(right)
        self.body.addLayout(self._columns, 1)

    def _connect(self) -> None:
        self.setup.begin.connect(self._start)
        self.setup.settings_wanted.connect(lambda: self.desk.go.emit(Route(PageId.SETTINGS)))
        self.steps.read_wanted.connect(self._read)
        self.steps.again_wanted.connect(self._once_more)
        self.result.again_wanted.connect(self._once_more)
        self.result.save_wanted.connect(self._save)
        self.result.done.connect(self._go_back)
        bind(self, "Enter", self._on_enter)
        self.keys.append(Key("Enter", "The next step: start, read, save"))
        self.add_key("R", "The step before once more", self._once_more)

    @property
    def _unit(self) -> Unit | None:
        return self._calibrator.unit(self._key)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A narrow window, or large text, has one column."""
        super().resizeEvent(event)
        is_wide = self.width() >= theme().px(_TWO_COLUMNS_PX)
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        self.history.set_wide(is_wide)

    def _show_card(self, card: Card) -> None:
        self._card = card
        for each in self._cards:
            each.setVisible(each is card)

    def _begin_anew(self) -> None:
        """The first card, for the device as it is now."""
        self._measure_again()
        self._plan, self._readings, self._found = None, [], None
        self._is_saved = self._is_busy = False
        unit = self._unit
        if unit is None:
            self.header.title.setText("Calibration")
            self.header.set_detail("")
            self._show_card(self._gone)
            return
        self.header.title.setText(f"Calibration of {plain(unit.info.name)}")
        self.header.set_detail(_who(unit))
        self.setup.set_unit(unit, self.desk.settings.clinician, _said(self._terms("")))
        self._show_card(self.setup)
        self.setup.masses.edit.setFocus()
        self._reload()

    def _start(self, plan: Plan) -> None:
        self._plan, self._readings = plan, []
        if plan.is_check:
            self._show_step()
            return
        self._shows_counts = True
        self._calibrator.show_counts(
            self._key, plan.channel, lambda _: self._show_step(), self._on_failed
        )

    def _show_step(self) -> None:
        if self._plan is not None:
            self.steps.show_step(self._plan, self._readings)
            self._show_card(self.steps)
            self.steps.read.setFocus()

    def _read(self) -> None:
        plan = self._plan
        if plan is None or self._is_busy or self._unit is None:
            return
        self._is_busy = True
        self.steps.set_busy(True)
        unloaded = self._readings[0] if self._readings else None
        self._calibrator.read(self._key, plan.column, unloaded, self._on_reading, self._on_failed)

    def _on_reading(self, reading: Reading) -> None:
        self._is_busy = False
        plan = self._plan
        if plan is None:
            return
        self._readings.append(reading)
        if len(self._readings) <= len(plan.masses_kg):
            self._show_step()
            return
        try:
            self._found = self._record(plan)
        except FitRefusedError as error:
            self._readings.pop()
            self._show_step()
            self.steps.say(str(error), "attention")
            return
        self.result.show_record(self._found)
        self._show_card(self.result)
        self.result.save.setFocus()

    def _once_more(self) -> None:
        """Back to the step whose reading was the last."""
        if self._is_busy or self._is_saved or not self._readings:
            return
        self._readings.pop()
        self._found = None
        self._show_step()

    def _record(self, plan: Plan) -> Calibration:
        unit = self._unit
        assert unit is not None
        now, terms = self.desk.now(), self._terms(plan.by)
        on = now.astimezone().date()
        pairs = list(zip((0.0, *plan.masses_kg), self._readings, strict=True))
        if plan.is_check:
            (_, unloaded), (mass_kg, loaded) = pairs
            check = mass_check(plan.channel, mass_kg, unloaded, loaded, terms, on)
            return record(unit.info, now, terms, checks=(check,), is_virtual=unit.is_virtual)
        place = CellPlace(plan.channel, plan.position, plan.capacity_n, plan.cell_serial or None)
        points = [point(mass_kg, reading) for mass_kg, reading in pairs]
        channel = host_calibration(points, place, terms, on)
        return record(unit.info, now, terms, channels=(channel,), is_virtual=unit.is_virtual)

    def _save(self) -> None:
        found = self._found
        if found is None or self._is_saved:
            return
        self.result.save.setEnabled(False)
        self.desk.store.ask(
            self,
            lambda store: store.calibrations.save(found),
            self._on_saved,
            failed=self._on_not_saved,
            touches=(found.id,),
        )

    def _on_saved(self, kept: Calibration) -> None:
        self._is_saved = True
        self.result.set_saved(_kept(kept, self.desk.now()))
        self.result.close_button.setFocus()
        self._measure_again(always=True)
        self.desk.did(
            f"{'Check' if kept.checks else 'Calibration'} of {plain(kept.device.name)} saved",
            lambda: self._withdraw(kept),
        )

    def _on_not_saved(self, error: Exception) -> None:
        self.result.save.setEnabled(True)
        self.result.verdict.setText(f"It is not saved: {error}")
        self.result.verdict.set_tone("attention")
        self.result.verdict.show()

    def _withdraw(self, kept: Calibration) -> None:
        at = self.desk.now()
        self.desk.store.ask(
            self,
            lambda store: store.calibrations.withdraw(kept.id, at),
            lambda _: self._on_withdrawn(),
            touches=(kept.id,),
        )

    def _on_withdrawn(self) -> None:
        self._measure_again(always=True)
        if self.isVisible():
            self._begin_anew()

    def _measure_again(self, *, always: bool = False) -> None:
        """The device gives newtons again, by what the records hold now."""
        if self._shows_counts or always:
            self._shows_counts = False
            self._calibrator.measure(self._key, lambda _: None, self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self._is_busy = False
        if isinstance(error, ReadingRefusedError) or self._plan is not None:
            self._show_step()
            self.steps.say(str(error), "attention")

    def _on_enter(self) -> None:
        match self._card:
            case self.setup:
                self.setup.submit()
            case self.steps:
                self._read()
            case self.result if self._is_saved:
                self._go_back()
            case self.result:
                self._save()
            case _:
                self._go_to_devices()

    def _show_now(self) -> None:
        if self._card is self.steps and self._unit is not None:
            unloaded = self._readings[0] if self._readings else None
            self.steps.show_now(self._calibrator.trace(self._key), unloaded)

    def _reload(self) -> None:
        unit = self._unit
        if unit is None or not self.desk.store.is_open:
            return
        subject = device_key(unit.info)
        self.desk.store.ask(
            self,
            lambda store: store.calibrations.of_subject(subject),
            self._show_history,
            slot="history",
        )

    def _show_history(self, records: list[Calibration]) -> None:
        self.history.show_records(records, self.desk.today)

    def _terms(self, by: str) -> Terms:
        settings = self.desk.settings
        return Terms(
            by=by,
            months=settings.calibration_months,
            gravity_m_s2=settings.gravity_m_s2,
            masses_percent=settings.masses_percent,
            limit_percent=settings.check_limit_percent,
        )

    def _go_back(self) -> None:
        self.desk.back.emit()

    def _go_to_devices(self) -> None:
        self.desk.go.emit(Route(PageId.DEVICES))


def _who(unit: Unit) -> str:
    serial = (
        f"serial {plain(unit.info.serial)}"
        if unit.info.serial
        else ("it tells no serial number: this counts for every unit of its model that tells none")
    )
    virtual = ["VIRTUAL"] if unit.is_virtual else []
    return " · ".join([*virtual, serial])


def _said(terms: Terms) -> str:
    """The clinic's terms in one sentence."""
    g = "standard gravity" if terms.gravity_m_s2 is None else f"gravity {terms.gravity_m_s2:g} m/s²"
    masses = (
        "masses taken as exact"
        if terms.masses_percent is None
        else f"masses to ±{terms.masses_percent:g} %"
    )
    limit = (
        "no limit for checks"
        if terms.limit_percent is None
        else f"checks within ±{terms.limit_percent:g} %"
    )
    return f"Due again after {terms.months} months, {g}, {masses}, {limit}."


def _kept(kept: Calibration, now: datetime) -> str:
    at = now.astimezone()
    counts = "" if kept.checks else " It counts from now on."
    return f"Saved on disk at {at:%H:%M}.{counts} The next is due {day(kept.due_on)}."
