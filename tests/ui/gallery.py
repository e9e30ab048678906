"""Pictures of the pages and their states: each function shows one and says its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.review import ReviewPage
from app.pages.today import TodayPage
from app.pages.treatment import TreatmentPage
from app.pages.visit import VisitPage
from app.status import (
    DeviceStatus,
    DoseRow,
    Found,
    LiveTreatment,
    SettingRow,
    TreatmentState,
)
from app.workflow import Notice, Weight
from devices.modality import Modality, SettingChange
from devices.types import LinkState, Transport
from tests.ui.clinic import Clinic, left_behind
from tests.ui.stage import settle

BOARD = DeviceStatus(
    "Nordic Board",
    "onb",
    LinkState.STREAMING,
    1000.0,
    0.0,
    87.0,
    is_virtual=True,
    link="serial:/dev/ttyUSB0",
    serial="ONB-0042",
    firmware="1.3.0",
    calibrated_on="2026-01-08",
)
PULL = DeviceStatus(
    "Progressor_7125",
    "progressor",
    LinkState.READY,
    80.0,
    0.0,
    9.0,
    is_virtual=True,
    attention="Battery low: charge it after this athlete",
    link="ble:Progressor_7125",
)
TENS = LiveTreatment(
    Modality.TENS,
    TreatmentState.RUNNING,
    DeviceStatus("OTT-3F2A", "ott", LinkState.READY, is_virtual=True),
    elapsed_s=754.0,
    planned_s=1200.0,
    settings=(
        SettingRow("Amplitude", "25.0", "mA", is_changed=True),
        SettingRow("Pulse rate", "100.0", "Hz"),
        SettingRow("Phase width", "200", "µs"),
        SettingRow("Waveform", "symmetric"),
        SettingRow("Mode", "conventional"),
    ),
    changes=(
        SettingChange(61.0, 0, "amplitude", 20.0, 22.0, "mA", "panel"),
        SettingChange(185.0, 0, "amplitude", 22.0, 25.0, "mA", "panel"),
    ),
    doses=(
        DoseRow("Pulses", "75 400", "", "counted by the unit"),
        DoseRow("Charge", "0.38", "C", "counted by the unit, one phase summed"),
        DoseRow("RMS current", "5.00", "mA", "es.rms.v1(amplitude · √(2 · width · rate))"),
    ),
    contact=True,
)
OFF = Notice(
    Weight.ATTENTION,
    "An electrode has come off.",
    "The unit has paused; the record goes on.",
    "Put the electrode back and press start on the unit.",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A named state; `show` brings a window on a clinic there."""

    name: str
    show: Callable[[MainWindow, Clinic], None]


def today(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.TODAY))


def today_search(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.TODAY))
    page = window.page
    assert isinstance(page, TodayPage)
    page.search.setText("ma")
    settle(window)


def today_new(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.TODAY))
    page = window.page
    assert isinstance(page, TodayPage)
    page.search.setText("Ines Duarte")
    settle(window)
    page.found.choose_current()
    settle(window)


def people(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PEOPLE))


def person(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PERSON, clinic.athlete))


def person_empty(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PERSON, clinic.newcomer))


def person_long_name(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PERSON, clinic.long_name))


def visit(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.VISIT, clinic.visit))
    page = window.page
    assert isinstance(page, VisitPage)
    page.timeline.set_current(clinic.nordic)
    settle(window)


def visit_treatment(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.VISIT, clinic.visit))
    page = window.page
    assert isinstance(page, VisitPage)
    page.timeline.set_current(page.timeline.rows[-1].key)
    settle(window)


def visit_empty(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.VISIT, clinic.empty_visit))


def review(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.REVIEW, clinic.nordic))


def review_compare(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.REVIEW, clinic.nordic))
    page = window.page
    assert isinstance(page, ReviewPage)
    page.overlay.setChecked(True)
    settle(window)
    page.plot.zoom(8.5, 13.5)


def review_reject(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.REVIEW, clinic.hamstring))
    page = window.page
    assert isinstance(page, ReviewPage)
    page.reject.click()
    settle(window)


def treatment(window: MainWindow, clinic: Clinic) -> None:
    window.desk.set_treatment(None)
    _go(window, Route(PageId.VISIT, clinic.visit))
    _go(window, Route(PageId.TREATMENT, clinic.visit))
    page = window.page
    assert isinstance(page, TreatmentPage)
    page.as_last.click()
    page.form.intensity.edit.setText("0.8")
    page.form.intensity.changed.emit()
    settle(window)


def treatment_running(window: MainWindow, clinic: Clinic) -> None:
    window.desk.set_treatment(TENS)
    _go(window, Route(PageId.TREATMENT, clinic.visit))


def treatment_contact_lost(window: MainWindow, clinic: Clinic) -> None:
    window.desk.set_treatment(TENS)
    _go(window, Route(PageId.TREATMENT, clinic.visit))
    window.desk.set_treatment(replace(TENS, state=TreatmentState.PAUSED, contact=False, notice=OFF))
    settle(window)


def devices(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.DEVICES))


def devices_searching(window: MainWindow, clinic: Clinic) -> None:
    window.desk.set_devices((), is_searching=True)
    window.go(Route(PageId.DEVICES))
    settle(window)


def devices_found(window: MainWindow, clinic: Clinic) -> None:
    found = (
        Found("/dev/ttyUSB1", "CP2102 USB to UART", Transport.SERIAL, ("onb", "ott")),
        Found("F3:8A", "Progressor_2204", Transport.BLE, ("progressor",), rssi=-58),
    )
    _go(window, Route(PageId.DEVICES))
    window.desk.set_found(found, None)
    settle(window)


def today_recovered(window: MainWindow, clinic: Clinic) -> None:
    """The last of the scenes: the capture file stays."""
    if not any(clinic.path.parent.glob("captures/*.fj")):
        left_behind(clinic)
    _go(window, Route(PageId.TODAY))


def library(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.LIBRARY, word="nordic.bil"))


def settings(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.SETTINGS))


SCENES = tuple(
    Scene(show.__name__, show)
    for show in (
        today, today_search, today_new, people, person, person_empty, person_long_name,
        visit, visit_treatment, visit_empty, review, review_compare, review_reject,
        treatment, treatment_running, treatment_contact_lost,
        devices, devices_searching, devices_found, library, settings, today_recovered,
    )
)  # fmt: skip


def _go(window: MainWindow, route: Route) -> None:
    window.desk.set_devices((BOARD, PULL))
    window.desk.set_found((), None)
    window.desk.notice.emit(None)
    window.go(route)
    settle(window)
