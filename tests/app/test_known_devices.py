from pathlib import Path

import pytest

from app.known_devices import KnownDevice, KnownDevices, absent
from data.sides import Side


def test_an_accepted_device_is_known_to_the_next_run_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "config" / "devices.json"
    KnownDevices(path).remember("ble:AA:BB", KnownDevice("progressor", "0123"))
    assert KnownDevices(path).get("ble:AA:BB") == KnownDevice("progressor", "0123")
    assert KnownDevices(path).get("ble:CC:DD") is None


def test_a_forgotten_device_must_be_accepted_again(tmp_path: Path) -> None:
    known = KnownDevices(tmp_path / "devices.json")
    known.remember("serial:COM3", KnownDevice("onb"))
    known.forget("serial:COM3")
    assert KnownDevices(known.path).get("serial:COM3") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ble:AA": 3}', '{"ble:AA": {"model": 7}}'])
def test_a_file_that_makes_no_sense_knows_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "devices.json"
    path.write_text(text)
    assert KnownDevices(path).get("ble:AA") is None


def test_a_device_on_another_port_keeps_its_limb_and_leaves_the_old_port(tmp_path: Path) -> None:
    known = KnownDevices(tmp_path / "devices.json")
    known.remember("serial:COM3", KnownDevice("onb", "ONB-0042", side=Side.LEFT))
    known.remember("serial:COM7", KnownDevice("onb", "ONB-0042"))
    assert KnownDevices(known.path).all == {
        "serial:COM7": KnownDevice("onb", "ONB-0042", side=Side.LEFT)
    }


def test_two_units_of_a_kind_are_two(tmp_path: Path) -> None:
    known = KnownDevices(tmp_path / "devices.json")
    known.remember("ble:AA", KnownDevice("progressor", "0001"))
    known.remember("ble:BB", KnownDevice("progressor", "0002"))
    known.remember("serial:COM3", KnownDevice("chronojump"))
    known.remember("serial:COM4", KnownDevice("chronojump"))
    assert len(known.all) == 4


def test_a_device_without_a_number_is_told_by_that_of_its_cable(tmp_path: Path) -> None:
    known = KnownDevices(tmp_path / "devices.json")
    left = KnownDevice("chronojump", usb_serial="A50285BI", side=Side.LEFT)
    right = KnownDevice("chronojump", usb_serial="A50285BJ", side=Side.RIGHT)
    known.remember("serial:COM3", left)
    known.remember("serial:COM4", right)
    assert known.expected("serial:COM4", "A50285BI") == left
    assert known.expected("serial:COM3", "A50285BJ") == right
    assert known.expected("serial:COM3", "ANOTHER0") is None
    assert known.expected("serial:COM9", None) is None


def test_an_absent_device_shows_what_is_known_of_it(tmp_path: Path) -> None:
    shown = absent("ble:AA", KnownDevice("wh-c06", None, "IF_B7", last_seen="2026-11-03T15:20"))
    assert (shown.name, shown.is_connected, shown.is_experimental) == ("IF_B7", False, True)
    assert not shown.tells_loss
    assert absent("ble:AA", KnownDevice("gone-from-the-catalogue")).name == (
        "gone-from-the-catalogue"
    )
