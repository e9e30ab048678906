"""What needs care, at the side of the day: recordings cut short, devices, the last backup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.navigation import Desk, PageId, Route
from app.plain_text import plain
from app.reading import test_name
from app.theme import space, theme
from app.units import days_ago, time_of_day
from app.widgets.care import CareCard
from app.widgets.controls import clear
from app.wording import date_text, duration, local_time
from app.workflow import Notice, Weight
from data.errors import StoreError
from data.records import Treatment, Trial
from data.store import Store

if TYPE_CHECKING:
    from app.running_treatment import LeftTreatment
    from data.intake import RecoverableCapture
    from data.treatment_timer import TreatmentTimer
    from devices.types import DeviceInfo

_BACKUP_DAYS = 7
_STILL_RUNNING = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _LeftBehind:
    """Captures that were not finished, with whose they are, and files that nobody can read; the
    devices that are past the date of their calibration; and whether there is anybody at all."""

    captures: tuple[tuple[RecoverableCapture, str], ...]
    damaged: int
    treatments: tuple[LeftTreatment, ...] = ()
    past_due: tuple[tuple[DeviceInfo, date], ...] = ()
    has_people: bool = True


class CareColumn(QWidget):
    """`kept` carries a recovered trial that is stored now."""

    kept = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._left_behind = _LeftBehind((), 0)
        self._said: tuple[object, ...] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(3))
        self.setFixedWidth(theme().px(336))
        desk.devices_changed.connect(self._show)
        desk.settings_changed.connect(self._show)
        self._show()

    def reload(self) -> None:
        """Look again for what an earlier run of the program left behind."""
        today = self.desk.today
        self.desk.store.ask(
            self, lambda store: _read_left_behind(store, today), self._on_left_behind, slot="care"
        )

    def _on_left_behind(self, left: _LeftBehind) -> None:
        self._left_behind = left
        self._show()

    def _show(self) -> None:
        """Built anew only when something else is to be said: devices report all the time."""
        devices = tuple((d.name, d.attention, d.is_connected) for d in self.desk.devices)
        said = (self._left_behind, devices, self.desk.is_searching, self.desk.settings.last_backup)
        if said == self._said:
            return
        self._said = said
        clear(self._column)
        for capture, name in self._left_behind.captures:
            self._column.addWidget(self._recovered_card(capture, name))
        for left in self._left_behind.treatments:
            self._column.addWidget(self._treatment_card(left))
        if self._left_behind.damaged:
            self._column.addWidget(_damaged_card(self._left_behind.damaged))
        if self._left_behind.past_due:
            self._column.addWidget(self._past_due_card(self._left_behind.past_due))
        self._column.addWidget(self._devices_card())
        if self._left_behind.has_people:  # a first start has nothing to lose yet
            self._column.addWidget(self._backup_card())
        self._column.addStretch()

    def _recovered_card(self, capture: RecoverableCapture, name: str) -> CareCard:
        header = capture.header
        at = local_time(header.started_at, header.utc_offset_min)
        return CareCard(
            "recover",
            "A recording was cut short",
            f"{test_name(header.test_id)}, {plain(name)}, {date_text(at)} {time_of_day(at)}: "
            f"{duration(capture.seconds)} of the curve are safe on disk. "
            "Keep it to see it in the visit.",
            tone="attention",
            action="Keep this recording",
            kind="primary",
            clicked=lambda: self._recover(capture),
        )

    def _treatment_card(self, left: LeftTreatment) -> CareCard:
        course, name = left.found.course, left.found.draft.form.name
        at = local_time(course.started_at, course.utc_offset_min)
        changes = len(course.changes)
        turned = f" with {changes} change{'s' if changes != 1 else ''}" if changes else ""
        is_recent = self.desk.now() - course.started_at < _STILL_RUNNING
        goes_on = is_recent and not left.found.is_ended
        todo = "Go on with it, or keep it as it is." if goes_on else "Keep it in the visit."
        return CareCard(
            "recover",
            "A treatment was running",
            f"{name}, {plain(left.name)}, {date_text(at)} {time_of_day(at)}: "
            f"{duration(course.on_s)}{turned} are safe on disk. {todo}",
            tone="attention",
            action="Go on with it" if goes_on else "Keep this treatment",
            kind="primary",
            clicked=lambda: (self._go_on if goes_on else self._keep_treatment)(left),
        )

    def _go_on(self, left: LeftTreatment) -> None:
        """The time since then counts as given: a unit does not stop because a program does."""
        running = self.desk.running
        if running.timer is not None:
            self.desk.notice.emit(
                Notice(
                    Weight.ATTENTION,
                    f"The timer of {running.words} is not over yet.",
                    "Both treatments are on disk.",
                    "End and save that one first.",
                )
            )
            return
        now = self.desk.now()
        self.desk.store.ask(
            self,
            lambda _store: _timer_of(left, now),
            lambda timer: self._on_going_on(timer, left),
        )

    def _on_going_on(self, timer: TreatmentTimer, left: LeftTreatment) -> None:
        self.desk.running.go_on(timer, left.name)
        self.desk.go.emit(Route(PageId.VISIT, left.found.started.session_id))
        self.desk.go.emit(Route(PageId.TREATMENT, left.found.started.session_id))

    def _keep_treatment(self, left: LeftTreatment) -> None:
        started = left.found.started
        self.desk.store.ask(
            self,
            lambda store: _keep_left(store, left),
            lambda _kept: self.reload(),
            touches=(started.id, started.session_id, started.person_id),
        )

    def _devices_card(self) -> CareCard:
        devices = self.desk.devices
        asking = [status for status in devices if status.attention]
        connected = [status for status in devices if status.is_connected]
        if asking:
            text = "\n".join(f"{plain(status.name)}: {status.attention}" for status in asking)
            return self._card("attention", "A device needs attention", text, tone="attention")
        if connected:
            names = ", ".join(plain(status.name) for status in connected)
            return self._card("saved", f"{len(connected)} connected", names, tone="good")
        if self.desk.is_searching:
            return self._card("devices", "Looking for devices …", "Switch the device on.")
        return self._card(
            "devices", "No device connected", "Switch it on; it is found by itself when known."
        )

    def _past_due_card(self, past_due: tuple[tuple[DeviceInfo, date], ...]) -> CareCard:
        texts = [
            f"{plain(device.name)}{f', serial {plain(device.serial)}' if device.serial else ''}: "
            f"was due {date_text(due)}."
            for device, due in past_due
        ]
        texts.append("It can be used; its trials say so. Hang a known mass on it.")
        return self._card("zero", "Calibration past its date", "\n".join(texts), "attention")

    def _card(self, icon_name: str, title: str, text: str, tone: str = "muted") -> CareCard:
        return CareCard(
            icon_name,
            title,
            text,
            tone=tone,
            action="Devices",
            clicked=lambda: self.desk.go.emit(Route(PageId.DEVICES)),
        )

    def _backup_card(self) -> CareCard:
        today, last = self.desk.today, self.desk.settings.last_backup
        done = date.fromisoformat(last) if last else None
        is_due = done is None or (today - done).days > _BACKUP_DAYS
        said = "There is no backup yet" if done is None else f"Last {days_ago(done, today)}"
        return CareCard(
            "backup",
            "Backup",
            f"{said}. A copy on another disk survives this computer.",
            tone="attention" if is_due else "muted",
            action="Back up",
            clicked=lambda: self.desk.go.emit(Route(PageId.SETTINGS, word="backup")),
        )

    def _recover(self, capture: RecoverableCapture) -> None:
        header = capture.header
        self.desk.store.ask(
            self,
            lambda store: _keep(store, capture),
            self.kept.emit,
            touches=(header.id, header.session_id, header.person_id),
        )


def _damaged_card(count: int) -> CareCard:
    files = "file" if count == 1 else "files"
    return CareCard(
        "attention",
        f"{count} capture {files} cannot be read",
        "Kept as they are in the folder “captures” beside the database. "
        "Send them in for rescue; do not delete them.",
        tone="attention",
    )


def _keep(store: Store, capture: RecoverableCapture) -> Trial:
    from data.intake import save_capture

    return save_capture(store, capture.path)


def _read_left_behind(store: Store, today: date) -> _LeftBehind:
    # in the store's thread: 0.3 s the first time
    from app.running_treatment import left_treatments
    from data.calibrations import past_due
    from data.intake import recoverable, unreadable
    from data.treatment_journal import unreadable_treatments

    found = recoverable(store.captures)
    captures = tuple((one, _name_of(store, one.header.person_id)) for one in found)
    late = tuple(past_due(store.calibrations.all(), today))
    damaged = len(unreadable(store.captures)) + len(unreadable_treatments(store.captures))
    has_people = bool(store.people.find("", limit=1))
    return _LeftBehind(captures, damaged, left_treatments(store), late, has_people)


def _timer_of(left: LeftTreatment, now: datetime) -> TreatmentTimer:
    from app.running_treatment import go_on_with

    return go_on_with(left.found, now, went_on=True)


def _keep_left(store: Store, left: LeftTreatment) -> Treatment:
    from app.running_treatment import keep_left

    return keep_left(store, left.found)


def _name_of(store: Store, person_id: UUID) -> str:
    try:
        return store.people.get(person_id).name
    except StoreError:
        return "an athlete of another database"
