"""Worked bytes: force_devices.md §4, commands as the maker's package emits them; and what a real
unit of the family sent, from comments in the open app vernierrespirate of espruino/BangleApps."""

from __future__ import annotations

import math
import struct
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing, ProtocolError
from protocols.events import (
    BatteryLevel,
    Event,
    Identity,
    Noise,
    RatedLoad,
    SamplesLost,
    StreamStarted,
    StreamStopped,
)
from protocols.gate import RequestClass
from protocols.godirect import GoDirectCodec
from protocols.godirect_messages import SENSOR_INFO, Command, encode_reals
from protocols.godirect_packets import LONGEST_PACKET, Reassembly, is_packet, packet, pieces
from tests.protocols.plain import plain, samples

INIT = "58 19 FE 3F 1A A5 4A 06 49 07 48 08 47 09 46 0A 45 0B 44 0C 43 0D 42 0E 41"
STATUS = "58 05 FD 6A 10"
PERIOD = "58 0F FC EB 1B FF 00 20 4E 00 00 00 00 00 00"
START = "58 13 FB 80 18 FF 01 02 00 00 00 00 00 00 00 00 00 00 00"
STOP = "58 0B FA 71 19 FF 00 FF FF FF FF"
TWO_READINGS = "20 11 01 5D 06 02 00 02 00 00 40 9C 43 00 20 9F 43"

# A real unit with sensors 1 and 2, the second without a number yet; and its answer to command 51.
FROM_A_UNIT = "20 19 CF D8 06 06 00 02 FC 80 8A 07 BF 00 00 C0 7F 80 31 08 BF 00 00 C0 7F"
SENSORS_OF_A_UNIT = "98 0A 01 27 51 FD 36 00 00 00"


def wire(text: str) -> bytes:
    return bytes.fromhex(text)


def newtons(events: list[Event]) -> list[float]:
    return [value for block in samples(events) for value in block.force[:, 0].tolist()]


def times(events: list[Event]) -> list[int]:
    return [t for block in samples(events) for t in block.t_us.tolist()]


def lost(events: list[Event]) -> list[int | None]:
    return [event.samples for event in events if isinstance(event, SamplesLost)]


def measured(counter: int, *values: float) -> bytes:
    """Readings of sensor 1 alone."""
    return packet(0x20, counter, encode_reals(0x02, [[value] for value in values]))


def answer(command: int, request: bytes, payload: bytes = b"") -> bytes:
    return packet(0x98, 0, bytes((command, request[2])) + payload)


def sensor_info(unit: str = "N", shortest_us: int = 20_000, granularity_us: int = 1000) -> bytes:
    return SENSOR_INFO.pack(
        *(1, 0, 61, 0, 0, b"Force", unit.encode(), 0.6, 0.0, 600.0),
        *(shortest_us, 10**9, 100_000, granularity_us, 0),
    )


def test_the_worked_commands_are_formed() -> None:
    codec = GoDirectCodec()
    assert list(islice(codec.identify(), 2)) == [wire(INIT), wire(STATUS)]
    # The counter falls by one for each packet: the worked start, stop and period are later ones.
    formed = [*codec.identify(), codec.start(), codec.stop()]
    assert [p[4:] for p in formed[-3:]] == [wire(p)[4:] for p in (PERIOD, START, STOP)]
    assert all(is_packet(p) for p in formed)


def test_the_counter_falls_and_wraps() -> None:
    codec = GoDirectCodec()
    counters = [codec.stop()[2] for _ in range(300)]
    assert counters[:2] == [0xFE, 0xFD]
    assert counters[254:256] == [0x00, 0xFF]


@pytest.mark.parametrize("data", [INIT, STATUS, PERIOD, START, STOP, FROM_A_UNIT])
def test_the_checksum_leaves_its_own_byte_out(data: str) -> None:
    whole = wire(data)
    assert is_packet(whole)
    assert packet(whole[0], whole[2], whole[4:]) == whole


def test_the_worked_measurement() -> None:
    assert newtons(GoDirectCodec().receive(wire(TWO_READINGS))) == [312.5, 318.25]
    assert packet(0x20, 1, encode_reals(2, [[312.5], [318.25]])) == wire(TWO_READINGS)


