"""Pictures of the pages and their states: each function shows one and says its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from app.live import LiveTrace
from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.calibration import CalibrationPage
from app.pages.devices_page import DevicesPage
from app.pages.exercises import ExercisesPage
from app.pages.import_page import ImportPage
from app.pages.ladder import LadderPage
from app.pages.library import LibraryPage
from app.pages.output_check import OutputCheckPage
from app.pages.person import PersonPage
from app.pages.review import ReviewPage
from app.pages.squad import SquadPage
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
from app.training import TRAINING_OPENS
from app.visit_items import KINDS, MANUAL, RUNNING, ItemKind
from app.workflow import Notice, Weight
from data.clinical.body_regions import View
from data.clinical.clinic_files import FileKind, use_clinic_folder
from data.clinical.gravity import GravityMethod
from data.clinical.output_check import read
from data.clinical.own_copies import copy_to_clinic
from data.output_checks import Head, Unit, new_check
from data.records import TelemetryGap
from data.rehabilitation import Grade
from data.sides import Side
from data.treatment_record import PlacedPoint, Placement, Polarity
from devices.modality import Modality, SettingChange
from devices.types import LinkState, Position, Transport
from tests.builders import identity
from tests.ui import still_devices
from tests.ui.clinic import Clinic, furnish_squad, left_behind
from tests.ui.reading import stored
from tests.ui.stage import run_events, settle
from tests.ui.still_devices import StillBalance, StillDevices

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
    maker="Myograph",
    is_force=True,
    cells=2,
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
    is_force=True,
    cells=1,
)
SENSORS = tuple(
    DeviceStatus(
        "Chronojump force sensor",
        "Chronojump force sensor",
        LinkState.STREAMING,
        84.7,
        0.02,
        link=f"serial:/dev/ttyUSB{number}",
        firmware="0.5",
        maker="Chronojump Boscosystem",
        position=position,
        is_force=True,
        cells=1,
        key=f"serial:/dev/ttyUSB{number}",
    )
    for number, position in ((1, Position.LEFT), (2, Position.RIGHT))
)
SCALE = DeviceStatus(
    "IF_B7",
    "WH-C06",
    LinkState.STREAMING,
    7.1,
    None,
    link="ble:C4:64:E3:00:11:22",
    maker="WeiHeng",
    is_experimental=True,
    tells_loss=False,
    is_force=True,
    cells=1,
    key="ble:C4:64:E3:00:11:22",
)
LOST = DeviceStatus(
    "Progressor_7125",
    "Tindeq Progressor",
    LinkState.RECONNECTING,
    None,
    0.4,
    41.0,
    attention="Not answering; reconnecting by itself.",
    link="ble:D0:3C:11:22:33:44",
    serial="0042",
    firmware="1.2.3",
    model_id="progressor",
    maker="Tindeq",
    is_force=True,
    cells=1,
    key="ble:D0:3C:11:22:33:44",
)
AWAY = DeviceStatus(
    "Hand dynamometer of the physiotherapy room on the second floor",
    "Vernier Go Direct Hand Dynamometer",
    LinkState.CLOSED,
    link="ble:F0:11:22:33:44:55",
    serial="0F1002K4",
    firmware="1.8.0",
    maker="Vernier",
    is_force=True,
    cells=1,
    last_seen="2026-11-03T15:20:00+00:00",
    key="ble:F0:11:22:33:44:55",
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
PULL_ZEROED = replace(
    PULL, attention=None, serial="0042", model_id="progressor", is_zeroed=True, key="puller"
)
HEAD = (Unit("Sonic & Sons", "S-3", "S 17"), Head("5 cm², 1 MHz and 3 MHz", "H-2"))
GAPS = (TelemetryGap(130.0, 170.4, "the unit is out of range"),)
WRONG = (
    "The dose rose while the unit said it was idle. Switch it off and check it.",
    "Channel 1: the unit counted 1500 µC, its settings over time give 2000 µC: more than 20 % "
    "apart. Both are kept.",
)
IN_IDLE = Notice(
    Weight.STOP,
    "The dose rose while the unit said it was idle.",
    "It stands in the record.",
    "Switch it off and check it.",
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


def ladder(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.LADDER, clinic.athlete))
    page = window.page
    assert isinstance(page, LadderPage)
    page.list.set_current("nordic")
    settle(window)


def ladder_none(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.LADDER, clinic.long_name))


def injury(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PERSON, clinic.athlete))
    page = window.page
    assert isinstance(page, PersonPage)
    page.episode.open_injury.click()
    settle(window)


def pain(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.PERSON, clinic.athlete))
    page = window.page
    assert isinstance(page, PersonPage)
    page.trend.references.setChecked(True)
    page.episode.pain.click()
    settle(window)


def squad_queue(window: MainWindow, clinic: Clinic) -> None:
    furnish_squad(clinic)
    _go(window, Route(PageId.SQUAD))
    page = window.page
    assert isinstance(page, SquadPage)
    page.team.setCurrentIndex(page.team.findData("First team"))
    page.team.activated.emit(page.team.currentIndex())
    page.test.setCurrentIndex(page.test.findData("nordic.bil"))
    page.test.activated.emit(page.test.currentIndex())
    page.view.button(0).click()
    settle(window)
    page.queue.choose(page.squad.next_after(None) if page.squad else None)
    settle(window)


def squad_table(window: MainWindow, clinic: Clinic) -> None:
    squad_queue(window, clinic)
    page = window.page
    assert isinstance(page, SquadPage)
    page.view.button(1).click()
    settle(window)


def squad_everybody(window: MainWindow, clinic: Clinic) -> None:
    """With the longest name."""
    squad_queue(window, clinic)
    page = window.page
    assert isinstance(page, SquadPage)
    page.team.setCurrentIndex(page.team.findData(""))
    page.team.activated.emit(page.team.currentIndex())
    settle(window)
    page.queue.go_to(8)
    settle(window)


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


def visit_test_setup(window: MainWindow, clinic: Clinic) -> None:
    """A test that asks for a lever, what holds the sensor, and the weight of the limb by table."""
    _go(window, Route(PageId.VISIT, clinic.visit))
    page = window.page
    assert isinstance(page, VisitPage)
    page.additions.test.click()
    page.chooser.search.setText("hip abductors")
    form = page.chooser.form
    form.levers[Side.LEFT].set_value(0.42)
    form.gravity.button(GravityMethod.TABLE).click()
    form.length.set_value(0.83)
    form.angle.set_value(0.0)
    form.angle.changed.emit()
    form.posture.set_value(
        "side-lying, pad 5 cm above the lateral malleolus, strap over the pelvis"
    )


def visit_manual(window: MainWindow, clinic: Clinic) -> None:
    _visit_form(window, clinic, MANUAL, {
        "technique": "Soft tissue, along the fibres", "region": "Hamstring, middle third",
        "side": Side.LEFT, "grade": Grade.II, "minutes": 8, "pain_before": 4, "pain_after": 2,
        "response": "Softer, less guarding in the leg raise",
    })  # fmt: skip


def visit_running(window: MainWindow, clinic: Clinic) -> None:
    _visit_form(window, clinic, RUNNING, {
        "distance_km": 2.4, "minutes": 14, "speed_km_h": 12.5, "cadence_per_min": 172,
        "effort_percent": 60, "pain_during": 1, "pain_after": 0, "surface": "Grass, dry",
        "seen": ("shorter step on the injured side", "low heel recovery behind"),
    })  # fmt: skip


def visit_measure(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.VISIT, clinic.visit))
    page = window.page
    assert isinstance(page, VisitPage)
    page.additions.measure.click()
    page.measure.search.setText("hop")
    settle(window)


def exercises(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.EXERCISES, clinic.visit))
    page = window.page
    assert isinstance(page, ExercisesPage)
    for key in ("ham.nordic", "ham.rdl.single", "run.stride"):
        page.list.set_current(key)
        page.list.choose_current()
    settle(window)


def exercises_empty(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.EXERCISES, clinic.empty_visit))


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
    """As last time, with one change; the questions of the day are still open."""
    page = _treatment(window, clinic, None)
    page.start.list.choose_current()
    page.form.edited.emit("intensity_w_cm2", 0.8)
    settle(window)


def treatment_start(window: MainWindow, clinic: Clinic) -> None:
    _treatment(window, clinic, None)


def treatment_tens(window: MainWindow, clinic: Clinic) -> None:
    """From a preset, with electrodes, and an unusual amplitude that is asked about."""
    page = _treatment(window, clinic, None)
    page.start.search.setText("TENS, conventional")
    page.start.list.choose_current()
    settle(window)
    for key, value in (("amplitude_ma", 120.0), ("site", "Hamstring"), ("indication", "pain")):
        page.form.edited.emit(key, value)
    page.aside.body_map.set_placement(
        Placement((
            PlacedPoint(View.BACK, 0.572, 0.6, "back.hamstring.lateral.middle.right",
                        Polarity.NEGATIVE, 25.0),
            PlacedPoint(View.BACK, 0.56, 0.68, "back.hamstring.lateral.lower.right",
                        Polarity.POSITIVE, 25.0),
        ))
    )  # fmt: skip
    settle(window)


def treatment_preset(window: MainWindow, clinic: Clinic) -> None:
    """The settings of a treatment are about to be kept as a preset."""
    treatment_tens(window, clinic)
    page = window.page
    assert isinstance(page, TreatmentPage)
    page.form.edited.emit("amplitude_ma", 22.0)
    page.head.keep.click()
    page.head.preset_name.name.set_value("TENS for the hamstring, strong, before the Nordic curls")


def treatment_timer(window: MainWindow, clinic: Clinic) -> None:
    """Under way: turned once, with the skin to be looked at."""
    page = _treatment(window, clinic, None)
    page.start.list.choose_current()
    for key, value in (("skin_before", "intact"), ("sensation_test", "hot and cold"),
                       ("pain_before", 4.0)):  # fmt: skip
        page.form.edited.emit(key, value)
    settle(window)
    page.timer.start.click()
    page.form.settled.emit("intensity_w_cm2", 0.6)
    settle(window)


def treatment_running(window: MainWindow, clinic: Clinic) -> None:
    page = _treatment(window, clinic, TENS)
    page.start.list.choose_current()
    settle(window)


def treatment_contact_lost(window: MainWindow, clinic: Clinic) -> None:
    treatment_running(window, clinic)
    window.desk.set_treatment(replace(TENS, state=TreatmentState.PAUSED, contact=False, notice=OFF))
    settle(window)


def treatment_unit_wrong(window: MainWindow, clinic: Clinic) -> None:
    """A gap, counters that disagree with the settings, and a dose in idle."""
    treatment_running(window, clinic)
    window.desk.set_treatment(replace(TENS, gaps=GAPS, flags=WRONG, notice=IN_IDLE))
    settle(window)


def treatment_output_check(window: MainWindow, clinic: Clinic) -> None:
    """Ultrasound with a head whose last check was outside the limit."""
    _checks(window)
    page = _treatment(window, clinic, None)
    page.start.list.choose_current()
    for key, text in (("unit_make", HEAD[0].make), ("unit_model", HEAD[0].model),
                      ("unit_serial", HEAD[0].serial), ("applicator", HEAD[1].applicator),
                      ("applicator_serial", HEAD[1].serial)):  # fmt: skip
        page.form.edited.emit(key, text)
    settle(window)


def treatment_nmes(window: MainWindow, clinic: Clinic) -> None:
    """A dynamometer reads the evoked force beside the athlete's maximum of the day."""
    desk = window.desk
    page = _treatment(window, clinic, None)
    desk.trace_of = {PULL_ZEROED.key: (trace := LiveTrace(1, 1000))}.get
    desk.set_devices((PULL_ZEROED,))
    page.start.search.setText("NMES, 10 s")
    page.start.list.choose_current()
    settle(window)
    page.form.edited.emit("side", "left")
    settle(window)
    page.aside.evoked.is_same.setChecked(True)
    t = np.arange(0.0, 6.0, 1 / 80.0)
    pull = np.clip((t - 1.0) / 0.8, 0.0, 1.0) * np.clip((5.2 - t) / 0.3, 0.0, 1.0)
    page.aside.evoked.look()
    trace.append(t, 143.0 * pull[:, None])
    run_events(0.15)
    settle(window)


