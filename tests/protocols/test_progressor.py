"""Worked bytes and rules: force_devices.md §1.2 to §1.7."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing
from protocols.events import (
    BatteryLevel,
    Event,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Restarted,
    StreamStarted,
)
from protocols.gate import RequestClass
from protocols.progressor import (
    ProgressorCodec,
    encode_answer,
    encode_low_power,
    encode_weights,
)
from tests.protocols.plain import samples

ONE = bytes.fromhex("01 08 00 00 48 41 40 42 0F 00")
THREE = bytes.fromhex(
    "01 18 00 00 35 42 A0 25 26 00 00 00 36 42 74 56 26 00 00 00 80 BD 48 87 26 00"
)


def asked(question: int) -> ProgressorCodec:
    """A codec whose open query is the `question`-th of `identify`."""
    codec = ProgressorCodec()
    questions = codec.identify()
    for _ in range(question + 1):
        next(questions)
    return codec


def times(events: list[Event]) -> list[int]:
    return [t for block in samples(events) for t in block.t_us.tolist()]


def test_the_worked_sample_is_122_583_newtons() -> None:
    (block,) = samples(ProgressorCodec().receive(ONE))
    assert block.force.tolist() == [[pytest.approx(122.583, abs=5e-4)]]
    assert block.t_us.tolist() == [0]  # time counts from the first sample
    assert block.index is None


def test_the_worked_notification_of_three_samples() -> None:
    (block,) = samples(ProgressorCodec().receive(THREE))
    assert block.t_us.tolist() == [0, 12_500, 25_000]
    kilograms = [45.25, 45.5, -0.0625]
    assert block.force[:, 0].tolist() == [pytest.approx(kg * 9.80665) for kg in kilograms]


def test_the_worked_samples_are_written() -> None:
    assert encode_weights([12.5], [1_000_000]) == ONE
    assert encode_weights([45.25, 45.5, -0.0625], [2_500_000, 2_512_500, 2_525_000]) == THREE


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (3, "00 04 EB 0B 00 00", BatteryLevel(volts=3.051)),
        (1, "00 07 31 2E 32 2E 33 2E 34", Identity(firmware="1.2.3.4")),
        (2, "00 06 AB 89 67 45 23 01", Identity(serial="0123456789AB")),
    ],
)
def test_the_worked_answers_fit_the_last_question(
    question: int, answer: str, expected: Event
) -> None:
    codec = asked(question)
    assert codec.pending == 1
    assert codec.receive(bytes.fromhex(answer)) == [expected]
    assert codec.pending == 0


def test_the_worked_answers_are_written() -> None:
    assert encode_answer((3051).to_bytes(4, "little")) == bytes.fromhex("00 04 EB 0B 00 00")
    assert encode_answer(b"1.2.3.4") == bytes.fromhex("00 07 31 2E 32 2E 33 2E 34")
    assert encode_low_power() == bytes.fromhex("04 00")
    calibration = struct.pack("<fff", 4.675038e-06, 0.47, 0.0)
    assert encode_answer(calibration) == bytes.fromhex("00 0C 45 DE 9C 36 D7 A3 F0 3E 00 00 00 00")


def test_low_power_is_told() -> None:
    assert ProgressorCodec().receive(bytes.fromhex("04 00")) == [LowBattery()]


def test_a_serial_is_the_same_whether_zero_bytes_were_trimmed_or_not() -> None:
    untrimmed = bytes.fromhex("00 08 AB 89 67 45 23 01 00 00")
    assert asked(2).receive(untrimmed) == [Identity(serial="0123456789AB")]


def test_an_answer_to_no_question_is_noise() -> None:
    (event,) = ProgressorCodec().receive(bytes.fromhex("00 04 EB 0B 00 00"))
    assert isinstance(event, Noise)


def test_an_answer_of_the_wrong_size_is_noise() -> None:
    (event,) = asked(3).receive(bytes.fromhex("00 07 31 2E 32 2E 33 2E 34"))
    assert isinstance(event, Noise)


def test_the_crash_log_may_be_undecodable() -> None:
    codec = ProgressorCodec()
    assert codec.error_information() == b"\x6c"
    assert codec.receive(b"\x00\x03a\xffb") == [LogLine("a\ufffdb")]


def test_identify_stops_first_and_then_asks_one_after_the_other() -> None:
    assert [request.hex() for request in ProgressorCodec().identify()] == ["66", "6b", "70", "6f"]


def test_only_harmless_opcodes_can_be_formed() -> None:
    codec = ProgressorCodec()
    formed = [
        *codec.identify(),
        codec.start(),
        codec.stop(),
        codec.tare(),
        codec.error_information(),
        codec.sleep(),
    ]
    # §1.2: send only 64, 65, 66, 6B, 6C, 6F, 70, 6E
    assert {data[0] for data in formed} == {0x64, 0x65, 0x66, 0x6B, 0x6C, 0x6F, 0x70, 0x6E}
    assert all(len(data) == 1 for data in formed)
    assert codec.keep_alive() is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("65", RequestClass.STREAM),
        ("66 00", RequestClass.STREAM),
        ("6F", RequestClass.QUERY),
        ("64", RequestClass.SETS),
        ("69 00 00 F0 42", RequestClass.CALIBRATION),  # §1.4
        ("69 04 00 00 F0 42", RequestClass.CALIBRATION),
        ("6A", RequestClass.CALIBRATION),
        ("74", RequestClass.CALIBRATION),  # back to factory values on Crimpdeq
        ("71 00", RequestClass.CALIBRATION),
        ("75 00 01", RequestClass.UNKNOWN),
        ("6B 01", RequestClass.UNKNOWN),
        ("FF", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_opcode_has_its_class(data: str, expected: RequestClass) -> None:
    assert ProgressorCodec().request_class(bytes.fromhex(data)) is expected


def test_the_stream_is_confirmed_by_its_first_samples() -> None:
    codec = ProgressorCodec()
    codec.start()
    first, second = codec.receive(ONE), codec.receive(THREE)
    assert [type(event).__name__ for event in first] == ["StreamStarted", "ForceSamples"]
    assert first[0] == StreamStarted(None)
    assert [type(event).__name__ for event in second] == ["ForceSamples"]


def test_time_goes_on_through_the_wrap_of_32_bits() -> None:
    codec = ProgressorCodec()
    start = 2**32 - 12_500
    raw = [start, start + 12_500, start + 25_000]
    events = codec.receive(encode_weights([1.0] * 3, raw))
    assert times(events) == [0, 12_500, 25_000]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 2**30), min_size=1, max_size=10))
def test_time_is_unwrapped_from_any_start(start: int, steps: list[int]) -> None:
    raw = [start]
    for step in steps:
        raw.append(raw[-1] + step)
    codec = ProgressorCodec()
    received = [t for us in raw for t in times(codec.receive(encode_weights([1.0], [us])))]
    assert received == [us - start for us in raw]


def test_a_new_stream_begins_at_zero() -> None:
    codec = ProgressorCodec()
    codec.start()
    codec.receive(THREE)
    codec.stop()
    codec.start()
    assert times(codec.receive(encode_weights([1.0, 1.0], [77, 12_577]))) == [0, 12_500]


def test_a_sample_that_is_no_number_is_dropped_alone() -> None:
    data = encode_weights([1.0, math.nan, math.inf, 2.0], [0, 12_500, 25_000, 37_500])
    events = ProgressorCodec().receive(data)
    assert times(events) == [0, 37_500]
    assert sum(isinstance(event, Noise) for event in events) == 2


def test_a_repeated_notification_is_dropped() -> None:
    codec = ProgressorCodec()
    codec.receive(THREE)
    events = codec.receive(THREE)
    assert not samples(events)
    assert [type(event) for event in events] == [Noise] * 3


def test_a_clock_that_began_again_is_told() -> None:
    codec = ProgressorCodec()
    codec.receive(encode_weights([1.0], [10_000_000]))
    events = codec.receive(encode_weights([1.0, 2.0, 3.0], [10_012_500, 0, 12_500]))
    assert [type(event).__name__ for event in events] == [
        "ForceSamples",
        "Restarted",
        "ForceSamples",
    ]
    assert events[1] == Restarted()
    assert times(events) == [12_500, 0, 12_500]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "01",
        "01 08 00 00 48 41",  # shorter than it says
        "01 07 00 00 48 41 40 42 0F",  # not a multiple of 8
        "01 00",
        "02 04 00 00 00 00",  # RFD peak: not documented
        "09 01 FF",
    ],
)
def test_what_is_no_message_is_noise(data: str) -> None:
    (event,) = ProgressorCodec().receive(bytes.fromhex(data))
    assert isinstance(event, Noise)


def test_a_byte_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="packet boundaries"):
        ProgressorCodec(Framing.STREAM)


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_junk_never_raises_and_every_sample_is_a_number(packets: list[bytes]) -> None:
    codec = ProgressorCodec()
    for packet in packets:
        for block in samples(codec.receive(packet)):
            assert packet[0] == 1
            assert np.isfinite(block.force).all()
            assert (np.diff(block.t_us) > 0).all()
    assert codec.pending == 0


@given(
    st.lists(
        st.floats(-1e4, 1e4, width=32),
        min_size=1,
        max_size=31,
    )
)
def test_whatever_weights_are_written_are_read(kilograms: list[float]) -> None:
    raw = [i * 12_500 for i in range(len(kilograms))]
    (block,) = samples(ProgressorCodec().receive(encode_weights(kilograms, raw)))
    assert block.t_us.tolist() == raw
    assert block.force[:, 0].tolist() == pytest.approx([kg * 9.80665 for kg in kilograms])


@given(st.lists(st.integers(1, 31), min_size=1, max_size=20))
def test_any_number_of_samples_in_a_notification_gives_the_same_curve(sizes: list[int]) -> None:
    kilograms = [float(i) for i in range(sum(sizes))]
    raw = [i * 12_500 for i in range(sum(sizes))]
    one_by_one, together = ProgressorCodec(), ProgressorCodec()
    single = [
        block
        for kg, us in zip(kilograms, raw, strict=True)
        for block in samples(one_by_one.receive(encode_weights([kg], [us])))
    ]
    bulk: list[Event] = []
    position = 0
    for size in sizes:
        end = position + size
        bulk += together.receive(encode_weights(kilograms[position:end], raw[position:end]))
        position = end
    assert times([*single]) == times(bulk)
    forces = [np.concatenate([b.force for b in blocks]) for blocks in (single, samples(bulk))]
    assert np.array_equal(forces[0], forces[1])