def test_what_a_real_unit_sent() -> None:
    codec = GoDirectCodec()
    # 80 8A 07 BF and 80 31 08 BF as 32-bit floats, by hand: sign 1, exponent 126, mantissas
    # 0x078A80 and 0x083180
    expected = [-0.5 * (1 + m / 2**23) for m in (0x078A80, 0x083180)]
    assert newtons(codec.receive(wire(FROM_A_UNIT))) == expected
    assert codec.receive(wire(SENSORS_OF_A_UNIT)) == []
    assert packet(0x98, 1, wire("51 FD 36 00 00 00")) == wire(SENSORS_OF_A_UNIT)


def test_it_is_asked_who_it_is_and_what_its_force_sensor_can_do() -> None:
    codec = GoDirectCodec()
    heard: list[Event] = []
    asked: list[int] = []
    status = bytes((0, 0, 1, 13, 5, 0, 4, 2, 1, 0, 81, 1))
    info = b"GDX-HD".ljust(16, b"\0") + b"0H1000A1".ljust(16, b"\0") + bytes(120)
    payloads = {
        Command.GET_STATUS: status,
        Command.GET_DEVICE_INFO: info,
        Command.GET_SENSORS: b"\x02\0\0\0",
        Command.GET_SENSOR_INFO: sensor_info(shortest_us=33_300),
    }
    for request in codec.identify():
        assert codec.pending == 1
        asked.append(request[4])
        if request[4] == Command.SET_PERIOD:
            # not below what it can do, in steps of 1 ms: 34 ms
            assert request[7:15] == (34_000).to_bytes(8, "little")
        for piece in pieces(answer(request[4], request, payloads.get(Command(request[4]), b""))):
            heard += codec.receive(piece)
        assert codec.pending == 0
    assert asked == [0x1A, 0x10, 0x55, 0x51, 0x50, 0x1B]
    assert heard == [
        Identity(firmware="1.13"),
        BatteryLevel(percent=81.0),
        Identity(model="GDX-HD", serial="0H1000A1"),
        RatedLoad(0, 600.0),
    ]
    request = codec.start()
    assert codec.receive(answer(0x18, request)) == [StreamStarted(1e6 / 34_000)]
    assert times(codec.receive(measured(0, 1.0, 2.0))) == [0, 34_000]


def test_an_answer_to_another_request_settles_nothing() -> None:
    codec = GoDirectCodec()
    request = next(codec.identify())
    codec.receive(packet(0x98, 0, bytes((0x1A, request[2] + 1))))
    codec.receive(packet(0x98, 0, bytes((0x10, request[2]))))
    assert codec.pending == 1


def greet(codec: GoDirectCodec, command: int, payload: bytes) -> None:
    """Every question gets the same answer."""
    for request in codec.identify():
        for piece in pieces(answer(command, request, payload)):
            codec.receive(piece)


def test_another_device_of_the_family_is_refused() -> None:
    info = b"GDX-LC".ljust(16, b"\0") + bytes(136)
    with pytest.raises(ProtocolError, match="GDX-LC"):
        greet(GoDirectCodec(), 0x55, info)


def test_a_device_without_newtons_is_refused() -> None:
    with pytest.raises(ProtocolError, match="newtons"):
        greet(GoDirectCodec(), 0x50, sensor_info("lb"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x06\x02\0\x02\0" + struct.pack("<2f", 1.5, 2.5), [1.5, 2.5]),
        # sensors 0, 1 and 3 in turn
        (b"\x06\x0b\0\x02\0" + struct.pack("<6f", 0, 1.5, 3, 0, 2.5, 3), [1.5, 2.5]),
        (b"\x06\x04\0\x01\0" + struct.pack("<f", 9.0), []),  # sensor 2 only
        (b"\x07\x02\0\0\0\x02\0" + struct.pack("<2f", 1.5, 2.5), [1.5, 2.5]),
        (b"\x08\0\x01\x02" + struct.pack("<2f", 1.5, 2.5), [1.5, 2.5]),
        (b"\x0a\0\x01\x01" + struct.pack("<f", 1.5), [1.5]),
        (b"\x08\0\x02\x01" + struct.pack("<f", 9.0), []),
    ],
)
def test_every_kind_of_measurement(body: bytes, expected: list[float]) -> None:
    events = GoDirectCodec().receive(packet(0x20, 0, body))
    assert newtons(events) == expected
    assert not [event for event in events if isinstance(event, Noise)]


