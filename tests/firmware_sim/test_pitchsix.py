"""Behaviour of the Force Board: force_devices.md §6."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, delayed, isometric_hold
from firmware_sim.pitchsix import PitchSixFirmware
from protocols.events import SamplesLost
from protocols.pitchsix import PitchSixCodec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed

POUND_N = 4.4482216152605
STREAM, IDLE = b"\x04", b"\x07"


def streaming(firmware: PitchSixFirmware) -> Host:
    ready = Host(firmware, PitchSixCodec())
    ready.send(ready.codec.start())
    return ready


@pytest.mark.parametrize("rate_hz", [80, 40])
def test_it_streams_at_the_rate_of_its_firmware(rate_hz: int) -> None:
    ready = streaming(PitchSixFirmware(constant(100.0), rate_hz=rate_hz))
    assert len(untimed(ready.wait(30.0))) == pytest.approx(30 * rate_hz, abs=6)


def test_it_reads_whole_pounds() -> None:
    ready = streaming(PitchSixFirmware(constant(123.4), noise_n=0.0))
    force = np.array(untimed(ready.wait(2.0)))[:, 0]
    assert set(np.round(force / POUND_N, 9)) == {28.0}  # 123.4 N are 27.74 lb


def test_a_push_arrives_as_large_numbers() -> None:
    firmware = PitchSixFirmware(constant(-20.0), noise_n=0.0)  # -4.5 lb
    firmware.receive(STREAM)
    (message,) = firmware.advance(0.07)
    assert message == bytes.fromhex("00 06" + "FF FF FC" * 6)


def test_pushing_between_two_pulls_is_a_counted_gap() -> None:
    def load(t: np.ndarray) -> np.ndarray:
        return np.where((t >= 1.0) & (t < 2.0), -50.0, 50.0)[:, np.newaxis]

    events = streaming(PitchSixFirmware(load, noise_n=0.0)).wait(3.0)
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [80]


def test_the_load_begins_with_the_first_stream_and_goes_on() -> None:
    firmware = PitchSixFirmware(delayed(constant(100.0), 3.0), noise_n=0.0)
    ready = Host(firmware, PitchSixCodec())
    assert ready.wait(5.0) == []
    ready.send(STREAM)
    ready.wait(1.0)
    ready.send(IDLE)
    assert ready.wait(1.0) == []
    ready.send(STREAM)
    force = np.array(untimed(ready.wait(2.0)))[:, 0]
    assert int(np.argmax(force > 50.0)) == 80  # 1 s after the second start


def test_disconnecting_ends_the_stream() -> None:
    firmware = PitchSixFirmware()
    firmware.receive(STREAM)
    firmware.disconnected()
    assert firmware.advance(1.0) == []


def test_what_would_change_it_is_seen() -> None:
    firmware = PitchSixFirmware()
    for data in (b"\x05", b"\x06", b"", b"\x04\x00"):
        assert firmware.receive(data) == []
    assert firmware.changes == ["tare", "quick start"]
    assert not firmware.is_streaming


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = PitchSixFirmware(isometric_hold(), noise_n=1.0)
        firmware.receive(STREAM)
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
