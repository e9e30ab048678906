"""Expected lines and rules: force_devices.md §2.2 to §2.5."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.chronojump import ChronojumpFirmware, ChronojumpPlatformFirmware
from firmware_sim.firmware import Firmware
from firmware_sim.loads import constant, isometric_hold
from protocols.chronojump import ChronojumpCodec, ChronojumpPlatformCodec
from protocols.events import ChannelProblem, ChannelStatus, StreamStopped
from tests.firmware_sim.host import Host, force_of, times_of


def up(firmware: ChronojumpFirmware) -> ChronojumpFirmware:
    """Open, and past its boot."""
    firmware.connected()
    firmware.advance(2.0)
    return firmware


def told(firmware: Firmware, command: str, seconds: float = 1.0) -> list[bytes]:
    firmware.receive(command.encode())
    return firmware.advance(seconds)


def capturing(firmware: ChronojumpFirmware, codec: ChronojumpCodec | None = None) -> Host:
    """Just after it confirmed the start."""
    host = Host(firmware, codec or ChronojumpCodec())
    host.wait(2.0)
    host.send(host.codec.start())
    host.wait(1.0)
    return host


@pytest.mark.parametrize(
    ("version", "command", "reply"),
    [
        ("0.5", "get_version:\n", b"Force_Sensor-0.5\r\n"),
        ("0.1", "end_capture:\n", b"Capture ended\r\n"),
        ("0.4", "end_capture:\n", b"Capture ended:-12345\r\n"),
        ("0.5", "end_capture:\n", b"Capture ended:-12345\r\n"),
        ("0.6", "end_capture:\n", b"Capture ended:\r\n"),
        ("0.5", "get_transmission_format:\n", b"text\r\n"),
        ("0.1", "get_transmission_format:\n", b"Not a valid command\r\n"),
        ("0.5", "get_tare:\n", b"-12345\r\n"),
        ("0.5", "get_calibration_factor:\n", b"915.00\r\n"),
        ("0.5", "end_cture:\n", b"Not a valid command\r\n"),
        ("0.5", "hello\n", b"Not a valid command\r\n"),
    ],
)
def test_the_replies_of_each_version(version: str, command: str, reply: bytes) -> None:
    assert told(up(ChronojumpFirmware(version=version)), command) == [reply]


def test_a_command_costs_a_second() -> None:
    firmware = up(ChronojumpFirmware())
    firmware.receive(b"get_version:\n")
    assert firmware.advance(0.999) == []
    assert firmware.advance(0.001) == [b"Force_Sensor-0.5\r\n"]


def test_commands_that_follow_too_fast_become_one_that_is_not_understood() -> None:
    firmware = up(ChronojumpFirmware())
    firmware.receive(b"get_version:\n")
    firmware.advance(0.5)
    firmware.receive(b"get_tare:\n")
    assert firmware.advance(2.0) == [b"Not a valid command\r\n"]


def test_opening_the_port_resets_it_and_it_hears_nothing_before_it_is_up() -> None:
    firmware = ChronojumpFirmware(is_capturing=True)
    firmware.connected()
    firmware.receive(b"get_version:\n")
    (garbage,) = firmware.advance(5.0)
    assert b"\n" not in garbage
    assert told(firmware, "get_version:\n") == [b"Force_Sensor-0.5\r\n"]


def test_a_board_that_is_not_reset_still_captures_for_the_program_that_crashed() -> None:
    firmware = ChronojumpFirmware(is_capturing=True, resets_on_open=False)
    firmware.connected()
    assert len(firmware.advance(1.0)) == 84  # 84.75 Hz
    lines = told(firmware, "end_capture:\n")
    assert lines == [b"Capture ended:-12345\r\n"]
    assert firmware.advance(1.0) == []


def test_the_stream_has_the_true_rate_and_the_load_of_its_time() -> None:
    host = capturing(ChronojumpFirmware(lambda t: 10.0 * t[:, np.newaxis], noise_n=0.0))
    events = host.wait(2.0)
    t_us, force = times_of(host.events), force_of(host.events)
    assert t_us[0] == 0
    # 1 s / 84.75 in whole nanoseconds, stamps in whole microseconds
    assert set(np.diff(t_us).tolist()) <= {11_799, 11_800}
    assert np.abs(force[:, 0] - t_us * 1e-5).max() <= 0.005 + 1e-5
    assert len(times_of(events)) == 169


def test_a_command_while_it_captures_makes_a_hole_of_a_second() -> None:
    host = capturing(ChronojumpFirmware(constant(50.0)))
    host.wait(1.0)
    host.send(b"end_cture:\n")
    host.wait(2.0)
    steps = np.diff(times_of(host.events))
    assert np.count_nonzero(steps > 20_000) == 1
    assert 1_000_000 <= steps.max() <= 1_000_000 + 2 * 11_800


def test_characters_of_a_command_are_lost_while_it_captures_and_only_then() -> None:
    firmware = up(ChronojumpFirmware(loses=1.0))
    assert told(firmware, "get_version:\n") == [b"Force_Sensor-0.5\r\n"]
    told(firmware, "start_capture:\n")
    assert b"Capture ended" not in b"".join(told(firmware, "end_capture:\n", 3.0))
    some = up(ChronojumpFirmware(loses=0.1, seed=4))
    told(some, "start_capture:\n")
    replies = [told(some, "end_capture:\n")[0] for _ in range(6)]
    assert replies[0] == b"Not a valid command\r\n"
    assert b"Capture ended:-12345\r\n" in replies


def test_the_codec_knows_the_board_after_its_questions() -> None:
    host = Host(ChronojumpFirmware(), ChronojumpCodec())
    host.wait(2.0)
    for request in host.codec.identify():
        host.send(request)
        host.wait(1.0)
        assert host.codec.pending == 0
    names = [type(event).__name__ for event in host.events]
    assert names == ["StreamStopped", "Identity", "Calibration"]


def test_a_board_without_a_memory_is_marked_and_has_one_decimal() -> None:
    host = Host(ChronojumpFirmware(constant(12.34), version="0.1", noise_n=0.0), ChronojumpCodec())
    host.wait(2.0)
    for request in host.codec.identify():
        host.send(request)
        host.wait(1.0)
    host.send(host.codec.start())
    host.wait(2.0)
    assert ChannelStatus(0, ChannelProblem.UNCALIBRATED) in host.events
    assert set(force_of(host.events)[:, 0].tolist()) == {12.3}


def test_stamps_wrap_at_32_bits_and_the_codec_follows() -> None:
    host = capturing(ChronojumpFirmware(clock_at_start_us=2**32 - 500_000))
    host.wait(2.0)
    assert set(np.diff(times_of(host.events)).tolist()) <= {11_799, 11_800}


def test_what_would_change_its_memory_is_kept_for_the_test_to_see() -> None:
    firmware = up(ChronojumpFirmware())
    told(firmware, "set_tare:100;\n")
    told(firmware, "tare:\n")
    assert firmware.changes == ["set_tare:100;", "tare:;"]


def test_the_platform_sends_counts_of_four_cells() -> None:
    codec = ChronojumpPlatformCodec()
    for channel in range(2):
        zero = ChronojumpPlatformFirmware.zero_counts[channel]
        codec.calibrate(channel, ChronojumpPlatformFirmware.newtons_per_count, zero)
    host = capturing(ChronojumpPlatformFirmware(constant(123.4, 2), noise_n=0.0), codec)
    host.wait(1.0)
    host.send(codec.stop())
    host.wait(1.0)
    # 123.4 N / 0.125 N is 987.2 counts
    assert set(force_of(host.events).ravel().tolist()) == {987 * 0.125}
    assert host.events[-1] == StreamStopped()


@pytest.mark.parametrize("kind", [ChronojumpFirmware, ChronojumpPlatformFirmware])
@given(steps_us=st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(kind: type[ChronojumpFirmware], steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = kind(isometric_hold(), noise_n=1.0, boot_s=0.3)
        firmware.connected()
        out = b"".join(firmware.advance(1.0))
        firmware.receive(b"start_capture:\n")
        out += b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)
        firmware.receive(b"end_capture:\n")
        return out + b"".join(firmware.advance(2.0))

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