@pytest.mark.parametrize(
    "body",
    [
        b"\x06",
        b"\x06\x02\0\x02\0" + struct.pack("<f", 1.5),  # says two
        b"\x06\x02\0\x01\0" + struct.pack("<2f", 1.5, 2.5),  # says one
        b"\x06\0\0\x01\0" + struct.pack("<f", 1.5),  # of no sensor
        b"\x06\x02\0\xff\0" + bytes(20),
        b"\x09\0\x01\x01" + struct.pack("<i", 5),  # integers: not a force
        b"\x77" + bytes(12),
    ],
)
def test_what_makes_no_sense_is_noise(body: bytes) -> None:
    events = GoDirectCodec().receive(packet(0x20, 0, body))
    assert [type(event) for event in events] == [Noise]


def test_start_time_and_period_are_read_over() -> None:
    codec = GoDirectCodec()
    assert codec.receive(packet(0x20, 0, b"\x0c" + bytes(8))) == []
    assert codec.receive(packet(0x20, 1, b"\x0e" + bytes(8))) == []
    assert times(codec.receive(measured(2, 1.0))) == [0]


@pytest.mark.parametrize("direction", [1, -1])
def test_a_jump_of_the_counter_is_lost_readings(direction: int) -> None:
    codec = GoDirectCodec()
    heard: list[Event] = []
    for number in (0, 1, 2, 5, 6, 300):
        heard += codec.receive(measured(direction * number % 256, *[float(number)] * 2))
    # 3 and 4 are missing; from 6 to 300 the counter shows 38 of 294 steps: 37 packets
    assert lost(heard) == [4, 74]
    assert times(heard)[6:8] == [200_000, 220_000]


def test_a_counter_that_skips_regularly_loses_nothing() -> None:
    codec = GoDirectCodec()
    heard = [e for n in range(20) for e in codec.receive(measured(4 * n % 256, 1.0))]
    assert lost(heard) == []
    assert times(heard) == [20_000 * n for n in range(20)]


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 1, 2, 60, *range(3, 40)),  # one that no device counted so
        (0, 200, *range(201, 240)),  # a pause before the direction was known: 200 up is 56 down
    ],
)
def test_a_count_that_misled_costs_no_more_than_one_packet(numbers: tuple[int, ...]) -> None:
    codec = GoDirectCodec()
    heard = [e for n in numbers for e in codec.receive(measured(n, float(n)))]
    assert len(set(numbers) - set(newtons(heard))) == 1
    assert newtons(heard)[-36:] == [float(n) for n in numbers[-36:]]
    assert lost(heard).count(None) == 1


def test_dropped_readings_are_told_without_a_number() -> None:
    codec = GoDirectCodec()
    codec.receive(measured(0, 1.0))
    codec.receive(packet(0x20, 1, b"\x0d\0\0\0"))
    events = codec.receive(measured(2, 1.0))
    assert lost(events) == [None]
    assert isinstance(events[0], SamplesLost)


def test_a_reading_that_is_no_number_is_left_out_of_its_place() -> None:
    codec = GoDirectCodec()
    events = codec.receive(measured(0, 1.0, math.nan, math.nan, 2.0, math.inf))
    assert newtons(events) == [1.0, 2.0]
    assert times(events) == [0, 60_000]
    assert lost(events) == [2]
    assert lost(codec.receive(measured(1, 3.0))) == [1]


def test_a_repeated_packet_is_dropped() -> None:
    codec = GoDirectCodec()
    codec.receive(measured(7, 1.0))
    assert [type(event) for event in codec.receive(measured(7, 1.0))] == [Noise]


def test_readings_may_overtake_the_answer_to_start() -> None:
    codec = GoDirectCodec()
    request = codec.start()
    first, *_ = codec.receive(measured(0, 1.0))
    assert first == StreamStarted(50.0)
    assert codec.receive(answer(0x18, request)) == []


def test_a_new_stream_begins_at_zero() -> None:
    codec = GoDirectCodec()
    codec.start()
    codec.receive(measured(9, 1.0, 2.0))
    assert codec.receive(answer(0x19, codec.stop())) == [StreamStopped()]
    codec.start()
    events = codec.receive(measured(200, 3.0))
    assert times(events) == [0]
    assert lost(events) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", RequestClass.LISTEN),
        (INIT, RequestClass.QUERY),
        (STATUS, RequestClass.QUERY),
        (PERIOD, RequestClass.STREAM),
        (START, RequestClass.STREAM),
        (STOP, RequestClass.STREAM),
        ("58 05 FF B0 54", RequestClass.SETS),  # disconnect
        ("58 05 FF 90 34", RequestClass.UNKNOWN),  # clears error flags
        (STATUS[:-2] + "11", RequestClass.UNKNOWN),
        (INIT[:-3], RequestClass.UNKNOWN),
        ("58 06 FD 7B 10 10", RequestClass.UNKNOWN),  # an argument too much
        (SENSORS_OF_A_UNIT, RequestClass.UNKNOWN),
    ],
)
def test_every_request_has_its_class(data: str, expected: RequestClass) -> None:
    assert GoDirectCodec().request_class(wire(data)) is expected


