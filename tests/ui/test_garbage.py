from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.garbage import GarbageInQtThread
from app.store_thread import StoreThread, open_store
from tests.app.cli.shell import ROOT
from tests.ui.stage import run_events, wait_until


class Node:
    """Half of a cycle; tells in which thread it dies."""

    def __init__(self, deaths: list[str]) -> None:
        self.other: Node | None = None
        self.deaths = deaths

    def __del__(self) -> None:
        self.deaths.append(threading.current_thread().name)


def make_cycles(deaths: list[str], count: int) -> None:
    for _ in range(count):
        one, two = Node(deaths), Node(deaths)
        one.other, two.other = two, one


def test_a_busy_thread_does_not_collect_and_the_qt_thread_does(qapp: QApplication) -> None:
    owner = QObject()
    garbage = GarbageInQtThread(owner)
    deaths: list[str] = []
    worker = threading.Thread(target=make_cycles, args=(deaths, 5000), name="worker")
    worker.start()
    worker.join()
    assert deaths == []
    garbage.collect_due()
    assert len(deaths) == 10_000
    assert set(deaths) == {threading.main_thread().name}


_TWO_WINDOWS = """
import gc, shiboken6
from PySide6.QtCore import QCoreApplication, QObject
from app.garbage import GarbageInQtThread
application = QCoreApplication([])
owner = QObject()
GarbageInQtThread(owner)
assert not gc.isenabled()
shiboken6.delete(owner)
assert not gc.isenabled(), "Qt is still at it"
next_owner = QObject()
GarbageInQtThread(next_owner)
application.processEvents()
assert not gc.isenabled(), "another window lives"
shiboken6.delete(next_owner)
application.processEvents()
assert gc.isenabled()
"""


def test_automatic_collection_comes_back_with_the_end_of_the_last_window() -> None:
    # A process of its own: windows of other tests may live on in this one.
    done = subprocess.run(
        [sys.executable, "-c", _TWO_WINDOWS], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


def test_settling_in_takes_the_program_out_of_later_collections_without_looking_at_it(
    qapp: QApplication,
) -> None:
    owner = QObject()
    garbage = GarbageInQtThread(owner)
    looked: list[str] = []
    program: list[list[int]] = [[] for _ in range(2000)]

    def look(phase: str, _info: dict[str, int]) -> None:
        looked.append(phase)

    gc.callbacks.append(look)
    before = gc.get_freeze_count()
    try:
        garbage.settle()
        assert looked == []
        assert gc.get_freeze_count() >= before + len(program)
    finally:
        gc.callbacks.remove(look)
        gc.unfreeze()
        shiboken6.delete(owner)


def test_a_widget_that_asked_does_not_die_in_the_stores_thread(
    qapp: QApplication, tmp_path: Path
) -> None:
    store = StoreThread(lambda: open_store(tmp_path / "myograph.db"))
    store.start()
    wait_until(lambda: store.is_open)
    deaths: list[str] = []

    class Page(QWidget):
        def answered(self, _value: object) -> None:
            return

        def __del__(self) -> None:
            deaths.append(threading.current_thread().name)

    for _ in range(200):
        page = Page()
        store.ask(page, lambda _: None, page.answered)
        del page
        run_events(0.001)
    wait_until(lambda: len(deaths) == 200)
    assert set(deaths) == {threading.main_thread().name}
    store.stop()
