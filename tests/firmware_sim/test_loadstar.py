"""Expected lines and rules: force_devices.md §11.1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, isometric_hold
from firmware_sim.loadstar import LoadstarFirmware
from protocols.events import Identity, RatedLoad, UntimedSamples
from protocols.loadstar import LoadstarCodec
from tests.firmware_sim.host import Host

POUND_N = 4.4482216152605


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"\r", b"A\r\n"),
        (b"MODEL\r", b"FCM DI-1000\r\n"),
        (b"model\r", b"FCM DI-1000\r\n"),
        (b"ID\r", b"FS1234-5678\r\n"),
        (b"UNITS\r", b"LB\r\n"),
        (b"LC\r", b"500.0\r\n"),
        (b"W\r", b"3.040\r\n"),
        (b"TARE\r", b"Tared\r\n"),
        (b"HELLO\r", b"E\r\n"),
    ],
)
def test_the_replies(request_: bytes, reply: bytes) -> None:
    firmware = LoadstarFirmware(constant(3.04 * POUND_N), noise_n=0.0)
    assert firmware.receive(request_) == [reply]


def test_anything_ends_the_stream_and_does_nothing_else() -> None:
    firmware = LoadstarFirmware(is_streaming_at_start=True)
    assert len(firmware.advance(0.99)) == 80
    assert firmware.receive(b"TARE\r") == [b"A\r\n"]
    assert firmware.changes == []
    assert firmware.advance(1.0) == []


def test_the_codec_reads_it_though_it_was_left_streaming_and_is_confused() -> None:
    firmware = LoadstarFirmware(
        constant(100.0), noise_n=0.0, is_streaming_at_start=True, confused=0.3, seed=5
    )
    host = Host(firmware, LoadstarCodec())
    host.wait(0.5)
    host.identify()
    assert Identity(serial="FS1234-5678") in host.events
    assert RatedLoad(0, 500.0 * POUND_N) in host.events
    while not firmware.is_streaming:  # it may be confused by this one too
        host.send(host.codec.start())
    host.wait(1.0)
    samples = [event.force for event in host.events if isinstance(event, UntimedSamples)]
    force = np.concatenate(samples)
    assert len(force) >= 80
    assert np.abs(force - 100.0).max() <= 0.0005 * POUND_N
    assert firmware.changes == []


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = LoadstarFirmware(isometric_hold(), noise_n=1.0)
        firmware.receive(b"WC\r")
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
