"""Worked bytes and rules: force_devices.md §6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing
from protocols.events import Event, Noise, SamplesLost, StreamStarted
from protocols.gate import RequestClass
from protocols.pitchsix import PitchSixCodec, encode_pounds
from tests.protocols.plain import untimed

THREE = bytes.fromhex("00 03 00 00 00 00 00 39 00 00 70")  # 0, 57, 112 lb
POUND_N = 4.4482216152605


def lost(events: list[Event]) -> list[int | None]:
    return [event.samples for event in events if isinstance(event, SamplesLost)]


def test_the_worked_notification_of_three_samples() -> None:
    force = untimed(PitchSixCodec().receive(THREE))
    assert force == [[0.0], [pytest.approx(253.55, abs=0.005)], [pytest.approx(498.20, abs=0.005)]]


def test_the_worked_notification_is_written() -> None:
    assert encode_pounds([0, 57, 112]) == THREE


def test_the_stream_is_confirmed_by_its_first_samples() -> None:
    codec = PitchSixCodec()
    assert codec.start() == b"\x04"
    first, second = codec.receive(THREE), codec.receive(THREE)
    assert [type(event).__name__ for event in first] == ["StreamStarted", "UntimedSamples"]
    assert first[0] == StreamStarted(None)
    assert [type(event).__name__ for event in second] == ["UntimedSamples"]
    assert codec.stop() == b"\x07"


def test_a_push_is_left_out_and_told() -> None:
    codec = PitchSixCodec()
    events = codec.receive(encode_pounds([3, -1, -7, 2]))
    assert [type(event).__name__ for event in events] == [
        "UntimedSamples",
        "SamplesLost",
        "UntimedSamples",
    ]
    assert lost(events) == [2]
    assert untimed(events) == [[pytest.approx(3 * POUND_N)], [pytest.approx(2 * POUND_N)]]


def test_a_long_push_is_told_once_with_all_its_samples() -> None:
    codec = PitchSixCodec()
    assert codec.receive(encode_pounds([-1] * 6)) == []
    assert codec.receive(encode_pounds([-2] * 6)) == []
    events = codec.receive(encode_pounds([-3, 0]))
    assert lost(events) == [13]
    assert untimed(events) == [[0.0]]


@pytest.mark.parametrize(("pounds", "is_kept"), [(992, True), (1100, True), (1101, False)])
def test_what_no_model_can_hold_is_a_push(pounds: int, is_kept: bool) -> None:
    assert bool(untimed(PitchSixCodec().receive(encode_pounds([pounds])))) is is_kept


@pytest.mark.parametrize(
    "data",
    [
        "",
        "00",
        "00 00",
        "00 03 00 00 00 00 00 39 00 00",  # a byte short
        "00 03 00 00 00 00 00 39 00 00 70 00",
        "00 02 00 00 00",
        "03 00 00 00 00 00 00 39 00 00 70",  # the count the other way round
    ],
)
def test_a_count_that_does_not_fit_is_noise(data: str) -> None:
    (event,) = PitchSixCodec().receive(bytes.fromhex(data))
    assert isinstance(event, Noise)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("04", RequestClass.STREAM),
        ("07", RequestClass.STREAM),
        ("05", RequestClass.SETS),  # its own tare
        ("06", RequestClass.SETS),  # hides what is below its threshold
        ("00 00 0A", RequestClass.UNKNOWN),  # a threshold of 10 lb
        ("01", RequestClass.UNKNOWN),
        ("04 00", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: str, expected: RequestClass) -> None:
    assert PitchSixCodec().request_class(bytes.fromhex(data)) is expected


def test_only_the_stream_can_be_begun_and_ended() -> None:
    codec = PitchSixCodec()
    formed = [*codec.identify(), codec.start(), codec.stop()]
    assert {codec.request_class(data) for data in formed} == {RequestClass.STREAM}
    assert codec.tare() is None
    assert codec.keep_alive() is None


def test_a_byte_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="packet boundaries"):
        PitchSixCodec(Framing.STREAM)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_junk_never_raises_and_every_force_is_possible(packets: list[bytes]) -> None:
    codec = PitchSixCodec()
    for packet in packets:
        for (force,) in untimed(codec.receive(packet)):
            assert 0.0 <= force <= 1100 * POUND_N + 1e-6


@given(st.lists(st.integers(-4000, 1100), min_size=1, max_size=80))
def test_whatever_is_written_is_read_or_counted(pounds: list[int]) -> None:
    codec = PitchSixCodec()
    events = codec.receive(encode_pounds([*pounds, 0]))
    kept = [value for value in [*pounds, 0] if value >= 0]
    assert untimed(events) == [[pytest.approx(value * POUND_N)] for value in kept]
    assert sum(n or 0 for n in lost(events)) == len(pounds) + 1 - len(kept)


@given(st.lists(st.integers(0, 1100), min_size=1, max_size=60), st.integers(1, 6))
def test_any_number_of_samples_in_a_notification_gives_the_same_force(
    pounds: list[int], size: int
) -> None:
    codec = PitchSixCodec()
    parts = [pounds[i : i + size] for i in range(0, len(pounds), size)]
    events = [event for part in parts for event in codec.receive(encode_pounds(part))]
    assert untimed(events) == untimed(PitchSixCodec().receive(encode_pounds(pounds)))
