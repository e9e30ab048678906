"""Opens the window: shown first, everything heavy afterwards."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import Desk
from app.settings import SettingsFile
from app.store_thread import StoreThread, open_store
from app.theme import theme

if TYPE_CHECKING:
    from app.workflow import Notice
    from app.workplace import Workplace
    from data.store import Store


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the virtual clinic behaves: its chance, its pace, the athlete's pause between pulls."""

    seed: int = 1
    speed: float = 1.0
    rest_s: float = 5.0
    tens_speed: float = 30.0
    faults: str = "none"
    sensors: bool = False  # two of them in place of the board


class Window:
    """The parts of one running program, made in the order in which a user can need them."""

    def __init__(
        self, database: Path | None, settings: SettingsFile, demo: DemoOptions | None
    ) -> None:
        self.store = StoreThread(lambda: open_store(database))
        self.desk = Desk(self.store, settings)
        self.frame = MainWindow(self.desk)
        if demo is not None:
            self.frame.setWindowTitle("Myograph · TRAINING with VIRTUAL devices")
        self.workplace: Workplace | None = None
        self._database = database
        self._demo = demo
        self.frame.ready.connect(self._start)

    def close(self) -> None:
        """End what runs, in the order in which nothing is lost: devices, then the store."""
        if self.workplace is not None:
            self.workplace.close()
        self.frame.desk.close()
        self.store.stop()

    def _start(self) -> None:
        """The first picture is on the screen: now records and devices."""
        from data.clinical.clinic_files import use_clinic_folder
        from data.store import Store, default_path

        use_clinic_folder(Store(self._database or default_path()).clinic)
        self.store.start()
        self.store.ask(self.frame, _read_clinic, self._clinic_read)
        from app.workplace import Workplace

        self.workplace = Workplace(self.frame, self._database, self._demo)
        self.workplace.start()

    def _clinic_read(self, notice: Notice | None) -> None:
        if notice is not None:
            self.desk.notice.emit(notice)


def run(database: Path | None = None, demo: DemoOptions | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Myograph")
    application.setDesktopFileName("myograph")
    settings = SettingsFile()
    theme().apply(settings.settings.scheme, settings.settings.text_scale)
    window = Window(database, settings, demo)
    window.frame.show()
    try:
        return application.exec()
    finally:
        window.close()


def _read_clinic(_store: Store) -> Notice | None:
    """In the store's thread, because reading takes a moment."""
    from app.clinic_rules import clinic_troubles, troubles_notice

    return troubles_notice(clinic_troubles())
