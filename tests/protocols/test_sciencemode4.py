"""Worked bytes: electrotherapy.md §1.2 and its table of vectors (checked there against PyPI
science_mode_4 0.0.23); results and layouts: HASOMED P24 IFU v1.1, pp. 16-29."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.events import Event, Noise
from protocols.gate import RequestClass
from protocols.sciencemode4 import (
    REQUEST_CLASSES,
    Answer,
    BatteryStatus,
    ChannelError,
    ChannelPulses,
    Command,
    Complaint,
    CurrentData,
    DeviceId,
    ExtendedVersion,
    Foreign,
    Message,
    MlInit,
    MlUpdate,
    Opcode,
    Point,
    ScienceMode4Codec,
    StimLevel,
    StimStatus,
    encode_answer,
)
from tests.controlling_program import ScienceMode4Program
from tests.protocols.plain import cut, receive_all

thoroughly = settings(max_examples=2000, deadline=None)

WORKED: dict[str, tuple[str, Message]] = {
    "Get_device_id": (
        "F0 81 55 81 59 81 23 81 82 00 34 0F",
        Command(0, Opcode.GET_DEVICE_ID),
    ),
    "its answer": (
        "F0 81 55 81 42 81 83 81 79 00 35 00 50 32 34 2D 30 30 30 31 32 33 0F",
        DeviceId(0, Opcode.GET_DEVICE_ID, 0, "P24-000123"),
    ),
    "Get_stim_status": (
        "F0 81 55 81 59 81 C7 81 A5 0C 3E 0F",
        Command(3, Opcode.GET_STIM_STATUS),
    ),
    "its answer, running at 150 V": (
        "F0 81 55 81 5A 81 98 81 C7 00 3F 00 03 06 0F",
        StimStatus(0, Opcode.GET_STIM_STATUS, 0, StimLevel.RUNNING, 150),
    ),
    "Get_extended_version": (
        "F0 81 55 81 59 81 5D 81 15 00 44 0F",
        Command(0, Opcode.GET_EXTENDED_VERSION),
    ),
    "Ml_get_current_data": (
        "F0 81 55 81 58 81 DF 81 F3 00 24 04 0F",
        Command(0, Opcode.ML_GET_CURRENT_DATA),
    ),
    "its answer, channel 2 has an electrode error": (
        "F0 81 55 81 46 81 95 81 57 00 25 00 04 03 10 00 00 00 0F",
        CurrentData(
            0, Opcode.ML_GET_CURRENT_DATA, 0, active=(0, 1), errors=((1, ChannelError.ELECTRODE),)
        ),
    ),
    "Ml_update": (
        "F0 81 55 81 49 81 E9 81 28 04 20 01 25 00 50 0C 85 50 00 06 44 B0 00 0C 84 10 00 0F",
        MlUpdate(
            1,
            (ChannelPulses(0, 5, 20.0, (Point(200, 20.0), Point(100, 0.0), Point(200, -20.0))),),
        ),
    ),
    "Ml_stop": ("F0 81 55 81 59 81 51 81 75 00 22 0F", Command(0, Opcode.ML_STOP)),
    "a stuffed prefix": (
        "F0 81 55 81 58 81 CD 81 63 81 A5 34 0F",
        Command(60, Opcode.GET_DEVICE_ID),
    ),
}
STREAM = b"".join(bytes.fromhex(frame) for frame, _ in WORKED.values())
# Layouts of §1.2 that have no worked bytes there, filled by hand.
ANSWERS: list[tuple[int, str, Answer]] = [
    (
        69,
        "00 01 02 03 04 00 01 DE AD BE EF 01 01",
        ExtendedVersion(
            0, Opcode.GET_EXTENDED_VERSION, 0, (1, 2, 3), (4, 0, 1), 0xDEADBEEF, 1, True
        ),
    ),
    (55, "00 55 0F A0", BatteryStatus(0, Opcode.GET_BATTERY, 0, 85, 4.0)),
    (33, "0A", Answer(0, Opcode.ML_UPDATE, 10)),
    (63, "08", Answer(0, Opcode.GET_STIM_STATUS, 8)),
    (66, "04", Complaint(0, Opcode.GENERAL_ERROR, 4)),
    (67, "0B", Complaint(0, Opcode.UNKNOWN_COMMAND, 11)),
    (37, "0A", Answer(0, Opcode.ML_GET_CURRENT_DATA, 10)),
    (
        37,
        "0A 04 01 02 00 00 30",
        CurrentData(
            0,
            Opcode.ML_GET_CURRENT_DATA,
            10,
            (0,),
            ((0, ChannelError.PULSE_TIMEOUT), (7, ChannelError.LOW_CURRENT)),
        ),
    ),
]


@pytest.mark.parametrize("name", WORKED)
def test_worked_bytes_are_read(name: str):
    frame, message = WORKED[name]
    assert ScienceMode4Codec().receive(bytes.fromhex(frame)) == [message]


@pytest.mark.parametrize(("number", "data", "answer"), ANSWERS)
def test_answers_are_read_by_their_layout_and_written_as_they_were_read(
    number: int, data: str, answer: Answer
):
    frame = ScienceMode4Program().send(number, bytes.fromhex(data))
    assert ScienceMode4Codec().receive(frame) == [answer]
    assert encode_answer(answer) == frame


def test_the_unit_s_half_writes_the_worked_answers():
    written = [encode_answer(m).hex(" ") for _, m in WORKED.values() if isinstance(m, Answer)]
    assert written == [f.lower() for f, message in WORKED.values() if isinstance(message, Answer)]


def test_the_queries_are_the_worked_ones_and_count_their_packets():
    codec = ScienceMode4Codec()
    assert codec.get_device_id() == bytes.fromhex(WORKED["Get_device_id"][0])
    numbers = [codec.receive(codec.get_stim_status())[0] for _ in range(64)]
    assert [m.packet_number for m in numbers if isinstance(m, Message)] == [*range(1, 64), 0]
    fresh = ScienceMode4Codec()
    assert fresh.get_extended_version() == bytes.fromhex(WORKED["Get_extended_version"][0])


# By hand from §1.2 and §5.1: what each request does.
CLASSES = {
    0: RequestClass.SETS,
    2: RequestClass.ENERGISES,
    4: RequestClass.SETS,
    30: RequestClass.SETS,
    32: RequestClass.ENERGISES,
    34: RequestClass.SETS,
    36: RequestClass.SUSTAINS,
    52: RequestClass.QUERY,
    54: RequestClass.QUERY,
    58: RequestClass.SETS,
    62: RequestClass.QUERY,
    64: RequestClass.QUERY,
    68: RequestClass.QUERY,
}


def test_every_number_has_a_class_and_only_five_are_queries():
    codec = ScienceMode4Codec()
    found = {n: codec.request_class(ScienceMode4Program().send(n)) for n in range(1024)}
    assert found == dict.fromkeys(range(1024), RequestClass.UNKNOWN) | CLASSES


def test_every_opcode_is_in_the_table_of_classes():
    assert set(REQUEST_CLASSES) == set(Opcode)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        bytes.fromhex(WORKED["Get_device_id"][0])[:-1],
        bytes.fromhex(WORKED["Get_device_id"][0]) * 2,
        bytes.fromhex(WORKED["Get_device_id"][0]) + b"\0",
        b"\0" + bytes.fromhex(WORKED["Get_device_id"][0]),
        ScienceMode4Program().send(52, b"\x04"),
    ],
    ids=["nothing", "a byte", "cut", "two", "rest", "before", "with data"],
)
def test_what_is_not_exactly_one_query_is_not_let_through(data: bytes):
    assert ScienceMode4Codec().request_class(data) is RequestClass.UNKNOWN


@thoroughly
@given(data=st.binary(max_size=60))
def test_random_bytes_never_pass_as_a_query(data: bytes):
    assert ScienceMode4Codec().request_class(data) is RequestClass.UNKNOWN


def test_a_query_hidden_behind_an_order_is_not_let_through():
    program = ScienceMode4Program()
    both = program.get_current_data() + program.send(52)
    assert ScienceMode4Codec().request_class(both) is RequestClass.UNKNOWN


# period code (15 bit) and its unit bit -> ms: ms·2, or ms·4 with the bit set (§1.2).
@pytest.mark.parametrize(
    ("word", "period_ms"),
    [(40 << 1, 20.0), (1 << 1, 0.5), (81 << 1 | 1, 20.25), (32766 << 1, 16383.0), (0, None)],
)
def test_the_period_is_read_in_both_its_units(word: int, period_ms: float | None):
    data = bytes((0b1000_0000, 0x00)) + word.to_bytes(2, "big") + bytes(4)
    (update,) = ScienceMode4Codec().receive(ScienceMode4Program().send(32, data))
    pulses = ChannelPulses(7, 0, period_ms, (Point(0, -150.0),))  # current code 0 is -150 mA
    assert update == MlUpdate(0, (pulses,))


def test_all_channels_with_all_points_are_read():
    points = [(100 + i, i - 8.0) for i in range(16)]
    frame = ScienceMode4Program().update({c: (10.0 + c, points) for c in range(8)}, ramp=15)
    (update,) = ScienceMode4Codec().receive(frame)
    expected = tuple(Point(us, ma) for us, ma in points)
    assert isinstance(update, MlUpdate)
    assert [(c.channel, c.ramp_pulses, c.period_ms) for c in update.channels] == [
        (c, 15, 10.0 + c) for c in range(8)
    ]
    assert all(c.points == expected for c in update.channels)


def test_the_start_of_the_mid_level_is_read():
    frame = ScienceMode4Program().init(stop_on_all_errors=True)
    assert ScienceMode4Codec().receive(frame) == [MlInit(0, stops_on_any_error=True)]


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (32, ""),
        (32, "01"),
        (32, "01 25 00 50 0C 85 50 00"),  # three points announced, one there
        (32, "01 05 00 50 0C 85 50 00 00"),  # one byte too many
        (53, "00 50"),
        (63, "00 03"),
        (69, "00 01"),
        (37, "00 04 03"),
        (37, "00 05 03 10 00 00 00"),
        (31, ""),
        (30, ""),
        (36, ""),
    ],
)
def test_a_message_of_the_wrong_length_is_noise_and_never_filled_up(number: int, data: str):
    frame = ScienceMode4Program().send(number, bytes.fromhex(data))
    (found,) = ScienceMode4Codec().receive(frame)
    assert isinstance(found, Noise)


def test_messages_of_other_units_are_told_and_left_alone():
    frame = ScienceMode4Program().send(106, b"\x01\x02")
    assert ScienceMode4Codec().receive(frame) == [Foreign(0, 106)]


@thoroughly
@given(places=st.lists(st.integers(0, len(STREAM))), junk=st.binary(max_size=80))
def test_any_chunking_gives_the_same_messages(places: list[int], junk: bytes):
    whole = ScienceMode4Codec().receive(STREAM + junk + STREAM)
    assert receive_all(ScienceMode4Codec(), cut(STREAM + junk + STREAM, places)) == whole


@thoroughly
@given(data=st.binary(max_size=400))
def test_noise_never_invents_a_message(data: bytes):
    events = ScienceMode4Codec().receive(data)
    assert all(isinstance(event, Noise) for event in events)


@thoroughly
@given(
    index=st.integers(0, len(STREAM) - 1),
    bit=st.integers(0, 7),
)
def test_a_flipped_bit_loses_a_message_and_changes_none(index: int, bit: int):
    damaged = bytearray(STREAM)
    damaged[index] ^= 1 << bit
    expected: list[Event] = [message for _, message in WORKED.values()]
    codec = ScienceMode4Codec()
    found = [e for e in codec.receive(bytes(damaged)) if not isinstance(e, Noise)]
    assert all(event in expected for event in found)
    assert len(found) >= len(expected) - 2


def test_a_flood_holds_no_more_than_one_frame():
    codec = ScienceMode4Codec()
    for _ in range(200):
        codec.receive(b"\xf0\x81\x51\x81\xe5\x81\x00\x81\x00" + b"\x01" * 1000)
        assert codec.held_bytes <= 1200
