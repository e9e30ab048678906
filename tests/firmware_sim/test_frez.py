"""Behaviour of the Frez Dyno: force_devices.md §7."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.frez import FrezFirmware
from firmware_sim.loads import constant, delayed, isometric_hold
from protocols.frez import FrezCodec
from tests.firmware_sim.host import Host, force_of, times_of

START, STOP = b"\x01\x00", b"\x02\x00"


def host(firmware: FrezFirmware) -> Host:
    ready = Host(firmware, FrezCodec())
    ready.codec.calibrate(0, 1.0 / firmware.counts_per_newton, firmware.zero_counts)
    return ready


def streaming(firmware: FrezFirmware) -> Host:
    ready = host(firmware)
    ready.send(ready.codec.start())
    return ready


def test_it_streams_250_samples_a_second_from_time_zero() -> None:
    events = streaming(FrezFirmware()).wait(9.0)
    times = times_of(events)
    assert times[0] == 0
    assert set(np.diff(times).tolist()) == {4000}
    assert len(times) == 2250  # the last whole notification ends at 8.996 s


def test_force_comes_back_within_a_count() -> None:
    load = isometric_hold()
    events = streaming(FrezFirmware(load, noise_n=0.0)).wait(20.0)
    expected = load(times_of(events) / np.float64(1e6))
    assert np.abs(force_of(events) - expected).max() <= 0.0005 + 1e-9


def test_a_start_begins_its_clock_anew_in_the_same_load() -> None:
    ready = streaming(FrezFirmware(delayed(constant(100.0), 3.0), noise_n=0.0))
    ready.wait(2.0)
    ready.send(STOP)
    assert ready.wait(0.5) == []
    ready.send(ready.codec.start())
    events = ready.wait(2.0)
    assert times_of(events)[0] == 0
    assert int(np.argmax(force_of(events)[:, 0] > 50.0)) == 125  # 0.5 s at 250 Hz


def test_its_clock_wraps_and_the_codec_follows() -> None:
    times = times_of(streaming(FrezFirmware(clock_at_start_ms=2**32 - 1000)).wait(3.0))
    assert set(np.diff(times).tolist()) == {4000}


def test_disconnecting_ends_the_stream() -> None:
    firmware = FrezFirmware()
    firmware.receive(START)
    firmware.disconnected()
    assert firmware.advance(1.0) == []


def test_power_off_switches_it_off_and_is_seen() -> None:
    firmware = FrezFirmware()
    firmware.receive(b"\xff\x00")
    assert not firmware.is_reachable
    assert firmware.changes == ["power off"]


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = FrezFirmware(isometric_hold(), noise_n=1.0)
        firmware.receive(START)
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
