"""Which unit may connect by itself: a real board's bytes on a real port, the real window."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.device_pool import DevicePool
from app.known_devices import KnownDevice
from app.links import ChosenLink, serial_link
from app.settings import SettingsFile
from app.status import Found
from app.window import Window
from app.workflow import Notice
from app.workplace import Workplace
from data.sides import Side
from devices.match import AnyModel
from devices.types import Transport
from firmware_sim.onb import OnbFirmware
from firmware_sim.serve import serve_tcp
from protocols.codec import Framing
from tests.ui.stage import run_events, wait_until


class OneBoard:
    """Finds one board, plugged in where it is looked for first."""

    def __init__(self, serial: str) -> None:
        self._firmware = OnbFirmware(None, Framing.STREAM, serial=serial)
        self._running = AsyncExitStack()
        self.found: Found | None = None

    async def find(self, seconds: float) -> list[Found]:
        if self.found is None:
            port = await self._running.enter_async_context(serve_tcp(self._firmware))
            self.found = Found(f"serial:{port}", "USB serial", Transport.SERIAL, ("onb",))
        return [self.found]

    def owns(self, found: Found) -> bool:
        return True

    def link(self, found: Found, model: AnyModel) -> ChosenLink:
        return serial_link(found.key.partition(":")[2], model)

    async def stop(self) -> None:
        await self._running.aclose()


@pytest.fixture
def board() -> OneBoard:
    return OneBoard("ONB-0007")


@pytest.fixture
def workplace(qapp: QApplication, tmp_path: Path, board: OneBoard) -> Generator[Workplace]:
    window = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), None)
    window.frame.show()
    wait_until(lambda: window.workplace is not None and window.workplace.pool is not None)
    workplace = window.workplace
    assert workplace is not None
    workplace.pool = DevicePool([board])
    yield workplace
    window.frame.close()
    workplace.thread_of_devices.submit(board.stop()).result(5.0)
    window.close()
    run_events(0.05)


def look(workplace: Workplace) -> Found:
    """Search, and wait until it is over."""
    workplace.find_devices()
    wait_until(lambda: not workplace.desk.is_searching and bool(workplace.desk.found))
    return workplace.desk.found[0]


def test_a_device_connects_by_itself_only_after_a_person_accepted_it(
    workplace: Workplace, board: OneBoard
) -> None:
    found = look(workplace)
    assert workplace.desk.devices == ()
    workplace.use_device(found, "onb")
    wait_until(lambda: bool(workplace.desk.devices))
    accepted = workplace.known.get(found.key)
    assert accepted is not None
    assert (accepted.model, accepted.serial) == ("onb", "ONB-0007")
    assert accepted.last_seen


def test_another_unit_where_one_was_accepted_waits_for_a_person(
    workplace: Workplace, board: OneBoard
) -> None:
    found = look(workplace)
    meant = KnownDevice("onb", "ONB-0001", side=Side.LEFT)
    workplace.known.remember(found.key, meant)
    told: list[Notice] = []
    workplace.desk.notice.connect(told.append)
    workplace.find_devices()
    wait_until(lambda: bool(told))
    pool = workplace.pool
    assert pool is not None
    wait_until(lambda: pool.found == (found,))
    assert not pool.stations
    assert "ONB-0007 instead of ONB-0001" in told[0].what
    assert workplace.known.get(found.key) == meant
    workplace.use_device(found, "onb")
    wait_until(lambda: bool(workplace.desk.devices))
    now = workplace.known.get(found.key)
    assert now is not None
    assert now.serial == "ONB-0007"


def test_the_unit_that_was_accepted_is_back_by_itself(
    workplace: Workplace, board: OneBoard
) -> None:
    found = look(workplace)
    workplace.known.remember(found.key, KnownDevice("onb", "ONB-0007"))
    workplace.find_devices()
    wait_until(lambda: bool(workplace.desk.devices))
    assert workplace.desk.devices[0].serial == "ONB-0007"
    assert workplace.desk.absent == ()