def test_whatever_is_formed_asks_or_begins_or_ends_a_stream() -> None:
    codec = GoDirectCodec()
    kinds = {codec.request_class(p) for p in [*codec.identify(), codec.start(), codec.stop()]}
    assert kinds == {RequestClass.QUERY, RequestClass.STREAM}
    assert codec.tare() is None


def test_after_a_lost_piece_the_next_packet_is_read() -> None:
    # The maker's own client stays out of step for ever (force_devices.md §4.5).
    long = pieces(packet(0x98, 0, bytes(154)))
    joined = Reassembly()
    found: list[object] = []
    for piece in [*long[:3], *long[4:], wire(TWO_READINGS), *long]:
        found += joined.join(piece)
    assert [p for p in found if isinstance(p, bytes)] == [wire(TWO_READINGS), b"".join(long)]


def test_after_a_lost_last_piece_the_next_packets_are_read() -> None:
    long = pieces(packet(0x98, 0, bytes(154)))
    joined = Reassembly()
    found: list[object] = []
    for piece in [*long[:-1], wire(TWO_READINGS), wire(TWO_READINGS)]:
        found += joined.join(piece)
    assert [p for p in found if isinstance(p, bytes)] == [wire(TWO_READINGS)] * 2


PACKETS = st.lists(
    st.builds(packet, st.just(0x20), st.integers(0, 255), st.binary(min_size=1, max_size=200)),
    max_size=8,
)


@given(PACKETS, st.integers(2, 60))
def test_packets_in_pieces_of_any_one_length_come_back(packets: list[bytes], size: int) -> None:
    joined = Reassembly()
    cut = [p[i : i + size] for p in packets for i in range(0, len(p), size)]
    assert [found for piece in cut for found in joined.join(piece)] == packets
    assert joined.held_bytes == 0


@given(PACKETS, st.lists(st.integers(0, 10_000), min_size=1, max_size=5))
def test_a_lost_piece_costs_no_packet_for_ever(packets: list[bytes], places: list[int]) -> None:
    cut = [piece for each in packets for piece in pieces(each)]
    lost_pieces = {place % len(cut) for place in places} if cut else set[int]()
    kept = [piece for place, piece in enumerate(cut) if place not in lost_pieces]
    tail = [measured(n % 256, 1.0, 2.0) for n in range(40)]
    joined = Reassembly()
    found = [f for piece in [*kept, *tail] for f in joined.join(piece)]
    # What looks like the beginning of a packet waits for 255 bytes at most: 15 short packets.
    assert found[-24:] == tail[-24:]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_junk_never_becomes_a_reading_and_memory_stays_bounded(packets: list[bytes]) -> None:
    codec, joined = GoDirectCodec(), Reassembly()
    counted = 0
    for data in packets:
        for found in joined.join(data):
            counted += found.n_bytes if isinstance(found, Noise) else len(found)
        assert joined.held_bytes <= LONGEST_PACKET
        if not is_packet(data):
            assert samples(codec.receive(data)) == []
    assert counted + joined.held_bytes == sum(map(len, packets))


@given(st.lists(st.lists(st.floats(-900, 900, width=32), min_size=1, max_size=20), max_size=10))
def test_whatever_readings_are_written_are_read(rows: list[list[float]]) -> None:
    codec = GoDirectCodec()
    heard = [
        event
        for number, values in enumerate(rows)
        for piece in pieces(measured(number, *values))
        for event in codec.receive(piece)
    ]
    assert newtons(heard) == [value for values in rows for value in values]
    assert times(heard) == [20_000 * n for n in range(len(newtons(heard)))]
    assert plain(e for e in heard if isinstance(e, (SamplesLost, Noise))) == []


@given(st.integers(0, 16), st.integers(0, 7))
def test_no_flipped_bit_becomes_a_reading(place: int, bit: int) -> None:
    damaged = bytearray(wire(TWO_READINGS))
    damaged[place] ^= 1 << bit
    assert samples(GoDirectCodec().receive(bytes(damaged))) == []


def test_a_byte_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="stream"):
        GoDirectCodec(Framing.STREAM)
