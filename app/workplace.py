"""Behind the window: devices, guided runs, treatments and reports, wired to its pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from app.calibrating import calibrations_in
from app.calibrator import Calibrator, Failed
from app.device_pool import DevicePool, Finder, RealFinder
from app.device_thread import DeviceThread
from app.known_devices import KnownDevice, KnownDevices, absent
from app.live import LiveTrace
from app.mailbox import Mailbox
from app.main_window import MainWindow
from app.navigation import KeepTreatment, PageId, Route, StartTest
from app.pages.calibration import CalibrationPage
from app.pages.live_test import LivePage
from app.pages.output_check import OutputCheckPage
from app.status import Found
from app.test_session import RunRequest, TestSession
from app.training import start_training
from app.unit_station import UnitStation
from app.weighing import Port, Weigher, serial_ports
from app.window import DemoOptions
from app.workflow import Notice, Weight
from data.calibrations import InForce
from data.clinical.catalogue import tests
from data.errors import StoreError
from data.records import Session
from data.sides import Side
from data.store import Store, default_path
from data.treatment_draft import with_form
from devices.types import DeviceInfo

T = TypeVar("T")

_LOOK_MS = 250
_NEWS_MS = 16
_SEARCH_S = 4.0
_CLOSE_S = 5.0
_RECORDS_S = 5.0


class Workplace(QObject):
    """Everything that outlives a page. Belongs to the Qt thread and never waits in it."""

    def __init__(self, frame: MainWindow, database: Path | None, demo: DemoOptions | None) -> None:
        super().__init__(frame)
        self.frame = frame
        self.desk = frame.desk
        self.captures = (database or default_path()).parent / "captures"
        self.reports = (database or default_path()).parent / "reports"
        self.thread_of_devices = DeviceThread()
        self.real = RealFinder()
        self.weigher = Weigher(self._ask_or, self._ports)
        self.known = KnownDevices(self.desk.settings_file.path.with_name("devices.json"))
        self.pool: DevicePool | None = None
        self.run: TestSession | None = None
        self._demo = demo
        self._is_searching = False
        self._virtual: Any = None
        self._mail = Mailbox()
        self._fetch = _timer(self, _NEWS_MS, lambda: self._mail.empty())
        self._look = _timer(self, _LOOK_MS, self._show_devices)
        self._live: LivePage | None = None

    def start(self) -> None:
        """Begin: the devices thread, the pages that need it, the virtual clinic in a demo."""
        self.thread_of_devices.start()
        self._fetch.start()
        self.frame.add_page(PageId.LIVE, self._make_live)
        self.frame.add_page(PageId.OUTPUT_CHECK, self._make_output_check)
        self.desk.start_test.connect(self._start_test)
        self.desk.find_devices.connect(self.find_devices)
        self.desk.use_device.connect(self.use_device)
        self.desk.release_device.connect(self.release_device)
        self.desk.forget_device.connect(self.forget_device)
        self.desk.side_chosen.connect(self._set_side)
        self.desk.zero_wanted.connect(self._zero)
        self.desk.start_training.connect(self._start_training)
        self.desk.calibrate.connect(self._calibrate)
        self.desk.settings_changed.connect(self._take_settings)
        self.desk.trace_of = self._trace_of
        self._take_settings()
        self.desk.report_wanted.connect(self._write_paper)
        self.desk.hand_out_wanted.connect(self._write_paper)
        self.desk.unit_visit.connect(self._journal_unit)
        self.desk.keep_treatment.connect(self._keep_treatment)
        self.frame.may_close = self._may_close
        self.frame.close_refused.connect(self._say_recording)
        self._ask(self._open_pool(), self._pool_is_open)

    def close(self) -> None:
        """Disconnect everything and stop the thread; a running trial is closed and kept."""
        self._look.stop()
        self._fetch.stop()
        self._note_last_seen()
        if self.run is not None:
            self.run.back()
        closing = self.thread_of_devices.submit(self._close_devices())
        with contextlib.suppress(TimeoutError):  # capture files are on disk in any case
            closing.result(_CLOSE_S)
        self.thread_of_devices.stop()

    def find_devices(self) -> None:
        """Search ports and advertisements; what is found shows on the devices page."""
        if self.pool is None or self._is_searching:
            return
        self._is_searching = True
        self._show_devices()
        self._ask(self.pool.find(_SEARCH_S), self._found)

    def use_device(self, found: Found, model_id: str) -> None:
        """Connect to a found device as the model that the user chose: that accepts the unit."""
        if self.pool is not None:
            self._ask(self.pool.use(found, model_id), lambda _: self._accepted(found, model_id))

    def release_device(self, key: str) -> None:
        """Disconnect; it no longer connects by itself."""
        self.known.forget(key)
        if self.pool is not None:
            self._ask(self.pool.release(key), lambda _: self._show_devices())

    def forget_device(self, key: str) -> None:
        """It must be accepted again before it connects."""
        self.known.forget(key)
        self._show_devices()

    async def _open_pool(self) -> DevicePool:
        finders: list[Finder] = [self.real]
        # Demo and training see virtual devices only: every record made there is VIRTUAL.
        if self._demo is not None:
            from app.demo import VirtualClinic

            clinic = VirtualClinic(self._demo)
            await clinic.start()
            await clinic.start_tens()
            self._virtual = clinic
            finders = [clinic]
        pool = DevicePool(finders, self._calibrations_of)
        if self._virtual is not None:
            for found in await self._virtual.find(0.0):
                side = self._virtual.side_of(found.key)
                await pool.use(found, found.models[0], side)
            self._virtual.watch(pool.stations.values())
        return pool

    def _pool_is_open(self, pool: DevicePool) -> None:
        self.pool = pool
        calibrator = Calibrator(pool, self._ask_or)
        self.frame.add_page(PageId.CALIBRATION, lambda: CalibrationPage(self.desk, calibrator))
        self._look.start()
        self._show_devices()
        if self._demo is None and self.known.has_any:
            self.find_devices()

    async def _close_devices(self) -> None:
        await self.weigher.close()
        if self.pool is not None:
            await self.pool.close()
        if self._virtual is not None:
            await self._virtual.stop()

    def _show_devices(self) -> None:
        if self.pool is None:
            return
        statuses = self.pool.statuses()
        here = {status.key for status in statuses}
        self.desk.set_devices(statuses, is_searching=self._is_searching)
        self.desk.set_absent(
            tuple(absent(key, one) for key, one in self.known.all.items() if key not in here)
        )
        self.desk.set_found(self.pool.found, self.real.problem)
        unit = self.pool.recorded_unit()
        self.desk.set_treatment(unit.live() if unit is not None else None)

    def _found(self, found: tuple[Found, ...]) -> None:
        """Those accepted before connect by themselves; the others wait for a person."""
        self._is_searching = False
        self._show_devices()
        for each in found:
            known = self.known.expected(each.key, each.usb_serial)
            if known is not None and known.model in each.models:
                self._use_again(each, known)

    def _use_again(self, found: Found, known: KnownDevice) -> None:
        """A device that was accepted once connects by itself, as long as it is the same unit."""
        if self.pool is not None:
            work = self.pool.use(found, known.model, known.side)
            self._ask(work, lambda _: self._is_back(found, known))

    def _is_back(self, found: Found, known: KnownDevice) -> None:
        info = self.pool.info_of(found.key) if self.pool is not None else None
        if self.pool is None or info is None:
            return
        if known.serial not in (None, info.serial):
            self.desk.notice.emit(_another_unit(known.serial, info.serial))
            self._ask(self.pool.hand_back(found), lambda _: self._show_devices())
            return
        self._remember(found, known)

    def _accepted(self, found: Found, model_id: str) -> None:
        before = self.known.expected(found.key, found.usb_serial)
        side = before.side if before is not None and before.model == model_id else None
        if self.pool is not None:
            self.pool.set_side(found.key, side)
        self._remember(found, KnownDevice(model_id, side=side))

    def _remember(self, found: Found, known: KnownDevice) -> None:
        info = self.pool.info_of(found.key) if self.pool is not None else None
        if info is not None and not found.is_virtual:
            self.known.remember(
                found.key,
                replace(
                    known,
                    serial=info.serial,
                    name=info.name,
                    firmware=info.firmware,
                    usb_serial=found.usb_serial,
                    last_seen=self.desk.now().isoformat(timespec="seconds"),
                ),
            )
        self._show_devices()

    def _set_side(self, key: str, side: Side | None) -> None:
        if self.pool is not None:
            self.pool.set_side(key, side)
        known = self.known.get(key)
        if known is not None:
            self.known.remember(key, replace(known, side=side))
        self._show_devices()

    def _zero(self, key: str) -> None:
        """Of a device that no test is running on."""
        station = self.pool.stations.get(key) if self.pool is not None else None
        if station is not None and station.recorder is None:
            self._ask(station.take_zero(), lambda _: self._show_devices())

    def _note_last_seen(self) -> None:
        now = self.desk.now().isoformat(timespec="seconds")
        for status in self.pool.statuses() if self.pool is not None else ():
            known = self.known.get(status.key)
            if known is not None and status.is_connected:
                self.known.remember(status.key, replace(known, last_seen=now))

    def _trace_of(self, key: str) -> LiveTrace | None:
        return self.pool.trace_of(key) if self.pool is not None else None

    def _take_settings(self) -> None:
        self.real.experimental = self.desk.settings.experimental_devices

    def _start_training(self, plan: str, with_sensors: bool) -> None:
        self.desk.notice.emit(start_training(plan, with_sensors=with_sensors))

    async def _calibrations_of(self, device: DeviceInfo, is_virtual: bool) -> InForce:
        """From the devices thread. While the records cannot be read none are known."""
        asked = self.desk.store.submit(lambda store: calibrations_in(store, device, is_virtual))
        with contextlib.suppress(TimeoutError, StoreError):
            return await asyncio.wait_for(asyncio.wrap_future(asked), _RECORDS_S)
        return InForce()

    def _calibrate(self, key: str) -> None:
        if self.pool is None:
            self.desk.notice.emit(_still_starting())
            return
        self.frame.go(Route(PageId.CALIBRATION, word=key))

    def _make_live(self) -> LivePage:
        self._live = LivePage(self.desk)
        return self._live

    def _make_output_check(self) -> OutputCheckPage:
        return OutputCheckPage(self.desk, self.weigher)

    async def _ports(self) -> tuple[Port, ...]:
        """Where a balance may be; in a demo the virtual one only."""
        if self._demo is not None:
            return (await self._virtual.balance(),) if self._virtual is not None else ()
        pool = self.pool
        used = {status.link for status in pool.statuses()} if pool is not None else set[str]()
        return tuple(port for port in await serial_ports() if f"serial:{port.where}" not in used)

    def _start_test(self, wish: StartTest) -> None:
        if self.pool is None:
            self.desk.notice.emit(_still_starting())
            return
        if self.run is not None:
            self.run.close()
        request = RunRequest(
            test=tests()[wish.test_id],
            person=wish.person,
            session_id=wish.session.id,
            captures=self.captures,
            setup=wish.setup,
        )
        run = TestSession(request, self.pool, self.thread_of_devices, self.desk.store, self)
        run.ended.connect(self._run_ended)
        self.run = run
        self.frame.go(Route(PageId.LIVE, wish.session.id, wish.test_id))
        if self._live is not None:
            self._live.set_run(run)
        if not self.pool.stations:
            self.find_devices()

    def _run_ended(self) -> None:
        run, self.run = self.run, None
        if self._live is not None:
            self._live.set_run(None)
        if run is not None:
            run.deleteLater()
        if self.frame.route is not None and self.frame.route.page is PageId.LIVE:
            self.frame.back()

    def _journal_unit(self, session: Session) -> None:
        """From now on what the unit tells outlives the program."""
        unit = self.pool.recorded_unit() if self.pool is not None else None
        if unit is None:
            return

        async def begin() -> None:
            unit.journal_into(self.captures, session.id, session.person_id)

        self._ask(begin(), lambda _: self._show_devices())

    def _keep_treatment(self, wish: KeepTreatment) -> None:
        """Store what the unit has told so far; the next treatment begins a new record."""
        unit = self.pool.recorded_unit() if self.pool is not None else None
        if unit is None or not unit.device.log.has_begun:
            self.desk.notice.emit(_nothing_heard())
            return
        told = unit.treatment(wish.session.id, wish.session.person_id)
        treatment = with_form(told, wish.draft)
        self.desk.store.ask(
            self,
            lambda store: store.treatments.save(treatment),
            lambda _: self._treatment_kept(unit),
            touches=(treatment.id, treatment.session_id, treatment.person_id),
        )

    def _treatment_kept(self, unit: UnitStation) -> None:
        async def begin_log() -> None:
            unit.begin_log()

        self._ask(begin_log(), lambda _: self._show_devices())
        self.desk.treatment_kept.emit()

    def _may_close(self) -> bool:
        return self.run is None or not self.run.view.is_recording

    def _say_recording(self) -> None:
        self.desk.notice.emit(
            Notice(
                Weight.ATTENTION,
                "A trial is being recorded.",
                "Nothing is lost.",
                "Press Space to finish it, then close the window.",
            )
        )

    def _write_paper(self, record_id: UUID) -> None:
        path = self.reports / f"{record_id}.pdf"  # never a person's name in a file's

        def work(store: Store) -> Path:
            from app.report.stored import find_paper, paper_of

            self.reports.mkdir(parents=True, exist_ok=True)
            return paper_of(store, find_paper(store, record_id), path)

        self.desk.store.ask(self, work, self._paper_written)

    def _paper_written(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self.desk.notice.emit(
            Notice(Weight.INFO, "The PDF is written.", f"It is at {path}.", "Print or send it.")
        )

    def _ask(self, work: Coroutine[Any, Any, T], then: Callable[[T], None]) -> None:
        """Run `work` in the devices thread and `then` here; an error becomes a notice."""

        def failed(error: BaseException) -> None:
            self._is_searching = False
            self.desk.notice.emit(_failed(error))

        self._ask_or(work, then, failed)

    def _ask_or(
        self, work: Coroutine[Any, Any, T], then: Callable[[T], None], failed: Failed
    ) -> None:
        """The same, with an error for the one who asked."""
        future = self.thread_of_devices.submit(work)

        def deliver(done: Future[T]) -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is None:
                then(done.result())
            else:
                failed(error)

        future.add_done_callback(lambda done: self._mail.post(lambda: deliver(done)))


def _timer(owner: QObject, interval_ms: int, call: Callable[[], object]) -> QTimer:
    timer = QTimer(owner)
    timer.setInterval(interval_ms)
    timer.timeout.connect(lambda: cast("None", call()))
    return timer


def _failed(error: BaseException) -> Notice:
    sentences = str(error).strip().split(". ", 2)
    if len(sentences) == 3:
        return Notice(Weight.ATTENTION, f"{sentences[0]}.", f"{sentences[1]}.", sentences[2])
    return Notice(
        Weight.ATTENTION,
        f"The device did not connect: {str(error).rstrip('.') or type(error).__name__}.",
        "Nothing recorded is lost.",
        "Switch it off and on, then search again.",
    )


def _another_unit(before: str | None, now: str | None) -> Notice:
    return Notice(
        Weight.ATTENTION,
        f"Another unit answers than last time: serial {now or 'unknown'} instead of {before}.",
        "It is not connected, and nothing was recorded with it.",
        "If you mean this one, choose Use on the devices page.",
    )


def _nothing_heard() -> Notice:
    return Notice(
        Weight.INFO,
        "The unit has not begun a treatment yet.",
        "Nothing is lost.",
        "Start it at the unit; the record fills by itself.",
    )


def _still_starting() -> Notice:
    return Notice(
        Weight.INFO, "Devices are still being prepared.", "Nothing is lost.", "Try in a second."
    )
