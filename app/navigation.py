"""Where the window can go, and the desk on which its pages share what they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from app.run_setup import RunSetup
from app.settings import Settings, SettingsFile
from app.status import DeviceStatus, Found, LiveTreatment
from app.store_thread import StoreThread
from app.workflow import Notice, Weight

if TYPE_CHECKING:  # nor records nor numpy are needed before the window can be shown
    from app.live import LiveTrace
    from app.running_treatment import RunningTreatment
    from data.output_checks import Head, Unit
    from data.records import Person, Session
    from data.treatment_draft import Draft


class PageId(StrEnum):
    TODAY = "today"
    PEOPLE = "people"
    SQUAD = "squad"
    DEVICES = "devices"
    LIBRARY = "library"
    SETTINGS = "settings"
    PERSON = "person"
    LADDER = "ladder"
    VISIT = "visit"
    LIVE = "live"
    REVIEW = "review"
    TREATMENT = "treatment"
    CALIBRATION = "calibration"
    EXERCISES = "exercises"
    IMPORT = "import"
    OUTPUT_CHECK = "output check"


RECORD_INJURY = "record an injury"  # the word of a route to an athlete's page


@dataclass(frozen=True, slots=True)
class Route:
    """A place: the page and the record that it shows."""

    page: PageId
    record: UUID | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class StartTest:
    """The wish to begin a test with this athlete in this visit."""

    person: Person
    session: Session
    test_id: str
    setup: RunSetup = field(default_factory=RunSetup)


@dataclass(frozen=True, slots=True)
class KeepTreatment:
    """The wish to store what a connected unit has told of its treatment in this visit."""

    session: Session
    draft: Draft


@dataclass(frozen=True, slots=True)
class Undo:
    """A change that was made, in words, and what takes it back."""

    text: str
    take_back: Callable[[], None]


class Desk(QObject):
    """What all pages share. The window listens; whoever owns devices and reports is wired here."""

    go = Signal(object)  # Route
    back = Signal()
    notice = Signal(object)  # Notice | None: the one line in its fixed place
    start_test = Signal(object)  # StartTest
    next_wanted = Signal()  # the next athlete, after one is done
    report_wanted = Signal(object)  # UUID of a session, treatment, letter or person
    hand_out_wanted = Signal(object)  # UUID of a prescription
    find_devices = Signal()
    use_device = Signal(object, str)  # Found, id of the model that it is
    unit_visit = Signal(object)  # the Session that what the unit tells belongs to
    keep_treatment = Signal(object)  # KeepTreatment
    treatment_kept = Signal()
    release_device = Signal(str)  # key of a device in use
    forget_device = Signal(str)  # key of one that was accepted once and is not here
    side_chosen = Signal(str, object)  # key of a device with one cell; Side | None
    calibrate = Signal(str)  # key of the device that is to be calibrated
    zero_wanted = Signal(str)  # key of a force device that nothing pulls on now
    start_training = Signal(str, bool)  # name of a fault plan; with two sensors
    person_changed = Signal()
    devices_changed = Signal()
    treatment_changed = Signal()
    settings_changed = Signal()
    undo_changed = Signal()

    def __init__(
        self,
        store: StoreThread,
        settings: SettingsFile,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.now = now
        self.store = store
        self.settings_file = settings
        self.person: Person | None = None
        self.devices: tuple[DeviceStatus, ...] = ()
        self.absent: tuple[DeviceStatus, ...] = ()
        self.trace_of: Callable[[str], LiveTrace | None] = _no_trace
        self.is_searching = False
        self.found: tuple[Found, ...] = ()
        self.search_problem: str | None = None
        self.treatment: LiveTreatment | None = None
        self.head_to_check: tuple[Unit, Head] | None = None  # whose output the next page checks
        self._undos: list[Undo] = []

    @cached_property
    def running(self) -> RunningTreatment:
        """The treatment that the timer runs beside."""
        from app.running_treatment import RunningTreatment

        running = RunningTreatment(self.now, self)
        running.asks.connect(self._tell_of_running)
        return running

    def _tell_of_running(self, words: str) -> None:
        self.notice.emit(
            Notice(Weight.ATTENTION, words, "Its timer goes on.", "Open its visit and press E.")
        )

    def close(self) -> None:
        """The window closes: a running treatment is let go of, and offered at the next start."""
        if "running" in self.__dict__:
            self.running.close()

    @property
    def today(self) -> date:
        """The day by this machine's clock on the wall."""
        return self.now().astimezone().date()

    @property
    def settings(self) -> Settings:
        return self.settings_file.settings

    def change_settings(self, **changes: object) -> None:
        self.settings_file.change(**changes)
        self.settings_changed.emit()

    def set_person(self, person: Person | None) -> None:
        """Whom the window is about now."""
        if person != self.person:
            self.person = person
            self.person_changed.emit()

    def set_devices(self, devices: tuple[DeviceStatus, ...], *, is_searching: bool = False) -> None:
        """All known devices, in the order of their chips; a few times a second, not per sample."""
        if (devices, is_searching) != (self.devices, self.is_searching):
            self.devices, self.is_searching = devices, is_searching
            self.devices_changed.emit()

    def set_found(self, found: tuple[Found, ...], search_problem: str | None) -> None:
        """What the last search found and nobody uses yet."""
        if (found, search_problem) != (self.found, self.search_problem):
            self.found, self.search_problem = found, search_problem
            self.devices_changed.emit()

    def set_absent(self, devices: tuple[DeviceStatus, ...]) -> None:
        """Devices that were accepted once and are not here now: no chips, only cards."""
        if devices != self.absent:
            self.absent = devices
            self.devices_changed.emit()

    def set_treatment(self, treatment: LiveTreatment | None) -> None:
        """What a connected treatment unit is doing now."""
        if treatment != self.treatment:
            self.treatment = treatment
            self.treatment_changed.emit()

    def did(self, text: str, take_back: Callable[[], None]) -> None:
        """Something was changed: say so, and remember how to take it back."""
        self._undos.append(Undo(text, take_back))
        self.undo_changed.emit()

    def undo(self) -> None:
        if self._undos:
            self._undos.pop().take_back()
            self.undo_changed.emit()

    @property
    def last_change(self) -> str | None:
        """What the next undo takes back, in words."""
        return self._undos[-1].text if self._undos else None


def _no_trace(_key: str) -> LiveTrace | None:
    return None
