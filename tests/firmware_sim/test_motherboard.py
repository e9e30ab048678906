"""Behaviour of the board: force_devices.md §9."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, isometric_hold
from firmware_sim.motherboard import MotherboardFirmware
from protocols.events import Identity, SamplesLost
from protocols.motherboard import MotherboardCodec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed


def host(firmware: MotherboardFirmware) -> Host:
    ready = Host(firmware, MotherboardCodec())
    ready.codec.calibrate(0, 0.001, 0.0)
    ready.codec.calibrate(2, -0.001, 0.0)
    return ready


def streaming(firmware: MotherboardFirmware) -> Host:
    ready = host(firmware)
    ready.send(ready.codec.start())
    return ready


def test_it_says_its_serial_number() -> None:
    assert host(MotherboardFirmware()).identify() == [Identity(serial="GT-000123")]


def test_it_streams_30_numbered_reports_a_second_in_short_notifications() -> None:
    ready = streaming(MotherboardFirmware())
    assert len(untimed(ready.wait(30.0))) == 901
    assert {len(message) for message in ready.firmware.advance(1.0)} == {20, 14}


def test_left_and_right_come_back_and_the_right_counts_fall() -> None:
    load = isometric_hold(channels=2)
    force = np.array(untimed(streaming(MotherboardFirmware(load, noise_n=0.0)).wait(20.0)))
    expected = load(np.arange(len(force)) / 30)
    assert np.abs(force - expected).max() <= 0.0005 + 1e-9


def test_numbers_wrap_and_the_codec_follows() -> None:
    events = streaming(MotherboardFirmware(first_number=65_500)).wait(10.0)
    assert not [event for event in events if isinstance(event, SamplesLost)]


@pytest.mark.parametrize("request_", [b"#", b"C", b"T", b"X", b"D1"])
def test_any_request_ends_the_stream(request_: bytes) -> None:
    ready = streaming(MotherboardFirmware(constant(50.0, 2)))
    ready.wait(1.0)
    ready.send(request_)
    assert untimed(ready.wait(1.0)) == []


def test_it_prints_sixteen_calibration_points() -> None:
    text = b"".join(MotherboardFirmware().receive(b"C")).decode()
    assert len(text.splitlines()) == 16
    assert {line.count(",") for line in text.splitlines()} == {3}


def test_disconnecting_ends_the_stream() -> None:
    ready = streaming(MotherboardFirmware())
    ready.firmware.disconnected()
    assert ready.wait(1.0) == []


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = MotherboardFirmware(isometric_hold(channels=2), noise_n=1.0)
        firmware.receive(b"S30")
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
