from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.devices_page import DevicesPage
from app.pages.library import LibraryPage
from app.pages.settings_page import SettingsPage
from app.settings import SettingsFile
from app.status import Found
from app.theme import Scheme
from app.training import TRAININGS
from app.units import ForceUnit
from app.widgets.controls import Button
from app.widgets.device_card import DeviceCard
from app.widgets.device_chip import DeviceChip
from data.clinical.catalogue import tests as strength_tests
from data.clinical.clinic_files import FileKind
from data.sides import Side
from devices.catalog import (
    ELECTROTHERAPY_MODELS,
    FORCE_MODELS,
    INSTRUMENT_MODELS,
    RECORDED_MODELS,
)
from devices.types import Transport
from firmware_sim.faults import PLANS
from tests.ui.clinic import Clinic
from tests.ui.gallery import AWAY, BOARD, LOST, PULL, SCALE, SENSORS, devices_all
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import run_events, settle


def devices(window: MainWindow) -> DevicesPage:
    window.go(Route(PageId.DEVICES))
    settle(window)
    page = window.page
    assert isinstance(page, DevicesPage)
    return page


def settings(window: MainWindow) -> SettingsPage:
    window.go(Route(PageId.SETTINGS))
    settle(window)
    page = window.page
    assert isinstance(page, SettingsPage)
    return page


def test_without_a_device_the_page_says_what_to_do(window: MainWindow) -> None:
    page = devices(window)
    assert says(page, "No device yet")
    asked: list[bool] = []
    window.desk.find_devices.connect(lambda: asked.append(True))
    press(window, Qt.Key.Key_F)
    assert asked == [True]
    window.desk.set_devices((), is_searching=True)
    run_events(0.02)
    assert says(page, "Looking for devices …")
    assert not page.find_button.isEnabled()


def test_a_card_says_what_the_device_says_of_itself(window: MainWindow) -> None:
    page = devices(window)
    window.desk.set_devices((BOARD, PULL))
    run_events(0.02)
    for text in ("Nordic Board", "VIRTUAL", "1000\u00a0Hz", "87\u00a0%", "ONB-0042", "2026-01-08"):
        assert says(page, text), text
    assert says(page, "Battery low: charge it after this athlete")
    cards = page.findChildren(DeviceCard)
    window.desk.set_devices((BOARD, BOARD))
    run_events(0.02)
    assert page.findChildren(DeviceCard) != cards


def test_a_device_that_was_found_is_used_as_the_model_one_chooses(window: MainWindow) -> None:
    page = devices(window)
    used: list[tuple[Found, str]] = []

    def take(found: Found, model: str) -> None:
        used.append((found, model))

    window.desk.use_device.connect(take)
    found = Found("ttyUSB0", "CP2102 <b>bridge</b>", Transport.SERIAL, ("onb", "ott"))
    window.desk.set_found((found,), "Bluetooth is switched off. Switch it on to find more.")
    run_events(0.02)
    assert says(page, "CP2102 <b>bridge</b>")
    assert says(page, "Bluetooth is switched off")
    button = next(b for b in page.findChildren(Button) if b.text() == "Use as Open Nordic Board")
    button.click()
    assert used == [(found, "onb")]


def test_two_found_on_usb_cables_are_told_apart_by_their_numbers(window: MainWindow) -> None:
    page = devices(window)
    found = tuple(
        Found(f"usb:{number}", "Go Direct", Transport.USB, ("godirect-hd",), usb_serial=number)
        for number in ("0H1000A1", "0H1000A2")
    )
    window.desk.set_found(found, None)
    run_events(0.02)
    assert says(page, "cable · 0H1000A1")
    assert says(page, "cable · 0H1000A2")


def test_a_device_that_cannot_tell_loss_never_shows_none_lost(window: MainWindow) -> None:
    page = devices(window)
    window.desk.set_devices((SCALE,))
    run_events(0.02)
    assert says(page, "cannot tell")
    assert says(page, "Experimental: third-party decoder only")
    assert not says(page, "0.00\u00a0%")
    chip = window.bar.findChildren(DeviceChip)[0]
    chip.set_compact(False)
    assert chip.second.startswith("experimental")
    assert "loss unknown" in chip.second


def test_the_card_of_the_device_that_is_pulled_on_says_so(
    window: MainWindow, clinic: Clinic
) -> None:
    devices_all(window, clinic)
    page = window.page
    assert isinstance(page, DevicesPage)
    lit = [card for card in page.cards if says(card, "This one")]
    assert [card.status for card in lit] == [SENSORS[1]]


def test_a_device_that_is_away_shows_when_it_was_seen_and_can_be_forgotten(
    window: MainWindow,
) -> None:
    page = devices(window)
    window.desk.set_absent((AWAY,))
    run_events(0.02)
    assert says(page, "3\u00a0Nov\u00a02026")
    assert not window.bar.findChildren(DeviceChip)
    forgotten: list[str] = []
    window.desk.forget_device.connect(forgotten.append)
    next(b for b in page.findChildren(Button) if b.text() == "Forget").click()
    assert forgotten == [AWAY.key]


def test_a_unit_shows_the_last_trials_made_with_it(window: MainWindow) -> None:
    page = devices(window)
    window.desk.set_devices((LOST,))
    settle(window)
    assert says(page, "18\u00a0Nov\u00a02026: Hamstrings isometric 90:20, right 236\u00a0N")
    assert not says(page, "Nordic hamstring curl, left")  # of a board with the same number


