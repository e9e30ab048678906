"""A clinic and a window on it, for every test of the pages."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.pages.treatment import TreatmentPage
from tests.ui.clinic import Clinic, furnish
from tests.ui.stage import open_window
from tests.ui.treating import open_page


@pytest.fixture(autouse=True)
def cycles_end_in_the_qt_thread() -> Generator[None]:
    """As in the program: a Qt object must not be collected by the store's or a device's thread."""
    gc.disable()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Generator[None]:
    """What a test leaves behind dies between tests, in the main thread."""
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return furnish(tmp_path_factory.mktemp("furnished") / "myograph.db")


@pytest.fixture
def clinic(furnished: Clinic, tmp_path: Path) -> Clinic:
    folder = tmp_path / "clinic"
    shutil.copytree(furnished.path.parent, folder)
    return replace(furnished, path=folder / "myograph.db")


@pytest.fixture
def window(qapp: QApplication, clinic: Clinic) -> Generator[MainWindow]:
    with open_window(clinic.path) as shown:
        yield shown


@pytest.fixture
def empty_window(qapp: QApplication, tmp_path: Path) -> Generator[MainWindow]:
    with open_window(tmp_path / "myograph.db") as shown:
        yield shown


@pytest.fixture
def treatment(window: MainWindow, clinic: Clinic) -> TreatmentPage:
    """Its page, with nothing begun."""
    return open_page(window, clinic)
