"""Behaviour of Harp Load Cells: force_devices.md §3 and the maker's register table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.harp import CELLS, HarpFirmware
from firmware_sim.loads import constant, isometric_hold
from protocols.events import (
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    ForceSamples,
    Identity,
    StreamStarted,
    StreamStopped,
)
from protocols.harp import HarpCodec
from protocols.harp_frames import HarpFrame, HarpFrames, MessageType, PayloadType
from tests.firmware_sim.host import Host, force_of, times_of


def host(firmware: HarpFirmware) -> Host:
    codec = HarpCodec()
    for cell in CELLS:
        codec.calibrate(cell.channel, cell.newtons_per_count, cell.zero_counts)
    return Host(firmware, codec)


def streaming(firmware: HarpFirmware) -> Host:
    ready = host(firmware)
    ready.send(ready.codec.start())
    return ready


def frames(messages: list[bytes]) -> list[HarpFrame]:
    found = HarpFrames().split(b"".join(messages))
    return [frame for frame in found if isinstance(frame, HarpFrame)]


def statuses(events: list[Event]) -> list[Event]:
    return [e for e in events if isinstance(e, (ChannelStatus, ChannelRecovered))]


def test_it_says_who_it_is() -> None:
    assert host(HarpFirmware()).identify() == [
        StreamStopped(),
        Identity(firmware="1.2"),
        Identity(serial="1729"),
    ]


def test_the_worked_answer() -> None:
    # §3: the reply to WhoAmI at 10.5 s
    firmware = HarpFirmware(clock_at_boot_us=10_500_000)
    firmware.connected()
    (answer,) = firmware.receive(bytes.fromhex("01 04 00 FF 02 06"))
    # 10.500000 s is 15625 ticks of 32 us: 09 3D
    assert answer == bytes.fromhex("01 0C 00 FF 12 0A 00 00 00 09 3D D0 04 42")


def test_it_sends_a_thousand_readings_a_second_stamped_in_steps_of_32_us() -> None:
    ready = streaming(HarpFirmware())
    times = times_of(ready.wait(10.0))
    assert len(times) == 10_001
    assert set((times % 32).tolist()) <= {t * 1_000_000 % 32 for t in range(32)}
    assert set(np.diff(times).tolist()) == {992, 1024}
    assert np.abs(times - times[0] - 1000 * np.arange(len(times))).max() <= 32


def test_force_comes_back_within_a_count() -> None:
    load = isometric_hold(channels=2)
    ready = streaming(HarpFirmware(load, noise_n=0.0))
    events = ready.wait(20.0)
    force = force_of(events)
    expected = load(np.arange(len(force)) / 1000)
    assert np.abs(force - expected).max() <= CELLS[0].newtons_per_count / 2 + 1e-9
    assert isinstance(events[0], (StreamStarted, ForceSamples))


def test_a_board_that_is_pulled_out_reads_zero_and_is_told() -> None:
    firmware = HarpFirmware(constant(200.0, 2), noise_n=0.0)
    ready = streaming(firmware)
    assert statuses(ready.wait(1.0)) == []
    firmware.boards[1] = False
    (status,) = statuses(ready.wait(1.0))
    assert isinstance(status, ChannelStatus)
    assert (status.channel, status.problem) == (1, ChannelProblem.OPEN)
    firmware.boards[1] = True
    (recovered,) = statuses(ready.wait(1.0))
    assert isinstance(recovered, ChannelRecovered)
    force = force_of(ready.events)
    assert force[-1].tolist() == [200.0, 200.0]


def test_a_force_beyond_the_converter_stays_at_its_rail() -> None:
    ready = streaming(HarpFirmware(constant(5000.0, 2)))
    events = ready.wait(0.1)
    assert [type(event) for event in statuses(events)] == [ChannelStatus, ChannelStatus]
    # 32767 counts less the zero of the cell
    assert force_of(events)[0].tolist() == [(32767 - 37) * 0.0625, (32767 + 112) * 0.0625]


def test_when_the_host_goes_the_events_end_and_the_acquisition_stays_on() -> None:
    firmware = HarpFirmware()
    streaming(firmware)
    firmware.disconnected()
    assert firmware.advance(1.0) == []
    firmware.connected()
    assert [frame.address for frame in frames(firmware.advance(2.0))] == [18, 18]
    assert len(host(firmware).identify()) == 3


@pytest.mark.parametrize(("control", "address"), [(0x05, 18), (0x85, 18), (0x81, 8)])
def test_it_tells_each_second_that_it_lives(control: int, address: int) -> None:
    firmware = HarpFirmware(clock_at_boot_us=10_250_000)
    firmware.connected()
    write = HarpFrame(MessageType.WRITE, 10, PayloadType.U8, bytes((control,)))
    firmware.receive(write.encode())
    beats = frames(firmware.advance(3.0))
    assert [(beat.address, beat.t_us) for beat in beats] == [
        (address, 11_000_000),
        (address, 12_000_000),
        (address, 13_000_000),
    ]


@pytest.mark.parametrize(
    "request_",
    [
        HarpFrame(MessageType.READ, 99, PayloadType.U8),
        HarpFrame(MessageType.READ, 13, PayloadType.U8),  # it is a U16
        HarpFrame(MessageType.WRITE, 0, PayloadType.U16, b"\0\0"),  # read only
        HarpFrame(MessageType.WRITE, 33, PayloadType.S16, bytes(16)),
    ],
)
def test_what_it_does_not_do_is_answered_with_an_error(request_: HarpFrame) -> None:
    (answer,) = frames(HarpFirmware().receive(request_.encode()))
    assert answer.is_error
    assert (answer.type, answer.address) == (request_.type, request_.address)


def test_damaged_requests_are_not_answered() -> None:
    assert HarpFirmware().receive(bytes.fromhex("01 04 00 FF 02 07")) == []


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = HarpFirmware(isometric_hold(channels=2), noise_n=1.0)
        firmware.connected()
        firmware.receive(HarpCodec().start())
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