def output_check(window: MainWindow, clinic: Clinic) -> None:
    page = _output_check(window)
    page.form.panel_w.set_value(5.5)
    page.form.note.set_value("After the new cable")
    page.balance.take.click()
    settle(window)


def output_check_empty(window: MainWindow, clinic: Clinic) -> None:
    page = _output_check(window)
    page.form.known.activated.emit(page.form.known.count() - 1)
    page.form.save.click()
    settle(window)


def _output_check(window: MainWindow) -> OutputCheckPage:
    _checks(window)
    desk = window.desk
    desk.change_settings(clinician="K. Brandt")
    window.add_page(PageId.OUTPUT_CHECK, lambda: OutputCheckPage(desk, StillBalance()))
    desk.head_to_check = HEAD
    window.go(Route(PageId.DEVICES))
    _go(window, Route(PageId.OUTPUT_CHECK))
    run_events(0.15)  # the balance is looked at ten times a second
    page = window.page
    assert isinstance(page, OutputCheckPage)
    return page


def _checks(window: MainWindow) -> None:
    """Two checks of a head: one within the limit, the last one outside."""
    for number, (days, power_w) in enumerate(((180, 4.9), (12, 3.9))):
        at = window.desk.now() - timedelta(days=days)
        check = new_check(*HEAD, read(power_w, 5.0), at, by="K. Brandt")
        kept = replace(check, id=identity(900 + number))
        stored(window, lambda store, kept=kept: store.output_checks.save(kept))


