"""Worked bytes and rules: force_devices.md §5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing
from protocols.events import Event, Identity, Noise, Rejected, SamplesLost, StreamStarted
from protocols.gate import RequestClass
from protocols.wh_c06 import WhC06Codec, encode_reading
from tests.protocols.plain import untimed

MAC = bytes.fromhex("C0 FF EE 12 34 56")
WORKED = bytes.fromhex("02 03 11 C0 FF EE 12 34 56 01 09 29 01 F4 01 99 90")  # 23.45 kg
HELD = bytes.fromhex("02 03 11 C0 FF EE 12 34 56 01 22 3D 01 F4 A1 99 90")  # 87.65 kg, stable


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize(("data", "newtons"), [(WORKED, 229.97), (HELD, 859.55)])
def test_the_worked_advertisements(data: bytes, newtons: float) -> None:
    assert untimed(WhC06Codec().receive(data)) == [[pytest.approx(newtons, abs=0.005)]]


def test_the_worked_advertisements_are_written() -> None:
    assert encode_reading(MAC, 2345, 0x9990) == WORKED
    assert encode_reading(MAC, 8765, 0x9990, is_held=True) == HELD


def test_the_company_number_may_stand_in_front() -> None:
    # Reported of some systems: the weight is at 12 then instead of 10.
    assert untimed(WhC06Codec().receive(b"\x00\x01" + WORKED)) == untimed(
        WhC06Codec().receive(WORKED)
    )


def test_it_says_who_it_is_once() -> None:
    codec = WhC06Codec()
    assert codec.receive(WORKED)[0] == Identity(serial="C0:FF:EE:12:34:56")
    assert names(codec.receive(HELD)) == ["UntimedSamples"]


def test_the_stream_is_confirmed_by_its_first_reading() -> None:
    codec = WhC06Codec()
    assert codec.start() == b""
    assert codec.receive(WORKED)[1] == StreamStarted(None)
    assert codec.stop() == b""


def test_the_same_advertisement_heard_twice_is_one_reading() -> None:
    codec = WhC06Codec()
    assert untimed(codec.receive(WORKED))
    assert codec.receive(WORKED) == []
    assert codec.receive(b"\x00\x01" + WORKED) == []
    assert untimed(codec.receive(encode_reading(MAC, 2345, 0x9991)))


@pytest.mark.parametrize("unit", [0, 2, 3, 4, 15])
def test_another_unit_is_refused_once_and_never_converted(unit: int) -> None:
    codec = WhC06Codec()
    codec.start()
    events = [
        event for i in range(3) for event in codec.receive(encode_reading(MAC, 500, i, unit=unit))
    ]
    assert names(events) == ["Identity", "Rejected"]
    assert "kg" in next(event.reason for event in events if isinstance(event, Rejected))
    later = codec.receive(encode_reading(MAC, 500, 3))
    assert names(later) == ["StreamStarted", "SamplesLost", "UntimedSamples"]
    assert [event.samples for event in later if isinstance(event, SamplesLost)] == [None]


def test_another_type_of_data_is_refused() -> None:
    data = bytearray(WORKED)
    data[9] = 0
    assert names(WhC06Codec().receive(bytes(data))) == ["Identity", "Rejected"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WORKED[:14],
        b"\x02\x03\x12" + WORKED[3:],
        b"\x00\x01" + WORKED[:14],
        bytes.fromhex("10 05 0B 1C"),  # another maker's
    ],
)
def test_what_is_no_reading_is_noise(data: bytes) -> None:
    (event,) = WhC06Codec().receive(data)
    assert isinstance(event, Noise)


def test_nothing_can_be_sent() -> None:
    codec = WhC06Codec()
    assert [*codec.identify()] == []
    assert codec.request_class(b"") is RequestClass.LISTEN
    assert codec.request_class(b"\x01") is RequestClass.UNKNOWN
    assert codec.tare() is None


def test_a_byte_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="in one piece"):
        WhC06Codec(Framing.STREAM)


@given(st.lists(st.binary(max_size=40), max_size=10), st.booleans())
def test_junk_never_raises_and_no_force_is_impossible(packets: list[bytes], headed: bool) -> None:
    codec = WhC06Codec()
    for packet in packets:
        data = b"\x02\x03\x11" + packet if headed else packet
        for (force,) in untimed(codec.receive(data)):
            assert 0.0 <= force <= 655.35 * 9.80665 + 1e-6


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=40))
def test_whatever_is_written_is_read(steps: list[int]) -> None:
    codec = WhC06Codec()
    events = [
        event for i, n in enumerate(steps) for event in codec.receive(encode_reading(MAC, n, i))
    ]
    assert untimed(events) == [[pytest.approx(n / 100 * 9.80665)] for n in steps]
