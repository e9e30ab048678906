"""A USB HID device on the whole road: the program's own search, its links, `myograph record`.

The virtual bus takes the place of the library's module and of nothing else.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.device_pool import DevicePool, RealFinder
from devices.godirect_hd import GODIRECT_HD
from devices.types import LinkState, Transport
from firmware_sim.godirect import STEP_N, GoDirectFirmware
from firmware_sim.hid_bus import VirtualHidBus
from firmware_sim.loads import constant, delayed
from protocols.hid_reports import REPORT_BYTES

VERNIER = (0x08F7, 0x0010)  # force_devices.md §4.1
PULL_N = 123.4
BEGINS_S = 2.5  # after the first start, which takes the zero


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> VirtualHidBus:
    bus = VirtualHidBus()
    for module in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, module, bus)
    return bus


def plug_in(bus: VirtualHidBus) -> None:
    firmware = GoDirectFirmware(
        delayed(constant(PULL_N), BEGINS_S),
        noise_n=0.0,
        longest_piece=REPORT_BYTES - 1,
    )
    bus.plug_in(firmware, VERNIER, "Go Direct Hand Dynamometer")


async def test_a_unit_on_its_cable_is_found_used_and_let_go(bus: VirtualHidBus) -> None:
    plug_in(bus)
    bus.plug_in(GoDirectFirmware(), (0x08F7, 0x0001), "another of the maker's")
    pool = DevicePool([RealFinder()])
    try:
        (found,) = [f for f in await pool.find(0.05) if f.transport is Transport.USB]
        assert found.key == "usb:0H1000A1"
        assert found.name == "Go Direct Hand Dynamometer"
        assert found.models == ("godirect-hd",)
        assert found.usb_serial == "0H1000A1"
        await pool.use(found, "godirect-hd")
        (status,) = pool.statuses()
        assert (status.link_state, status.serial) == (LinkState.STREAMING, "0H1000A1")
        assert bus.devices[0].is_open
        assert [f for f in await pool.find(0.05) if f.key == found.key] == []
    finally:
        await pool.close()
    assert not bus.devices[0].is_open


async def test_a_computer_without_hidapi_is_told_once_and_searches_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, module, None)  # importing it raises ImportError
    finder = RealFinder()
    told: list[str] = []
    for _ in range(2):
        await finder.find(0.05)
        told.append(finder.problem or "")
    assert ["hidapi does not load" in text for text in told] == [True, False]


def test_a_trial_is_recorded_over_usb(
    bus: VirtualHidBus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(bus)
    curve = tmp_path / "curve.csv"
    words = ["record", "usb:", "--model", "godirect-hd", "--test", "ham.iso9020", "--side", "left"]
    words += ["--seconds", "3.0", "--db", str(tmp_path / "x.db"), "--out", str(curve), "--json"]
    assert main(words) == 0
    trial = json.loads(capsys.readouterr().out)
    assert trial["lost"] == 0
    assert trial["rate_hz"] == pytest.approx(GODIRECT_HD.rate_hz, rel=0.01)
    with curve.open() as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    force = np.array([float(row[1]) for row in rows[1:]])
    # A step of the reading for the pull and one for the zero, each half.
    assert np.abs(force[-20:] - PULL_N).max() <= STEP_N
    assert not bus.devices[0].is_open


def test_a_cable_that_is_not_plugged_in_is_said_in_one_line(
    bus: VirtualHidBus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["record", "usb:0H1000A1", "--model", "godirect-hd", "--test", "ham.iso9020"]
    assert bus.devices == []
    assert main([*words, "--side", "left", "--db", str(tmp_path / "x.db")]) == 1
    said = capsys.readouterr()
    assert "0H1000A1 is not plugged in" in said.err
    assert "Traceback" not in said.err
