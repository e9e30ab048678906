"""A window whose calibration page works on real devices of the simulator, and hands that hang
masses on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from app.calibrating import calibrations_in
from app.calibrator import Calibrator, Failed
from app.demo import SimulatedLink
from app.device_pool import DevicePool
from app.device_thread import DeviceThread
from app.links import ChosenLink
from app.mailbox import Mailbox
from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.calibration import CalibrationPage
from app.status import Found
from data.calibrations import InForce
from devices.match import AnyModel
from devices.types import DeviceInfo
from firmware_sim.firmware import Firmware
from tests.ui.stage import settle, wait_until


class Hook:
    """What hangs on the cells: a firmware's load."""

    def __init__(self) -> None:
        self.newtons = 0.0

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full((len(t), 2), self.newtons)

    def hang(self, mass_kg: float) -> None:
        self.newtons = mass_kg * 9.80665


@dataclass
class OneDevice:
    """A `Finder` of one simulated device."""

    firmware: Firmware
    found: Found

    async def find(self, seconds: float) -> list[Found]:
        return [self.found]

    def owns(self, found: Found) -> bool:
        return found == self.found

    def link(self, found: Found, model: AnyModel) -> ChosenLink:
        link = SimulatedLink(self.firmware, model)
        return ChosenLink(link, self.firmware.framing, found.key, True, link.switch_off)


class Bench:
    """Its page is shown; `key` names the device."""

    def __init__(self, window: MainWindow, pool: DevicePool, key: str) -> None:
        self.window, self.pool, self.key = window, pool, key

    @property
    def page(self) -> CalibrationPage:
        page = self.window.page
        assert isinstance(page, CalibrationPage)
        return page

    def open(self) -> CalibrationPage:
        self.window.go(Route(PageId.CALIBRATION, word=self.key))
        settle(self.window)
        return self.page


@contextmanager
def calibration_bench(window: MainWindow, firmware: Firmware, found: Found) -> Generator[Bench]:
    """The device connected and the page open; everything ends with it."""
    thread, mail = DeviceThread(), Mailbox()
    fetch = QTimer(window)
    fetch.timeout.connect(lambda: mail.empty())
    fetch.start(10)
    thread.start()

    async def find(device: DeviceInfo, is_virtual: bool) -> InForce:
        asked = window.desk.store.submit(lambda s: calibrations_in(s, device, is_virtual))
        import asyncio

        return await asyncio.wrap_future(asked)

    def ask(work: Coroutine[Any, Any, Any], then: Callable[[Any], None], failed: Failed) -> None:
        def deliver(done: Future[Any]) -> None:
            error = done.exception()
            if error is None:
                then(done.result())
            else:
                failed(error)

        thread.submit(work).add_done_callback(lambda done: mail.post(lambda: deliver(done)))

    pool = DevicePool([OneDevice(firmware, found)], find)
    window.add_page(PageId.CALIBRATION, lambda: CalibrationPage(window.desk, Calibrator(pool, ask)))
    opened = thread.submit(pool.use(found, found.models[0]))
    wait_until(opened.done)
    opened.result()
    station = pool.stations[found.key]
    bench = Bench(window, pool, found.key)
    bench.open()
    try:
        yield bench
    finally:
        window.go(Route(PageId.TODAY))
        settle(window)
        ended = thread.submit(_end(pool, station.device.link))
        wait_until(ended.done)
        with contextlib.suppress(Exception):
            ended.result()
        fetch.stop()
        thread.stop()


async def _end(pool: DevicePool, link: Any) -> None:
    await pool.close()
    await link.switch_off()
