"""Behaviour of the Progressor: force_devices.md §1.2 to §1.8."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, delayed, isometric_hold
from firmware_sim.progressor import ProgressorFirmware
from protocols.events import BatteryLevel, ForceSamples, Identity, LowBattery, StreamStarted
from protocols.progressor import ProgressorCodec
from tests.firmware_sim.host import Host, force_of, times_of

START, STOP, TARE = b"\x65", b"\x66", b"\x64"


def host(firmware: ProgressorFirmware) -> Host:
    return Host(firmware, ProgressorCodec())


def streaming(firmware: ProgressorFirmware) -> Host:
    ready = host(firmware)
    ready.send(ready.codec.start())
    return ready


def raw_times(messages: list[bytes]) -> list[int]:
    return [
        struct.unpack_from("<I", message, 2 + 8 * i + 4)[0]
        for message in messages
        for i in range(message[1] // 8)
    ]


def test_it_says_who_it_is() -> None:
    assert host(ProgressorFirmware()).identify() == [
        Identity(firmware="1.2.3.4"),
        Identity(serial="0123456789AB"),
        BatteryLevel(volts=3.051),
    ]


@pytest.mark.parametrize("query", ["6B", "6B 00"])
def test_commands_may_leave_their_length_out(query: str) -> None:
    # §1.4: the worked answer to 6B
    assert ProgressorFirmware().receive(bytes.fromhex(query)) == [
        bytes.fromhex("00 07 31 2E 32 2E 33 2E 34")
    ]


def test_the_other_worked_answers() -> None:
    firmware = ProgressorFirmware()
    assert firmware.receive(b"\x6f") == [bytes.fromhex("00 04 EB 0B 00 00")]
    assert firmware.receive(b"\x70") == [bytes.fromhex("00 06 AB 89 67 45 23 01")]
    assert firmware.receive(b"\x72") == [bytes.fromhex("00 0C 45 DE 9C 36 D7 A3 F0 3E 00 00 00 00")]
    assert firmware.receive(b"\x6c") == [b"\x00\x00"]


def test_it_streams_80_samples_a_second_from_time_zero() -> None:
    firmware = ProgressorFirmware(constant(122.583), noise_n=0.0)
    firmware.receive(START)
    times = raw_times(firmware.advance(10.0))
    assert times[:3] == [0, 12_500, 25_000]
    assert set(np.diff(times).tolist()) == {12_500}
    assert len(times) == 800


def test_force_comes_back_within_its_resolution() -> None:
    load = isometric_hold()
    ready = streaming(ProgressorFirmware(load, noise_n=0.0, resolution_kg=0.01))
    events = ready.wait(20.0)
    expected = load(times_of(events) / np.float64(1e6))
    assert np.abs(force_of(events) - expected).max() <= 0.005 * 9.80665 + 1e-4
    assert isinstance(events[0], StreamStarted)


def test_the_load_begins_with_the_first_stream() -> None:
    firmware = ProgressorFirmware(delayed(constant(100.0), 3.0), noise_n=0.0)
    ready = host(firmware)
    ready.wait(5.0)
    ready.send(START)
    force = force_of(ready.wait(5.0))[:, 0]
    assert int(np.argmax(force > 50.0)) == 240  # 3 s at 80 Hz


def test_a_later_stream_begins_at_time_zero_in_the_same_load() -> None:
    firmware = ProgressorFirmware(delayed(constant(100.0), 3.0), noise_n=0.0)
    ready = streaming(firmware)
    ready.wait(1.0)
    ready.send(STOP)
    ready.wait(1.0)
    ready.send(ready.codec.start())
    events = ready.wait(2.0)
    assert times_of(events)[0] == 0
    assert int(np.argmax(force_of(events)[:, 0] > 50.0)) == 80


@pytest.mark.parametrize("per_message", [1, 4, 15])
def test_several_samples_come_in_one_notification(per_message: int) -> None:
    ready = streaming(ProgressorFirmware(samples_per_message=per_message))
    blocks = [event for event in ready.wait(5.0) if isinstance(event, ForceSamples)]
    assert {len(block.t_us) for block in blocks} == {per_message}


def test_stop_sends_what_is_ready_and_then_nothing() -> None:
    firmware = ProgressorFirmware(samples_per_message=4)
    firmware.receive(START)
    firmware.advance(1.03)
    # samples at 1.0, 1.0125 and 1.025 s are waiting
    assert raw_times(firmware.receive(STOP)) == [1_000_000, 1_012_500, 1_025_000]
    assert firmware.advance(1.0) == []


def test_disconnecting_stops_the_stream() -> None:
    firmware = ProgressorFirmware()
    firmware.receive(START)
    firmware.disconnected()
    assert firmware.advance(1.0) == []
    assert firmware.is_reachable


def test_some_units_switch_off_on_every_disconnect() -> None:
    firmware = ProgressorFirmware(powers_off_on_disconnect=True)
    firmware.disconnected()
    assert not firmware.is_reachable


def test_a_low_battery_is_told_and_then_it_is_off() -> None:
    firmware = ProgressorFirmware(low_battery_at_s=2.0)
    ready = streaming(firmware)
    events = ready.wait(5.0)
    assert isinstance(events[-1], LowBattery)
    assert len(times_of(events)) == 160
    assert not firmware.is_reachable


def test_sleep_switches_it_off() -> None:
    firmware = ProgressorFirmware()
    firmware.receive(START)
    assert firmware.receive(b"\x6e") == []
    assert not firmware.is_reachable
    assert firmware.advance(1.0) == []


def test_its_own_tare_sets_its_own_zero() -> None:
    firmware = ProgressorFirmware(constant(49.03325), noise_n=0.0)  # 5 kg
    ready = host(firmware)
    ready.send(TARE)
    ready.send(START)
    assert force_of(ready.wait(1.0)) == pytest.approx(np.zeros((80, 1)), abs=1e-6)


def test_stamps_wrap_at_32_bits_and_the_codec_follows() -> None:
    ready = streaming(ProgressorFirmware(clock_at_start_us=2**32 - 1_000_000))
    times = times_of(ready.wait(3.0))
    assert times[0] == 0
    assert set(np.diff(times).tolist()) == {12_500}


def test_unknown_commands_do_nothing() -> None:
    firmware = ProgressorFirmware()
    for opcode in (0x00, 0x67, 0x69, 0x71, 0x74, 0xFF):
        assert firmware.receive(bytes((opcode,))) == []
    assert firmware.receive(b"") == []


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = ProgressorFirmware(isometric_hold(), noise_n=1.0, low_battery_at_s=4.0)
        firmware.receive(START)
        out = b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)
        return out + b"".join(firmware.receive(STOP))

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
