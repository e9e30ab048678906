"""Worked bytes: electrotherapy.md §1.1 and its table of vectors; layouts: ScienceMode2 protocol
description v1.24, chapter 3."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.events import Noise
from protocols.gate import RequestClass
from protocols.sciencemode2 import (
    Answer,
    ListInit,
    ListPulse,
    ListStart,
    Message,
    ModeAnswer,
    Opcode,
    Plain,
    PulseGroup,
    ScienceMode2Decoder,
    SinglePulse,
    StimulationError,
    StimulationFault,
    encode_answer,
    encode_error,
    encode_init,
)
from tests.controlling_program import ScienceMode2Program
from tests.protocols.plain import cut, receive_all

thoroughly = settings(max_examples=2000, deadline=None)

WORKED: dict[str, tuple[str, Message]] = {
    "Init": ("F0 81 47 81 56 00 01 01 0F", Plain(0, Opcode.INIT)),
    "InitAck": ("F0 81 7F 81 56 00 02 00 0F", Plain(0, Opcode.INIT_ACK)),
    "Watchdog": ("F0 81 5C 81 57 01 04 0F", Plain(1, Opcode.WATCHDOG)),
    "GetStimulationMode": (
        "F0 81 49 81 57 02 0A 0F",
        Plain(2, Opcode.GET_STIMULATION_MODE),
    ),
    "its answer, started": (
        "F0 81 9B 81 51 02 0B 00 02 0F",
        ModeAnswer(2, Opcode.GET_STIMULATION_MODE, 0, 2),
    ),
    "InitChannelList 8 ms, 20 ms": (
        "F0 81 26 81 5C 04 1E 00 03 00 0D 00 26 00 0F",
        ListInit(4, (0, 1), (), 0, 8.0, 20.0),
    ),
    "Start 20 mA 300 us, 15 mA 240 us": (
        "F0 81 7A 81 59 05 20 00 01 2C 14 00 00 81 A5 81 5A 0F",
        ListStart(
            5, (ListPulse(PulseGroup.SINGLE, 300, 20), ListPulse(PulseGroup.SINGLE, 240, 15))
        ),
    ),
    "StimulationError electrode": (
        "F0 81 B1 81 56 05 26 FE 0F",
        StimulationError(5, StimulationFault.ELECTRODE),
    ),
    "StopChannelList": ("F0 81 84 81 57 03 22 0F", Plain(3, Opcode.STOP_CHANNEL_LIST_MODE)),
}
STREAM = b"".join(bytes.fromhex(frame) for frame, _ in WORKED.values())


@pytest.mark.parametrize("name", WORKED)
def test_worked_bytes_are_read(name: str):
    frame, message = WORKED[name]
    assert ScienceMode2Decoder().receive(bytes.fromhex(frame)) == [message]


def test_the_unit_s_half_writes_the_worked_reports():
    assert encode_init(0) == bytes.fromhex(WORKED["Init"][0])
    mode = ModeAnswer(2, Opcode.GET_STIMULATION_MODE, 0, 2)
    assert encode_answer(mode) == bytes.fromhex(WORKED["its answer, started"][0])
    error = encode_error(5, StimulationFault.ELECTRODE)
    assert error == bytes.fromhex(WORKED["StimulationError electrode"][0])


def test_other_messages_are_read_by_their_layout():
    program, decoder = ScienceMode2Program(), ScienceMode2Decoder()
    sent = (
        program.single_pulse(7, 500, 130)
        + program.init_list([0, 5], 0, 2.0, low_rate=[5], factor=3)
        + program.start((1, 400, 12), (2, 300, 8))
        + program.send(37, b"\xf8")
        + program.send(50, b"\x00")
    )
    assert decoder.receive(sent) == [
        SinglePulse(0, 7, 500, 130),
        ListInit(1, (0, 5), (5,), 3, 2.0, None),
        ListStart(
            2, (ListPulse(PulseGroup.DOUBLET, 400, 12), ListPulse(PulseGroup.TRIPLET, 300, 8))
        ),
        Answer(3, Opcode.SINGLE_PULSE, -8),
        Plain(4, 50),
    ]


# From §1.1: any sound packet feeds the watchdog, so none of them only asks.
CLASSES = {
    2: RequestClass.SETS,
    4: RequestClass.SUSTAINS,
    10: RequestClass.SUSTAINS,
    12: RequestClass.SUSTAINS,
    30: RequestClass.SETS,
    32: RequestClass.ENERGISES,
    34: RequestClass.SETS,
    36: RequestClass.ENERGISES,
    **dict.fromkeys(range(50, 59), RequestClass.ENERGISES),
    **dict.fromkeys(range(70, 78), RequestClass.SETS),
    **dict.fromkeys(range(80, 88), RequestClass.ENERGISES),
}


def test_every_number_has_a_class_and_none_is_a_query():
    decoder = ScienceMode2Decoder()
    found = {n: decoder.request_class(ScienceMode2Program().send(n)) for n in range(256)}
    assert found == dict.fromkeys(range(256), RequestClass.UNKNOWN) | CLASSES
    assert RequestClass.QUERY not in found.values()


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (30, "00 03"),
        (32, ""),
        (32, "00 01 2C"),
        (36, "00 01"),
        (38, ""),
        (31, ""),
        (33, "00 01 02"),
    ],
)
def test_a_message_of_the_wrong_length_is_noise_and_never_filled_up(number: int, data: str):
    frame = ScienceMode2Program().send(number, bytes.fromhex(data))
    (found,) = ScienceMode2Decoder().receive(frame)
    assert isinstance(found, Noise)


@thoroughly
@given(places=st.lists(st.integers(0, len(STREAM))), junk=st.binary(max_size=80))
def test_any_chunking_gives_the_same_messages(places: list[int], junk: bytes):
    whole = ScienceMode2Decoder().receive(STREAM + junk + STREAM)
    assert receive_all(ScienceMode2Decoder(), cut(STREAM + junk + STREAM, places)) == whole


@thoroughly
@given(data=st.binary(max_size=400))
def test_noise_never_invents_a_message(data: bytes):
    events = ScienceMode2Decoder().receive(data)
    assert all(isinstance(event, Noise) for event in events)


@thoroughly
@given(index=st.integers(0, len(STREAM) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_changes_no_message(index: int, bit: int):
    damaged = bytearray(STREAM)
    damaged[index] ^= 1 << bit
    expected = [message for _, message in WORKED.values()]
    found = ScienceMode2Decoder().receive(bytes(damaged))
    assert all(event in expected or isinstance(event, Noise) for event in found)


def test_a_flood_holds_no_more_than_one_frame():
    decoder = ScienceMode2Decoder()
    for _ in range(200):
        decoder.receive(b"\xf0\x81\x00\x81\x29" + b"\x01" * 100)
        assert decoder.held_bytes <= 130
