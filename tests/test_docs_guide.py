"""The user guide says only what is on the screen: its keys and its notices are looked up."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.main_window import EVERYWHERE, PLACES, MainWindow
from app.navigation import Desk, PageId, Route
from app.pages.calibration import CalibrationPage
from app.pages.live_test import LivePage
from app.pages.page import Page
from app.settings import SettingsFile
from app.store_thread import StoreThread, open_store
from tests.ui.still_devices import StillDevices

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "guide.md").read_text("utf-8")
# As the guide calls the pages that are not in the rail.
PAGES = {
    "athlete": PageId.PERSON,
    "ladder": PageId.LADDER,
    "visit": PageId.VISIT,
    "test": PageId.LIVE,
    "review": PageId.REVIEW,
    "treatment": PageId.TREATMENT,
    "calibration": PageId.CALIBRATION,
    "exercises": PageId.EXERCISES,
    "import": PageId.IMPORT,
} | {word.lower(): page for page, word in PLACES}


def chapter(title: str) -> str:
    return re.split(rf"^## {title}$", GUIDE, flags=re.M)[1].split("\n## ")[0]


def guide_keys() -> set[tuple[str, str]]:
    rows = re.findall(r"^\| (\w+) \| (.+?) \| .+ \|$", chapter("Keys"), flags=re.M)
    return {(where, key) for where, key in rows if where != "where"}


def notices() -> list[str]:
    return re.findall(r'^\| "(.+?)" \|', chapter("Notices and what to do"), flags=re.M)


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Generator[MainWindow]:
    store = StoreThread(lambda: open_store(tmp_path / "myograph.db"))
    desk = Desk(store, SettingsFile(tmp_path / "settings.json"))
    shown = MainWindow(desk)
    shown.add_page(PageId.LIVE, lambda: LivePage(desk))
    shown.add_page(PageId.CALIBRATION, lambda: CalibrationPage(desk, StillDevices()))
    yield shown
    store.stop()
    shown.deleteLater()


def keys_on(window: MainWindow, page: PageId) -> list[str]:
    window.go(Route(page))
    shown = window.page
    assert isinstance(shown, Page)
    return [key.key for key in shown.keys]


def test_the_guide_names_every_key_of_every_page_and_no_other(window: MainWindow):
    there = {("everywhere", key) for key, _ in EVERYWHERE}
    for where, page in PAGES.items():
        there |= {(where, key) for key in keys_on(window, page)}
    assert guide_keys() == there


@pytest.fixture(scope="module")
def source() -> str:
    """The program's texts, with strings over several lines put together."""
    folders = ("app", "data", "devices", "drivers")
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    text = "\n".join(path.read_text("utf-8") for path in files)
    return re.sub(r'"\s*\n\s*f?"', "", text)


def test_the_guide_explains_notices():
    assert len(notices()) > 20


@pytest.mark.parametrize("notice", notices())
def test_a_notice_in_the_guide_is_one_of_the_programs(notice: str, source: str):
    parts = [part.strip() for part in notice.split("…")]
    assert not [part for part in parts if part not in source]