def _treatment(window: MainWindow, clinic: Clinic, unit: LiveTreatment | None) -> TreatmentPage:
    """The page as it is first seen: nothing begun, nothing running."""
    window.desk.set_treatment(unit)
    window.desk.running.close()
    _go(window, Route(PageId.VISIT, clinic.empty_visit))
    _go(window, Route(PageId.TREATMENT, clinic.empty_visit))
    _go(window, Route(PageId.VISIT, clinic.visit))
    _go(window, Route(PageId.TREATMENT, clinic.visit))
    page = window.page
    assert isinstance(page, TreatmentPage)
    return page


def devices(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.DEVICES))


def devices_all(window: MainWindow, clinic: Clinic) -> None:
    """Every kind of card: two of a kind with one pulled on, experimental, lost, away, virtual."""
    desk = window.desk
    traces = {status.key: _trace(number) for number, status in enumerate((*SENSORS, SCALE, LOST))}
    desk.trace_of = traces.get
    desk.set_devices((*SENSORS, SCALE, LOST, replace(BOARD, key="virtual")))
    desk.set_absent((AWAY,))
    desk.set_found((), None)
    desk.notice.emit(None)
    window.go(Route(PageId.DEVICES))
    settle(window)
    run_events(0.15)


def _trace(number: int) -> LiveTrace:
    """Quiet for five seconds; the second one is pulled on now."""
    rate_hz = 84.0
    trace = LiveTrace(1, 1000)
    t = np.arange(0.0, 5.2, 1 / rate_hz)
    force = np.random.default_rng(number).normal(0.0, 0.4, len(t))
    if number == 1:
        force += 60.0 * np.clip((t - 4.9) / 0.2, 0.0, 1.0)
    trace.append(t, force[:, None])
    return trace


