from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.garbage import GarbageCollector


class Witness(QObject):
    """In a cycle with itself; its last words name the thread it died in."""

    died_in: list[str]

    def __init__(self, died_in: list[str]) -> None:
        super().__init__()
        self.itself = self
        self.died_in = died_in

    def __del__(self) -> None:
        self.died_in.append(threading.current_thread().name)


def allocate_much() -> None:
    kept = [[i] for i in range(50_000)]
    assert kept


def test_a_qt_object_in_a_cycle_dies_in_the_qt_thread_only(qtbot: QtBot) -> None:
    collector = GarbageCollector()
    collector.start()
    died_in: list[str] = []
    Witness(died_in)
    worker = threading.Thread(target=allocate_much, name="worker")
    worker.start()
    worker.join()
    assert died_in == []
    gc.collect(0)  # what the timer does when it is due
    gc.collect()
    assert died_in == [threading.main_thread().name]
    collector.stop()


def test_the_collector_takes_what_is_due_and_gives_the_automatic_one_back(qtbot: QtBot) -> None:
    collector = GarbageCollector()
    collector.start()
    assert not gc.isenabled()
    kept = [[i] for i in range(5_000)]
    assert gc.get_count()[0] > gc.get_threshold()[0]
    collector.collect_if_due()
    assert gc.get_count()[0] <= gc.get_threshold()[0]
    collector.stop()
    assert gc.isenabled()
    assert kept
