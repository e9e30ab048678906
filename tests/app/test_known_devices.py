from pathlib import Path

import pytest

from app.known_devices import KnownDevice, KnownDevices


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
