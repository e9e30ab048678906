"""Behaviour of Crimpdeq, Hangman and Mito: force_devices.md §1.5 to §1.9."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.crimpdeq import CrimpdeqFirmware
from firmware_sim.firmware import Firmware
from firmware_sim.hangman import HangmanFirmware
from firmware_sim.loads import constant, isometric_hold
from firmware_sim.mito import MitoFirmware
from protocols.events import BatteryLevel, Identity
from protocols.progressor import ProgressorCodec
from protocols.progressor_compatible import HangmanCodec, MitoCodec
from tests.firmware_sim.host import Host, force_of, times_of

START, STOP, TARE = b"\x65", b"\x66", b"\x64"
FIVE_KG_N = 49.03325


def kilograms(messages: list[bytes]) -> list[float]:
    return [struct.unpack_from("<f", m, 2)[0] for m in messages if m[0] == 1]


def stamps(messages: list[bytes]) -> list[int]:
    return [struct.unpack_from("<I", m, 6)[0] for m in messages if m[0] == 1]


def test_a_crimpdeq_says_who_it_is() -> None:
    host = Host(CrimpdeqFirmware(), ProgressorCodec())
    assert host.identify() == [
        Identity(firmware="2.0.4"),
        Identity(model="crimpdeq"),
        BatteryLevel(volts=4.3),
    ]
    host.wait(60.0)
    assert host.identify()[-1] == BatteryLevel(volts=3.912)


def test_a_crimpdeq_sends_single_samples() -> None:
    firmware = CrimpdeqFirmware()
    firmware.receive(START)
    messages = firmware.advance(10.0)
    assert {len(message) for message in messages} == {10}
    assert len(messages) == 801


def test_the_version_of_a_crimpdeq_is_cut_to_ten_bytes() -> None:
    answers = CrimpdeqFirmware(version="2.0.4-beta.17").receive(b"\x6b")
    assert answers == [b"\x00\x0a2.0.4-beta"]


def test_a_crimpdeq_tares_and_then_its_stream_is_over() -> None:
    firmware = CrimpdeqFirmware(constant(FIVE_KG_N), noise_n=0.0)
    firmware.receive(START)
    firmware.advance(1.0)
    firmware.receive(TARE)
    assert firmware.advance(1.0) == []
    firmware.receive(START)
    assert kilograms(firmware.advance(1.0)) == pytest.approx([0.0] * 81, abs=1e-6)


@pytest.mark.parametrize("opcode", [0x75, 0x76, 0x73, 0x00, 0xFF])
def test_a_crimpdeq_takes_an_unknown_command_for_stop(opcode: int) -> None:
    firmware = CrimpdeqFirmware()
    firmware.receive(START)
    firmware.receive(bytes((opcode,)))
    assert firmware.advance(1.0) == []


def test_one_command_destroys_the_calibration_of_a_crimpdeq() -> None:
    firmware = CrimpdeqFirmware(constant(FIVE_KG_N), noise_n=0.0, factor=2.0)
    firmware.receive(b"\x74")
    firmware.receive(START)
    assert kilograms(firmware.advance(0.1)) == pytest.approx([2.5] * 9)


def test_a_crimpdeq_answers_for_its_calibration_in_tags_of_its_own() -> None:
    answers = CrimpdeqFirmware(factor=2.0).receive(b"\x72")
    assert answers[0] == bytes.fromhex("05 04 00 00 00 40")
    assert [message[0] for message in answers] == [5, 6]


def test_a_crimpdeq_alone_falls_asleep_after_five_minutes() -> None:
    firmware = CrimpdeqFirmware()
    firmware.connected()
    firmware.advance(400.0)
    assert firmware.is_reachable
    firmware.disconnected()
    firmware.advance(299.0)
    assert firmware.is_reachable
    firmware.advance(2.0)
    assert not firmware.is_reachable


def test_a_hangman_says_who_it_is() -> None:
    assert Host(HangmanFirmware(), ProgressorCodec()).identify() == [
        Identity(firmware="1.2.3.4"),
        Identity(model="hangman"),
        BatteryLevel(volts=3.05),
    ]


def test_a_hangman_sends_the_median_of_five_readings() -> None:
    firmware = HangmanFirmware(lambda t: 980.665 * t[:, np.newaxis], noise_n=0.0)
    firmware.receive(START)
    # 100 kg/s: the readings are 0, 1.25, 2.5, …; medians of 1, 2, 3, 4, 5, 5, … of them
    assert kilograms(firmware.advance(0.075)) == pytest.approx(
        [0.0, 0.625, 1.25, 1.875, 2.5, 3.75, 5.0]
    )


def test_a_single_spike_never_leaves_a_hangman() -> None:
    firmware = HangmanFirmware(
        lambda t: np.where(np.abs(t - 0.5) < 0.001, 500.0, 10.0)[:, np.newaxis], noise_n=0.0
    )
    firmware.receive(START)
    assert max(kilograms(firmware.advance(1.0))) < 2.0


def test_the_first_samples_of_a_hangman_belong_to_the_stream_before() -> None:
    firmware = HangmanFirmware(
        lambda t: np.where(t < 1.5, 0.0, 98.0665)[:, np.newaxis], noise_n=0.0
    )
    host = Host(firmware, HangmanCodec())
    firmware.receive(START)
    firmware.advance(1.0)
    firmware.receive(STOP)
    firmware.advance(1.0)
    sent = [*firmware.receive(host.codec.start()), *firmware.advance(0.2)]
    assert kilograms(sent)[:3] == pytest.approx([0.0, 0.0, 10.0])
    assert force_of(host.hear(sent))[:, 0] == pytest.approx([98.0665] * 13)


def test_a_hangman_refuses_to_tare_while_it_streams() -> None:
    firmware = HangmanFirmware(constant(FIVE_KG_N), noise_n=0.0)
    firmware.receive(START)
    firmware.receive(TARE)
    assert kilograms(firmware.advance(2.0))[-1] == pytest.approx(5.0)


def test_a_hangman_takes_a_second_to_tare_and_starts_after_it() -> None:
    firmware = HangmanFirmware(constant(FIVE_KG_N), noise_n=0.0)
    firmware.receive(TARE)
    firmware.advance(0.4)
    firmware.receive(START)
    assert firmware.advance(0.59) == []
    messages = firmware.advance(0.51)
    assert stamps(messages)[0] == 0
    assert kilograms(messages) == pytest.approx([0.0] * len(messages), abs=1e-6)


def test_a_hangman_switches_itself_off_when_the_link_ends() -> None:
    firmware = HangmanFirmware()
    firmware.connected()
    firmware.disconnected()
    assert not firmware.is_reachable
    assert firmware.receive(START) == []


def test_a_hangman_with_a_low_battery_answers_anything_with_its_warning() -> None:
    firmware = HangmanFirmware(battery_mv=2750)
    assert firmware.receive(b"\x6b") == [b"\x04\x00"]
    assert not firmware.is_reachable


def test_a_hangman_does_not_go_off_when_told_and_takes_no_long_write() -> None:
    firmware = HangmanFirmware()
    assert firmware.receive(b"\x6e") == []
    assert firmware.is_reachable
    assert firmware.receive(b"\x6b" + bytes(6)) == []


def test_a_stream_of_a_hangman_ends_when_its_clock_is_full() -> None:
    firmware = HangmanFirmware(clock_at_start_us=2**32 - 1_000_000)
    firmware.receive(START)
    messages = firmware.advance(0.9)
    assert firmware.is_reachable
    messages += firmware.advance(2.0)
    assert not firmware.is_reachable
    assert max(stamps(messages)) <= 2**32 - 1


def test_a_mito_streams_as_soon_as_it_is_connected_and_stamps_from_power_up() -> None:
    firmware = MitoFirmware(constant(FIVE_KG_N), noise_n=0.0, clock_at_boot_us=2_000_000)
    assert firmware.advance(5.0) == []
    firmware.connected()
    messages = firmware.advance(10.0)
    assert len(messages) == 100
    assert stamps(messages)[0] == 7_100_000
    assert set(np.diff(stamps(messages)).tolist()) == {100_000}
    assert kilograms(messages) == pytest.approx([5.0] * 100)


def test_a_mito_takes_no_commands() -> None:
    firmware = MitoFirmware()
    firmware.connected()
    for opcode in (0x64, 0x65, 0x66, 0x6B, 0x70, 0x74):
        assert firmware.receive(bytes((opcode,))) == []
    assert len(firmware.advance(1.0)) > 9


def test_a_mito_shows_whole_steps_below_the_force_and_nothing_below_zero() -> None:
    for newtons, shown in ((9.70, 0.9), (9.90, 1.0), (-50.0, 0.0)):
        firmware = MitoFirmware(constant(newtons), noise_n=0.0)
        firmware.connected()
        assert kilograms(firmware.advance(1.0)) == pytest.approx([shown] * 11)


def test_a_mito_smooths() -> None:
    load = isometric_hold(peaks_n=(98.0665,), hold_s=(6.0,), rise_s=0.001, start_s=1.0)
    host = Host(MitoFirmware(load, noise_n=0.0), MitoCodec())
    host.codec.start()
    force = force_of(host.wait(2.0))[:, 0]
    # 30, 51, 65.7 and 75.99 % of 10 kg, cut off to 0.1 kg; tremor is below 1 %
    assert force[11:15] == pytest.approx(np.array([3.0, 5.1, 6.5, 7.5]) * 9.80665, abs=1.0)


def test_a_mito_falls_asleep_when_nothing_changes_until_its_button_is_pressed() -> None:
    firmware = MitoFirmware(noise_n=0.0)
    firmware.connected()
    firmware.advance(59.0)
    assert firmware.is_reachable
    firmware.advance(2.0)
    assert not firmware.is_reachable
    assert firmware.advance(1.0) == []
    firmware.press_button()
    assert len(firmware.advance(1.0)) == 10


@pytest.mark.parametrize("kind", [CrimpdeqFirmware, HangmanFirmware, MitoFirmware])
@given(steps_us=st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_any_step_gives_the_same_bytes(kind: Callable[..., Firmware], steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = kind(isometric_hold(), noise_n=1.0)
        firmware.connected()
        firmware.receive(TARE)
        firmware.receive(START)
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])


def test_times_of_a_mito_are_even() -> None:
    host = Host(MitoFirmware(), MitoCodec())
    host.codec.start()
    times = times_of(host.wait(5.0))
    assert times[0] == 0
    assert set(np.diff(times).tolist()) == {100_000}