def training_started(window: MainWindow, clinic: Clinic) -> None:
    """The note in the window from which the training was started."""
    _go(window, Route(PageId.DEVICES))
    page = window.page
    assert isinstance(page, DevicesPage)
    page.training.plan.button("cut").click()
    window.desk.notice.emit(TRAINING_OPENS)
    settle(window)


def devices_searching(window: MainWindow, clinic: Clinic) -> None:
    window.desk.set_devices((), is_searching=True)
    window.desk.set_absent(())
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


def import_empty(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.IMPORT, clinic.visit))


def import_curve(window: MainWindow, clinic: Clinic) -> None:
    """A curve of another program, told before it is stored."""
    _go(window, Route(PageId.IMPORT, clinic.visit))
    page = window.page
    assert isinstance(page, ImportPage)
    path = clinic.path.parent / f"{'export of the force plate in the gym, second floor ' * 2}.csv"
    force = 30 + 300 * np.clip(np.sin(np.arange(400) / 40), 0, None)
    rows = [f"{k / 80 + (0.004 if k % 50 == 0 else 0):.3f},{f:.1f}" for k, f in enumerate(force)]
    path.write_text("\n".join(["time_s,force_n", *rows, ""]), "utf-8")
    page.take(path)
    settle(window)


def import_refused(window: MainWindow, clinic: Clinic) -> None:
    """Three columns of force: somebody has to say which is which."""
    _go(window, Route(PageId.IMPORT, clinic.visit))
    page = window.page
    assert isinstance(page, ImportPage)
    path = clinic.path.parent / "three.csv"
    rows = [f"{k / 100},{k % 50},{k % 40},{k % 30}" for k in range(200)]
    path.write_text("\n".join(["t,a,b,c", *rows, ""]), "utf-8")
    page.take(path)
    settle(window)
    page.layout_choice.setCurrentIndex(page.layout_choice.findText("Column by column"))
    page.layout_choice.activated.emit(page.layout_choice.currentIndex())
    settle(window)


