"""Behaviour of the board: force_devices.md §16.2 and §16.3."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, delayed, from_csv, nordic_curl
from firmware_sim.onb import OnbFirmware
from firmware_sim.onb_cells import CALIBRATIONS
from protocols.codec import Framing
from protocols.events import (
    BatteryLevel,
    ButtonPressed,
    Calibration,
    CellSide,
    ChannelProblem,
    ChannelStatus,
    Event,
    Identity,
    LowBattery,
    Rejected,
    Restarted,
    ShuttingDown,
    StreamStarted,
    StreamStopped,
)
from protocols.framing import cobs
from protocols.onb import OnbCodec
from protocols.onb_frames import (
    START,
    Opcode,
    Status,
    decode_frame,
    encode_request,
)
from tests.firmware_sim.host import Host, force_of, times_of
from tests.protocols.plain import samples


def host(firmware: OnbFirmware) -> Host:
    ready = Host(firmware, OnbCodec(firmware.framing))
    ready.identify()
    return ready


def streaming(firmware: OnbFirmware) -> Host:
    ready = host(firmware)
    assert ready.send(ready.codec.start()) == [StreamStarted(1000.0)]
    return ready


def answer_to(firmware: OnbFirmware, opcode: int, arguments: bytes = b"") -> tuple[int, bytes]:
    """Status and data of the answer to one request over BLE."""
    message = firmware.receive(encode_request(7, opcode, arguments))[0]
    frame = decode_frame(message)
    assert frame is not None
    ref_seq, answered, status = struct.unpack_from("<HBB", frame.payload)
    assert (ref_seq, answered) == (7, opcode)
    return status, frame.payload[4:]


def board() -> OnbFirmware:
    firmware = OnbFirmware(constant(100.0, 2), Framing.PACKETS)
    firmware.connected()
    return firmware


@pytest.mark.parametrize("framing", list(Framing))
def test_it_says_who_it_is_and_how_it_is_calibrated(framing: Framing) -> None:
    events = Host(OnbFirmware(framing=framing), OnbCodec(framing)).identify()
    assert events[0] == StreamStopped(0)
    identity = events[1]
    assert isinstance(identity, Identity)
    assert (identity.serial, identity.firmware) == ("ONB-0001", "1.0.0")
    assert identity.first_channel is CellSide.LEFT
    assert [event.channel for event in events if isinstance(event, Calibration)] == [0, 1]
    for event in events[2:]:
        assert isinstance(event, Calibration)
        assert event.capacity_n == 3000.0
        assert event.newtons_per_count < 0.05 / 10  # far below what must be resolved
        assert event.newtons_per_count * 2**23 > 2000.0


@pytest.mark.parametrize("framing", list(Framing))
def test_it_streams_both_cells_at_1000_hz(framing: Framing) -> None:
    load = constant(250.0, 2)
    ready = streaming(OnbFirmware(load, framing, noise_n=0.0))
    events = ready.wait(2.0)
    times = times_of(events)
    assert set(np.diff(times).tolist()) == {1000}
    assert 1960 <= len(times) <= 2001
    assert force_of(events) == pytest.approx(np.full((len(times), 2), 250.0), abs=0.0003)


def test_stop_sends_the_rest_and_counts_it() -> None:
    ready = streaming(OnbFirmware())
    ready.wait(1.0055)
    stopped = ready.send(ready.codec.stop())
    assert stopped[-1] == StreamStopped(0)
    # sample k is at k ms: the last is that at 1.005 s
    assert len(times_of(ready.events)) == 1006
    assert not samples(ready.wait(1.0))


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=12), st.sampled_from(list(Framing)))
@settings(max_examples=30, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int], framing: Framing) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = OnbFirmware(nordic_curl(), framing, noise_n=0.5, battery_percent=9)
        ready = streaming(firmware)
        out = b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)
        return out + b"".join(firmware.receive(ready.codec.stop()))

    total = sum(steps_us)
    assert bytes_of(steps_us) == bytes_of([total])


def test_a_file_comes_back_through_the_codec_in_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    values = np.round(rng.normal(200, 900, (2000, 2)).clip(-2000, 2900), 3)
    rows = "".join(f"{i / 1000:.3f},{a},{b}\n" for i, (a, b) in enumerate(values))
    path = tmp_path / "curve.csv"
    path.write_text("time_s,a_n,b_n\n" + rows, encoding="utf-8")
    load = delayed(from_csv(path), 3.0)
    ready = streaming(OnbFirmware(load, noise_n=0.0))
    ready.firmware.advance(0.0001)  # not on a millisecond
    force = force_of(ready.wait(6.0))
    assert not np.abs(force[:3000]).max() > 0.0003
    # half a step of the converter
    assert np.abs(force[3000:5000] - values).max() <= 0.00026
    assert np.abs(force[5000:]).max() <= 0.0003


def test_noise_is_far_below_what_matters() -> None:
    force = force_of(streaming(OnbFirmware(constant(100.0, 2))).wait(10.0))
    assert 0.003 < force.std() < 0.005
    assert np.abs(force - 100.0).max() < 0.05


def test_the_load_goes_on_while_nothing_streams() -> None:
    load = delayed(constant(50.0, 2), 3.0)
    ready = streaming(OnbFirmware(load, noise_n=0.0))
    ready.wait(1.0003)
    ready.send(ready.codec.stop())
    ready.wait(1.0)
    ready.send(ready.codec.start())
    again = ready.wait(2.0)
    force, times = force_of(again), times_of(again)
    began = int(np.argmax(force[:, 0] > 25.0))
    first = times_of(ready.events)[0]
    assert times[began] - first == 3_000_000
    assert samples(again)[0].index == 0


def test_saturation_is_flagged_and_overload_told_once() -> None:
    ready = streaming(OnbFirmware(constant(5000.0, 2), noise_n=0.0))
    events = ready.wait(1.0)
    told = [event for event in events if isinstance(event, ChannelStatus)]
    assert [(event.channel, event.problem) for event in told] == [
        (0, ChannelProblem.OVERLOAD),
        (1, ChannelProblem.OVERLOAD),
        (0, ChannelProblem.SATURATED),
        (1, ChannelProblem.SATURATED),
    ]
    assert force_of(events)[:, 0] == pytest.approx((2**23 - 1 - 12_345) * 0.0005)


def test_a_silent_host_ends_the_stream_after_3_seconds() -> None:
    ready = streaming(OnbFirmware())
    events = ready.wait(5.0, keep_alive=False)
    assert times_of(events)[-1] - times_of(events)[0] == pytest.approx(3_000_000, abs=20_000)
    assert isinstance(events[-1], BatteryLevel)
    assert StreamStopped() in events


def test_a_host_that_pings_keeps_the_stream() -> None:
    assert len(times_of(streaming(OnbFirmware()).wait(20.0))) > 19_900


def test_disconnecting_ends_the_stream_and_keeps_the_clock() -> None:
    firmware = OnbFirmware()
    ready = streaming(firmware)
    before = times_of(ready.wait(1.0))
    boot_ids = {event.boot_id for event in ready.events if isinstance(event, Identity)}
    firmware.disconnected()
    assert firmware.advance(2.0) == []
    ready = streaming(firmware)
    boot_ids |= {event.boot_id for event in ready.events if isinstance(event, Identity)}
    after = times_of(ready.wait(1.0))
    assert len(boot_ids) == 1
    assert after[0] - before[-1] == pytest.approx(2_000_000, abs=25_000)


def test_a_reboot_is_told_and_changes_the_boot_id() -> None:
    firmware = OnbFirmware()
    ready = streaming(firmware)
    ready.wait(2.0)
    first = [event.boot_id for event in ready.events if isinstance(event, Identity)]
    firmware.reboot()
    assert Restarted() in ready.wait(0.1)
    ready.codec.reset()
    second = [event.boot_id for event in ready.identify() if isinstance(event, Identity)]
    assert first != second
    ready.send(ready.codec.start())
    assert times_of(ready.wait(0.5))[0] < 1_000_000


def test_heartbeats_come_each_second_with_the_battery() -> None:
    ready = host(OnbFirmware(battery_percent=55, battery_mv=3700))
    assert ready.wait(10.0) == [BatteryLevel(55.0, 3.7)] * 10


def test_a_low_battery_is_told() -> None:
    events = streaming(OnbFirmware(battery_percent=9, battery_mv=3300)).wait(2.0)
    assert LowBattery() in events
    assert BatteryLevel(volts=3.3) in events


def test_the_button_is_told() -> None:
    firmware = OnbFirmware()
    ready = host(firmware)
    ready.wait(1.0)
    firmware.press_button()
    assert ready.wait(0.001) == [ButtonPressed(1_000_000)]


def test_it_tells_its_clock_beside_that_of_the_host() -> None:
    firmware = board()
    firmware.advance(1.5)
    status, data = answer_to(firmware, Opcode.TIME_SYNC, (42).to_bytes(8, "little"))
    assert status == Status.OK
    assert struct.unpack("<QQQ", data) == (42, 1_500_000, 1_500_000)


def test_sleep_says_goodbye_and_is_gone() -> None:
    firmware = board()
    firmware.advance(0.1)
    messages = firmware.receive(encode_request(1, Opcode.SLEEP))
    events: list[Event] = [
        event for message in messages for event in OnbCodec(Framing.PACKETS).receive(message)
    ]
    assert events == [ShuttingDown("reason 1")]
    assert not firmware.is_reachable


@pytest.mark.parametrize(
    ("opcode", "arguments", "status"),
    [
        (Opcode.PING, b"abc", Status.OK),
        (Opcode.SET_CAL, bytes(68), Status.LOCKED),
        (Opcode.GET_CAL, b"\x02", Status.BAD_ARGUMENT),
        (Opcode.GET_CAL, b"", Status.BAD_LENGTH),
        (Opcode.START, START.pack(0, 0, 3, 20, 0, 0), Status.BAD_ARGUMENT),
        (Opcode.START, START.pack(1000, 2, 3, 20, 0, 0), Status.BAD_ARGUMENT),
        (Opcode.START, START.pack(1000, 0, 1, 20, 0, 0), Status.BAD_ARGUMENT),
        (Opcode.IDENTIFY, b"", Status.OK),
        (Opcode.STATS, b"", Status.OK),
        (Opcode.SHUNT_CAL, b"\x00\x01", Status.UNKNOWN_OPCODE),
        (0x77, b"", Status.UNKNOWN_OPCODE),
    ],
)
def test_every_request_has_one_answer(opcode: int, arguments: bytes, status: Status) -> None:
    firmware = board()
    assert answer_to(firmware, opcode, arguments)[0] == status
    assert firmware.advance(0.1) == []


def test_a_second_start_is_refused() -> None:
    ready = streaming(OnbFirmware())
    assert ready.send(ready.codec.start()) == [Rejected("START", "wrong state")]


def test_start_answers_with_what_it_will_really_do() -> None:
    arguments = START.pack(4000, 0, 7, 200, 0, 0)
    _, data = answer_to(board(), Opcode.START, arguments)
    # at most 1000 Hz, no angle, and rows that fit 244 bytes: (244 - 26) / 8
    assert START.unpack(data) == (1000, 0, 3, 27, 0, 0)


def test_a_stream_with_a_duration_ends_by_itself() -> None:
    ready = host(OnbFirmware(framing=Framing.PACKETS))
    ready.send(encode_request(50, Opcode.START, START.pack(500, 0, 3, 20, 0, 300)))
    assert len(times_of(ready.wait(2.0))) == 150


def test_zero_read_reads_and_stores_nothing() -> None:
    firmware = OnbFirmware(framing=Framing.PACKETS, unloaded_n=(2.0, -1.0), noise_n=0.0)
    firmware.connected()
    _, data = answer_to(firmware, Opcode.ZERO_READ, (500).to_bytes(2, "little"))
    left, right = struct.iter_unpack("<iIH", data)
    assert left == (CALIBRATIONS[0].zero_counts + 4000, 0, 500)  # 2 N / 0.0005 N
    assert right[0] == pytest.approx(CALIBRATIONS[1].zero_counts - 2000, abs=1)
    ready = streaming(firmware)
    force = force_of(ready.wait(0.1))
    assert np.abs(force - [2.0, -1.0]).max() < 0.0003


def test_junk_from_the_host_is_not_answered() -> None:
    firmware = OnbFirmware()
    firmware.connected()
    assert firmware.receive(b"\x01\x02\x03\x00\xff\x00") == []
    assert len(firmware.receive(b"\x55\x55\x00" + cobs(encode_request(0, Opcode.PING)))) == 1


def test_requests_may_come_in_pieces() -> None:
    firmware = OnbFirmware()
    firmware.connected()
    wire = cobs(encode_request(0, Opcode.HELLO))
    assert [len(firmware.receive(wire[i : i + 1])) for i in range(len(wire))][-2:] == [0, 1]
