from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import Noise
from protocols.framing import LONGEST_FRAME, Cobs, cobs
from tests.protocols.plain import cut

FRAMES = st.lists(st.binary(min_size=1, max_size=LONGEST_FRAME), max_size=5)


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        # force_devices.md §16.4, HELLO and RSP
        ("01 10 01 00 01 EB 87", "04 01 10 01 04 01 EB 87 00"),
        ("02 10 01 00 02 00 04 00 EF ED", "04 02 10 01 02 02 02 04 03 EF ED 00"),
        # the usual published examples of COBS
        ("00", "01 01 00"),
        ("00 00", "01 01 01 00"),
        ("11 22 00 33", "03 11 22 02 33 00"),
        ("11 00 00 00", "02 11 01 01 01 00"),
    ],
)
def test_known_frames_are_stuffed_and_found_again(frame: str, wire: str) -> None:
    assert cobs(bytes.fromhex(frame)) == bytes.fromhex(wire)
    assert Cobs().split(bytes.fromhex(wire)) == [bytes.fromhex(frame)]


@given(FRAMES)
def test_every_frame_comes_back_and_costs_one_byte_and_the_end(frames: list[bytes]) -> None:
    wire = [cobs(frame) for frame in frames]
    assert all(len(w) == len(f) + 2 for f, w in zip(frames, wire, strict=True))
    assert Cobs().split(b"".join(wire)) == frames


def test_a_frame_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ValueError, match="253 bytes"):
        cobs(bytes(LONGEST_FRAME + 1))


@given(st.binary(max_size=2000), st.lists(st.integers(0, 5000), max_size=20))
def test_any_chunking_finds_the_same(stream: bytes, places: list[int]) -> None:
    whole = Cobs().split(stream)
    splitter = Cobs()
    assert [found for piece in cut(stream, places) for found in splitter.split(piece)] == whole


@given(st.binary(max_size=600), FRAMES)
def test_after_any_junk_the_next_frames_are_found(junk: bytes, frames: list[bytes]) -> None:
    wire = b"".join(cobs(frame) for frame in frames)
    found = Cobs().split(junk + b"\0" + wire)
    assert found[len(found) - len(frames) :] == frames


def test_every_byte_of_noise_is_counted() -> None:
    splitter = Cobs()
    found = [*splitter.split(b"\xff" * 5000), *splitter.split(b"\xff" * 5000 + b"\0")]
    assert found == [Noise("no end of frame", 10_000)]


def test_memory_stays_bounded_while_no_end_comes() -> None:
    splitter = Cobs()
    for _ in range(1000):
        splitter.split(b"\x55" * 1000)
        assert splitter.held_bytes <= LONGEST_FRAME + 1


def test_a_code_that_points_behind_the_end_is_noise() -> None:
    assert Cobs().split(b"\x09\x01\x02\x00") == [Noise("broken byte stuffing", 3)]