def library_own(window: MainWindow, clinic: Clinic) -> None:
    """A reference value of the clinic's own, the switch for the lines, and a file that is wrong."""
    own = clinic.path.parent / "clinic"
    use_clinic_folder(own)
    if not own.exists():
        copy_to_clinic(FileKind.REFERENCES, "nordic.337", window.desk.today)
        wrong = "version: 1\npresets: {tens.ours: {name: Ours}}\n"
        (own / "presets_ours.yaml").write_text(wrong, "utf-8")
    _go(window, Route(PageId.TODAY))
    _go(window, Route(PageId.LIBRARY))
    page = window.page
    assert isinstance(page, LibraryPage)
    page.list.set_current((FileKind.REFERENCES, "nordic.337"))
    settle(window)


def library(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.LIBRARY, word="nordic.bil"))


def settings(window: MainWindow, clinic: Clinic) -> None:
    _go(window, Route(PageId.SETTINGS))


def calibration(window: MainWindow, clinic: Clinic) -> None:
    _calibration(window, still_devices.BOARD)


def calibration_step(window: MainWindow, clinic: Clinic) -> None:
    page = _calibration(window, still_devices.BOARD)
    page.setup.masses.set_value("10, 20, 40")
    _press_enter(window, page, times=3)


def calibration_result(window: MainWindow, clinic: Clinic) -> None:
    page = _calibration(window, still_devices.BOARD)
    page.setup.masses.set_value("10, 20, 40")
    _press_enter(window, page, times=5)


def calibration_check(window: MainWindow, clinic: Clinic) -> None:
    window.desk.change_settings(check_limit_percent=1.0, clinician="K. Brandt")
    _press_enter(window, _calibration(window, still_devices.PULLER), times=3)


SCENES = tuple(
    Scene(show.__name__, show)
    for show in (
        today, today_search, today_new, people, person, person_empty, person_long_name,
        injury, pain, ladder, ladder_none,
        visit, visit_treatment, visit_empty, visit_test_setup,
        visit_manual, visit_running, visit_measure,
        exercises, exercises_empty, review, review_compare, review_reject,
        treatment_start, treatment, treatment_tens, treatment_preset,
        treatment_timer, treatment_running,
        treatment_contact_lost, treatment_unit_wrong, treatment_output_check, treatment_nmes,
        output_check, output_check_empty,
        devices, devices_all, training_started, devices_searching, devices_found, library,
        library_own, import_empty, import_curve, import_refused,
        calibration, calibration_step, calibration_result, calibration_check,
        settings, squad_queue, squad_table, squad_everybody, today_recovered,
    )
)  # fmt: skip


# The first start: nobody, no device, no backup. In a window on an empty database.
NOTHING_YET = {
    f"nothing_yet_{page.value}": Route(page)
    for page in (PageId.TODAY, PageId.PEOPLE, PageId.SQUAD, PageId.DEVICES)
}


def _calibration(window: MainWindow, device: str) -> CalibrationPage:
    desk = window.desk
    window.add_page(PageId.CALIBRATION, lambda: CalibrationPage(desk, StillDevices()))
    window.go(Route(PageId.DEVICES))
    _go(window, Route(PageId.CALIBRATION, word=device))
    page = window.page
    assert isinstance(page, CalibrationPage)
    return page


def _press_enter(window: MainWindow, page: CalibrationPage, *, times: int) -> None:
    page.setup.submit()
    for _ in range(times - 1):
        page.steps.read.click()
    run_events(0.15)  # the live number is looked at ten times a second
    settle(window)


def _visit_form(
    window: MainWindow, clinic: Clinic, kind: ItemKind, answers: dict[str, object]
) -> None:
    _go(window, Route(PageId.VISIT, clinic.visit))
    page = window.page
    assert isinstance(page, VisitPage)
    page.additions.items[KINDS.index(kind)].click()
    assert page.item.form is not None
    page.item.form.fill(answers)
    settle(window)


def _go(window: MainWindow, route: Route) -> None:
    window.desk.set_devices((BOARD, PULL))
    window.desk.set_absent(())
    window.desk.set_found((), None)
    window.desk.notice.emit(None)
    window.go(route)
    settle(window)
