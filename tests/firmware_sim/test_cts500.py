"""Behaviour of the scale: force_devices.md §8."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.cts500 import Cts500Firmware
from firmware_sim.loads import constant, isometric_hold
from protocols.cts500 import Cts500Codec, encode_request
from protocols.events import BatteryLevel, SamplesLost
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed

START = bytes.fromhex("05 AA 00 00 00 AF")


def streaming(firmware: Cts500Firmware) -> Host:
    ready = Host(firmware, Cts500Codec())
    ready.send(ready.codec.start())
    return ready


def test_it_tells_its_battery() -> None:
    assert Host(Cts500Firmware(), Cts500Codec()).identify() == [BatteryLevel(volts=3.71)]


@pytest.mark.parametrize("rate_hz", [10, 80, 320])
def test_it_streams_at_the_rate_that_was_set(rate_hz: int) -> None:
    ready = streaming(Cts500Firmware(constant(100.0), rate_hz=rate_hz))
    assert len(untimed(ready.wait(30.0))) == pytest.approx(30 * rate_hz, abs=4)


@pytest.mark.parametrize("acks_start", [True, False])
def test_a_start_may_be_acknowledged_or_not(acks_start: bool) -> None:
    firmware = Cts500Firmware(acks_start=acks_start)
    assert firmware.receive(START) == ([START] if acks_start else [])
    assert firmware.advance(0.1)


def test_frames_are_cut_into_notifications_of_twenty_bytes() -> None:
    firmware = Cts500Firmware()
    firmware.receive(START)
    assert {len(message) for message in firmware.advance(2.0)} == {20}


def test_force_comes_back_within_a_hundredth_of_a_kilogram() -> None:
    load = isometric_hold()
    force = np.array(untimed(streaming(Cts500Firmware(load, noise_n=0.0)).wait(20.0)))[:, 0]
    expected = load(np.arange(len(force)) / 80)[:, 0]
    assert np.abs(force - expected).max() <= 0.0981 / 2


def test_pushes_are_left_out_by_the_codec() -> None:
    def load(t: np.ndarray) -> np.ndarray:
        return np.where((t >= 1.0) & (t < 2.0), -50.0, 50.0)[:, np.newaxis]

    events = streaming(Cts500Firmware(load, noise_n=0.0)).wait(3.0)
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [80]


def test_disconnecting_ends_the_stream() -> None:
    firmware = Cts500Firmware()
    firmware.receive(START)
    firmware.disconnected()
    assert firmware.advance(1.0) == []


@pytest.mark.parametrize("opcode", [0xA6, 0x86, 0xA1, 0xC1, 0xD1])
def test_what_would_change_it_is_seen(opcode: int) -> None:
    firmware = Cts500Firmware()
    assert firmware.receive(encode_request(opcode)) == [encode_request(opcode)]
    assert firmware.changes == [f"{opcode:02X}"]


def test_a_request_with_a_wrong_sum_is_not_heard() -> None:
    firmware = Cts500Firmware()
    assert firmware.receive(START[:-1] + b"\x00") == []
    assert not firmware.is_streaming


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = Cts500Firmware(isometric_hold(), noise_n=1.0)
        firmware.receive(START)
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
