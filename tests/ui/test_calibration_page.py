from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt

from app.calibrating import Terms, record
from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.calibration import CalibrationPage
from app.status import Found
from data.calibrations import Calibration
from devices.types import DeviceInfo, LinkState, MassCheck, Transport
from firmware_sim.harp import HarpFirmware
from firmware_sim.progressor import ProgressorFirmware
from protocols.codec import Framing
from tests.ui.bench import Bench, Hook, calibration_bench
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import run_events, settle, wait_until

HARP = Found("serial:harp", "Harp", Transport.SERIAL, ("harp",), is_virtual=True)
PULLER = Found("ble:puller", "Progressor", Transport.BLE, ("progressor",), is_virtual=True)


def kept(window: MainWindow) -> list[Calibration]:
    return stored(window, lambda store: store.calibrations.all())


def read(bench: Bench, hook: Hook, mass_kg: float) -> None:
    """Hang it on, press Enter, and wait for the reading."""
    page = bench.page
    hook.hang(mass_kg)
    run_events(0.5)  # what it read before is still on its way
    before = len(page.steps.strip.marks), bench.page.steps.sentence.text()
    wait_until(page.steps.read.isEnabled)
    press(bench.window, Qt.Key.Key_Return)
    wait_until(
        lambda: (
            page.result.isVisible()
            or (len(page.steps.strip.marks), page.steps.sentence.text()) != before
            or page.steps.message.property("tone") == "attention"
        )
    )


def test_a_board_in_counts_is_calibrated_with_the_keyboard_alone(window: MainWindow) -> None:
    hook = Hook()
    with calibration_bench(window, HarpFirmware(hook), HARP) as bench:
        page, station = bench.page, bench.pool.stations[HARP.key]
        assert station.device.state is LinkState.READY
        assert says(page, "It sends raw counts")
        write(window, "20")
        press(window, Qt.Key.Key_Return)
        wait_until(page.steps.isVisible)
        assert page.steps.sentence.text() == "Take everything off it and let it rest."
        read(bench, hook, 0.0)
        assert page.steps.sentence.text() == "Hang 20 kg on it and let it come to rest."
        assert says(page, "Empty: 37 counts")
        wait_until(lambda: page.steps.number.text() != "–")
        read(bench, hook, 20.0)
        assert says(page, "One count is 0.0625 N")
        assert kept(window) == []
        press(window, Qt.Key.Key_Return)
        wait_until(lambda: says(page, "Saved on disk"))
        (saved,) = kept(window)
        assert saved.channels[0].host.newtons_per_count == pytest.approx(0.0625, rel=1e-3)
        assert saved.is_virtual
        wait_until(lambda: station.device.state is LinkState.STREAMING)
        assert (station.device.is_calibrated, station.shows_counts) == (True, False)
        assert says(page, "Channel 0: two-point")
        window.desk.undo()
        wait_until(lambda: kept(window) == [])
        wait_until(lambda: not station.device.is_calibrated)


def test_a_device_with_its_own_calibration_is_checked_against_the_clinics_limit(
    window: MainWindow,
) -> None:
    window.desk.change_settings(check_limit_percent=1.0)
    hook = Hook()
    puller = ProgressorFirmware(hook, Framing.PACKETS)
    with calibration_bench(window, puller, PULLER) as bench:
        page = bench.page
        assert says(page, "Its own calibration is never changed.")
        assert says(page, "checks within ±1 %")
        write(window, "20")
        press(window, Qt.Key.Key_Return)
        read(bench, hook, 0.0)
        read(bench, hook, 20.4)
        assert page.result.headline.text() == "+2.00\u00a0%"
        assert says(page, "Outside your limit of ±1 %.")
        press(window, Qt.Key.Key_R)  # the mass was not the right one
        assert page.steps.isVisible()
        read(bench, hook, 20.0)
        assert says(page, "Within your limit of ±1 %.")
        press(window, Qt.Key.Key_Return)
        wait_until(lambda: len(kept(window)) == 1)
        bench.open()
        assert page.setup.masses.value == "20"


def test_what_is_no_mass_is_not_begun_with(window: MainWindow) -> None:
    with calibration_bench(window, HarpFirmware(Hook()), HARP) as bench:
        for text in ("", "0", "20 kg", "-5"):
            bench.page.setup.masses.set_value(text)
            press(window, Qt.Key.Key_Return)
            assert bench.page.setup.isVisible(), text
            assert says(bench.page, "Masses in kg, such as 10, 20")
        bench.page.setup.masses.set_value("2,5 10")
        press(window, Qt.Key.Key_Return)
        wait_until(bench.page.steps.isVisible)
        assert [mark.label for mark in bench.page.steps.strip.marks] == [
            "Empty", "2.5 kg", "10 kg", "Result",
        ]  # fmt: skip
        press(window, Qt.Key.Key_Escape)
        wait_until(bench.page.setup.isVisible)
        assert not bench.pool.stations[HARP.key].device.is_calibrated


def test_a_device_that_is_gone_says_so(window: MainWindow) -> None:
    with calibration_bench(window, HarpFirmware(Hook()), HARP) as bench:
        page = bench.page
        window.go(Route(PageId.CALIBRATION, word="serial:elsewhere"))
        assert isinstance(page, CalibrationPage)
        assert says(page, "This device is not connected")


def test_today_names_a_device_that_is_past_the_date_of_its_calibration(
    window: MainWindow,
) -> None:
    device = DeviceInfo("harp", "Harp <b>Load</b> Cells", serial="1729")
    checked = MassCheck(0, 20.0, 196.133, 196.3, "2025-11-17")
    then = datetime(2025, 11, 17, 9, tzinfo=UTC)  # the window's day is 18 November 2026
    late = record(device, then, Terms(), checks=(checked,))
    stored(window, lambda store: store.calibrations.save(late))
    window.go(Route(PageId.TODAY))
    settle(window)
    assert says(window, "Calibration past its date")
    assert says(window, "Harp <b>Load</b> Cells, serial 1729: was due 17 November 2026.")
    again = record(device, then.replace(day=18), Terms(), checks=(checked,))
    stored(window, lambda store: store.calibrations.save(again))
    window.go(Route(PageId.TODAY))
    settle(window)
    assert not says(window, "Calibration past its date")
