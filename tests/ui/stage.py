"""A window on a clinic, for tests that press keys and for pictures that people look at."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.main_window import MainWindow
from app.navigation import Desk
from app.settings import SettingsFile
from app.store_thread import StoreThread, open_store
from app.theme import Scheme, theme
from data.clinical.clinic_files import use_clinic_folder
from tests.ui.clinic import NOW

_PATIENCE_S = 20.0


@contextmanager
def open_window(
    database: Path,
    *,
    scheme: Scheme = Scheme.LIGHT,
    text_scale: float = 1.0,
    size: tuple[int, int] = (1280, 800),
) -> Generator[MainWindow]:
    """A shown window with its store open and its first page filled."""
    settings = SettingsFile(database.parent / "settings.json")
    settings.change(scheme=scheme, text_scale=text_scale)
    theme().apply(scheme, text_scale)
    use_clinic_folder(database.parent / "clinic")
    store = StoreThread(lambda: open_store(database))
    desk = Desk(store, settings, lambda: NOW)
    window = MainWindow(desk)
    window.ready.connect(store.start)
    window.resize(*size)
    window.show()
    try:
        wait_until(lambda: store.is_open)
        settle(window)
        yield window
    finally:
        store.stop()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(window: MainWindow) -> None:
    """Let everything asked of the store be answered and drawn."""
    for _ in range(3):
        probe = window.desk.store.submit(lambda _store: None)
        wait_until(probe.done)
        run_events(0.03)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("the window never got there")
        run_events(0.005)


def run_events(seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        if time.monotonic() >= end:
            return
        time.sleep(0.001)


def picture(widget: QWidget, path: Path, ratio: float = 1.0) -> Path:
    """Save what the widget shows as a PNG with `ratio` pixels to a point."""
    shot = QPixmap(round(widget.width() * ratio), round(widget.height() * ratio))
    shot.setDevicePixelRatio(ratio)
    widget.render(shot)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not shot.save(str(path)):
        raise OSError(f"{path} could not be written")
    return path
