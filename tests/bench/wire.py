"""From bytes at a port to the picture, with the whole program in between; and to the result.

The simulator is a process of its own on a TCP port. A sample's delay runs from the moment its
bytes reached the host's link to the end of the repaint that shows it.
"""

from __future__ import annotations

import bisect
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.navigation import StartTest
from app.pages.live_test import LivePage
from app.settings import SettingsFile
from app.status import Found
from app.theme import Scheme, theme
from app.window import Window
from app.workflow import Step
from data.ids import uuid7
from data.records import Person, Session
from data.store import Store
from devices.types import LinkState, Transport
from tests.bench.figure import Figure, percentile

SECONDS = 15.0
NEXT_SECONDS = 8.0
_PATIENCE_S = 20.0


def figures() -> list[Figure]:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme().apply(Scheme.LIGHT, 1.0)
    command = [sys.executable, "-m", "firmware_sim", "onb", "--tcp", "0", "--load", "nordic"]
    root = Path(__file__).parents[2]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as board,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert board.stdout is not None
        endpoint = json.loads(board.stdout.readline())["endpoint"]
        try:
            return _measure(application, Path(folder), endpoint)
        finally:
            board.terminate()


def _measure(application: QApplication, folder: Path, endpoint: str) -> list[Figure]:
    window = Window(folder / "myograph.db", SettingsFile(folder / "settings.json"), None)
    window.frame.resize(1280, 800)
    window.frame.show()

    def wait(is_so: Callable[[], bool], seconds: float = _PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise RuntimeError("the program did not come to the expected state")
            application.processEvents()
            time.sleep(0.0005)

    try:
        workplace = _ready(window, wait)
        found = Found(f"serial:{endpoint}", "board", Transport.SERIAL, ("onb",))
        workplace.use_device(found, "onb")
        pool = workplace.pool
        wait(lambda: any(s.device.state is LinkState.STREAMING for s in pool.stations.values()))
        station = next(iter(pool.stations.values()))
        athlete, session = _visit(window, wait)
        window.desk.start_test.emit(StartTest(athlete, session, "nordic.bil"))
        run = workplace.run
        wait(lambda: run.view.step is Step.READY)
        arrivals, paints = _watch(window, station)
        began_s, began_cpu = time.monotonic(), _cpu_s()
        run.start_stop()
        wait(lambda: time.monotonic() - began_s > SECONDS, SECONDS + 5)
        busy = (_cpu_s() - began_cpu) / (time.monotonic() - began_s)
        delays = _delays(arrivals, paints)
        first_s = _result_s(window, run, wait)
        run.repeat_rep()
        run.start_stop()
        began_s = time.monotonic()
        wait(lambda: time.monotonic() - began_s > NEXT_SECONDS)
        next_s = _result_s(window, run, wait)
        frames = len(paints) / SECONDS
        return [
            Figure("wire to screen, 2 x 1 kHz, p50", 1000 * percentile(delays, 50), "ms"),
            Figure("wire to screen, 2 x 1 kHz, p99", 1000 * percentile(delays, 99), "ms", "<= 33"),
            Figure("frames while live", frames, "1/s"),
            Figure("the whole program while live", 100 * busy, "% of a core", "<= 40"),
            Figure("end of a first trial to its stored result", 1000 * first_s, "ms", "<= 100"),
            Figure("end of the next trial to its stored result", 1000 * next_s, "ms", "<= 100"),
        ]
    finally:
        window.frame.close()
        window.close()


def _result_s(window: Window, run: Any, wait: Callable[..., None]) -> float:
    ended_s = time.monotonic()
    if run.view.is_recording:
        run.finish()
    wait(lambda: run.view.step is Step.RESULT)
    window.frame.repaint()
    return time.monotonic() - ended_s


def _ready(window: Window, wait: Callable[..., None]) -> Any:
    def is_ready() -> bool:
        return (
            window.workplace is not None
            and window.workplace.pool is not None
            and window.store.is_open
        )

    wait(is_ready)
    return window.workplace


def _visit(window: Window, wait: Callable[..., None]) -> tuple[Person, Session]:
    def begin(store: Store) -> tuple[Person, Session]:
        now = datetime.now(UTC)
        athlete = store.people.add(Person(uuid7(), "Bench", now, body_mass_kg=78.0))
        return athlete, store.sessions.open(athlete.id, now, 0)

    future: Future[tuple[Person, Session]] = window.store.submit(begin)
    wait(future.done)
    return future.result()


def _watch(window: Window, station: Any) -> tuple[list[tuple[float, int]], list[tuple[float, int]]]:
    """(time, samples in the ring) after each arrival, and after each repaint."""
    arrivals: list[tuple[float, int]] = []
    paints: list[tuple[float, int]] = []
    receive = station.device.link.on_data

    def arrived(data: bytes) -> None:
        at_s = time.monotonic()
        receive(data)
        arrivals.append((at_s, station.trace.count))

    station.device.link.on_data = arrived
    page = window.frame.page
    assert isinstance(page, LivePage)
    plot = page.board.plot

    def painted() -> None:
        count = station.trace.count
        plot.repaint_now()
        paints.append((time.monotonic(), count))

    plot.frame.connect(painted)
    return arrivals, paints


def _delays(arrivals: list[tuple[float, int]], paints: list[tuple[float, int]]) -> list[float]:
    counts = [count for _, count in paints]
    delays: list[float] = []
    for at_s, count in arrivals:
        shown = bisect.bisect_left(counts, count)
        if shown < len(paints):
            delays.append(paints[shown][0] - at_s)
    return delays


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