def test_a_single_cell_is_set_up_for_a_limb_and_calibrated_from_its_card(
    window: MainWindow,
) -> None:
    page = devices(window)
    window.desk.set_devices((SENSORS[0],))
    run_events(0.02)
    chosen: list[tuple[str, Side | None]] = []
    wanted: list[str] = []

    def choose(key: str, side: Side | None) -> None:
        chosen.append((key, side))

    window.desk.side_chosen.connect(choose)
    window.desk.calibrate.connect(wanted.append)
    card = page.cards[0]
    assert card.sides.value is Side.LEFT
    card.sides.button(Side.RIGHT).click()
    card.calibrate.click()
    assert chosen == [(SENSORS[0].key, Side.RIGHT)]
    assert wanted == [SENSORS[0].key]


def test_training_begins_with_the_chosen_trouble(window: MainWindow) -> None:
    page = devices(window)
    asked: list[tuple[str, bool]] = []

    def start(plan: str, with_sensors: bool) -> None:
        asked.append((plan, with_sensors))

    window.desk.start_training.connect(start)
    page.training.plan.button("cut").click()
    page.training.start.click()
    page.training.devices.button(True).click()
    page.training.start.click()
    assert asked == [("cut", False), ("cut", True)]
    assert {name for name, _, _ in TRAININGS} <= set(PLANS)


def test_experimental_devices_are_off_until_they_are_switched_on(window: MainWindow) -> None:
    page = settings(window)
    assert not window.desk.settings.experimental_devices
    page.experimental.button(True).click()
    assert SettingsFile(window.desk.settings_file.path).settings.experimental_devices
    titles = {row.title: row.detail for row in devices(window).models.rows}
    assert titles[FORCE_MODELS["wh-c06"].name].endswith("experimental")
    window.desk.change_settings(experimental_devices=False)
    titles = {row.title: row.detail for row in devices(window).models.rows}
    assert titles[FORCE_MODELS["wh-c06"].name].endswith("off in Settings")


def test_every_model_is_listed_with_how_far_it_was_tested(window: MainWindow) -> None:
    page = devices(window)
    titles = [row.title for row in page.models.rows]
    catalogues = (FORCE_MODELS, ELECTROTHERAPY_MODELS, RECORDED_MODELS, INSTRUMENT_MODELS)
    for model in (model for catalogue in catalogues for model in catalogue.values()):
        assert model.name in titles
    assert says(page, "tested on simulators only")


@pytest.mark.parametrize("test_id", ["nordic.bil", "ham.iso9020", "grip"])
def test_the_library_shows_a_test_with_its_method_and_sources(
    window: MainWindow, test_id: str
) -> None:
    window.go(Route(PageId.LIBRARY, word=test_id))
    settle(window)
    page = window.page
    assert isinstance(page, LibraryPage)
    test = strength_tests()[test_id]
    assert says(page, test.name)
    assert says(page, test.position)
    assert says(page, test.cue)
    assert says(page, test.rep_rule.id)
    for reference in test.references:
        assert says(page, reference)


def test_the_library_finds_a_test_by_a_muscle(window: MainWindow) -> None:
    window.go(Route(PageId.LIBRARY))
    settle(window)
    page = window.page
    assert isinstance(page, LibraryPage)
    page.search.setFocus()
    write(window, "grip")
    found = [row.key for row in page.list.rows if row.key]
    assert (FileKind.TESTS, "grip") in found


def test_settings_are_kept_as_they_are_chosen(window: MainWindow) -> None:
    page = settings(window)
    page.unit.button(ForceUnit.POUND_FORCE).click()
    page.clinician.edit.setFocus()
    write(window, "K. Brandt")
    page.folder.edit.setFocus()
    settle(window)
    kept = window.desk.settings
    assert (kept.force_unit, kept.clinician) == (ForceUnit.POUND_FORCE, "K. Brandt")
    page.scheme.button(Scheme.DARK).click()
    assert window.desk.settings.scheme is Scheme.DARK
    page.scheme.button(Scheme.LIGHT).click()


def test_a_backup_is_made_checked_and_remembered(
    window: MainWindow, clinic: Clinic, tmp_path: Path
) -> None:
    page = settings(window)
    folder = tmp_path / "other disk"
    page.folder.edit.setText(str(folder))
    page.back_up.click()
    settle(window)
    copies = list(folder.glob("*.db"))
    assert len(copies) == 1
    assert says(page, "and checked:")
    assert window.desk.settings.last_backup == "2026-11-18"
    window.go(Route(PageId.TODAY))
    settle(window)
    assert says(window.page, "Last today.")


def test_a_backup_that_fails_says_why_and_what_is_safe(window: MainWindow, tmp_path: Path) -> None:
    page = settings(window)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    page.folder.edit.setText(str(tmp_path / "file"))
    page.back_up.click()
    settle(window)
    assert says(page, "What was stored before is unchanged.")
    assert window.desk.settings.last_backup == ""


def test_all_records_are_checked_on_wish(window: MainWindow) -> None:
    page = settings(window)
    page.verify.click()
    settle(window)
    assert says(page, "Every record is sound: 8 people, 7 sessions")


def test_a_damaged_record_is_named(window: MainWindow, clinic: Clinic) -> None:
    with closing(sqlite3.connect(clinic.path)) as raw, raw:
        raw.execute("UPDATE curve_blocks SET data = x'00' || substr(data, 2) WHERE number = 0")
    page = settings(window)
    page.verify.click()
    settle(window)
    assert says(page, "Not everything is sound.")
    trial = stored(window, lambda s: s.trials.of_set(clinic.nordic))[0]
    assert says(page, str(trial.id))


def test_the_page_says_what_this_program_is_not(window: MainWindow) -> None:
    assert says(settings(window), "not a certified medical device")
