"""Check values: the catalogue entries CRC-8/SMBUS and CRC-16/XMODEM for ``123456789``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.events import Noise
from protocols.sciencemode_frames import (
    NOISE_RUN,
    FrameForm,
    ScienceModeFrames,
    crc8,
    crc16_xmodem,
    framed,
    only_body,
)
from tests.protocols.plain import cut

thoroughly = settings(max_examples=2000, deadline=None)

FORM = FrameForm(
    head_bytes=2,
    shortest=2,
    longest=124,
    body_bytes=lambda head: head[1],
    head=lambda body: bytes((crc8(body), len(body))),
)

bodies = st.one_of(
    st.binary(min_size=2, max_size=60),
    # Bytes that must be stuffed, or that stuff.
    st.lists(st.sampled_from([0xF0, 0x0F, 0x81, 0x55, 0xA5]), min_size=2, max_size=60).map(bytes),
)
noise = st.lists(st.sampled_from([0xF0, 0x0F, 0x81, 0x55, 0, 0x57]), max_size=300).map(bytes)


def test_checksums_have_the_check_values_of_their_catalogue():
    assert crc8(b"123456789") == 0xF4
    assert crc16_xmodem(b"123456789") == 0x31C3


@thoroughly
@given(body=bodies)
def test_what_is_framed_is_found_again_and_nothing_inside_looks_like_an_end(body: bytes):
    frame = framed(FORM, body)
    assert only_body(FORM, frame) == body
    assert 0xF0 not in frame[5:-1]
    assert 0x0F not in frame[5:-1]


@thoroughly
@given(
    parts=st.lists(st.one_of(bodies.map(lambda b: framed(FORM, b)), noise)),
    places=st.lists(st.integers(0, 100_000)),
)
def test_the_result_does_not_depend_on_how_the_bytes_were_cut(
    parts: list[bytes], places: list[int]
):
    stream = b"".join(parts)
    whole, pieces = ScienceModeFrames(FORM), ScienceModeFrames(FORM)
    expected = whole.split(stream) + list(whole.finish())
    found = [each for chunk in cut(stream, places) for each in pieces.split(chunk)]
    assert found + list(pieces.finish()) == expected


@thoroughly
@given(before=st.binary(max_size=400), body=bodies, after=st.binary(max_size=40))
def test_every_byte_is_in_a_frame_or_counted_as_noise(before: bytes, body: bytes, after: bytes):
    frames = ScienceModeFrames(FORM)
    stream = before + framed(FORM, body) + after
    found = frames.split(stream) + list(frames.finish())
    counted = sum(each.n_bytes for each in found if isinstance(each, Noise))
    assert counted + sum(len(framed(FORM, b)) for b in found if isinstance(b, bytes)) == len(stream)


@pytest.mark.parametrize(
    "broken",
    [
        "F0 81 7F 81 56 00 02 01 0F",  # one bit of the data
        "F0 81 7E 81 56 00 02 00 0F",  # of the checksum
        "F0 81 7F 81 57 00 02 00 0F",  # of the length
        "F0 80 7F 81 56 00 02 00 0F",  # of a stuffing byte
        "F0 81 7F 81 56 00 02 00 0E",  # of the end
        "F0 81 7F 81 56 00 F0 00 0F",  # a start in the middle
    ],
)
def test_a_damaged_frame_is_noise_and_the_next_one_is_found(broken: str):
    good = framed(FORM, b"\x01\x04")
    data = bytes.fromhex(broken)
    assert ScienceModeFrames(FORM).split(data + good) == [Noise("no frame", len(data)), b"\x01\x04"]


def test_endless_noise_is_told_in_runs_and_holds_no_memory():
    frames = ScienceModeFrames(FORM)
    told = [each for _ in range(100) for each in frames.split(b"\x55" * 1000)]
    assert told == [Noise("no frame", NOISE_RUN)] * (100_000 // NOISE_RUN)
    assert frames.held_bytes == 0


@thoroughly
@given(noise=st.binary(max_size=3000))
def test_an_unfinished_frame_never_holds_more_than_the_longest(noise: bytes):
    frames = ScienceModeFrames(FORM)
    frames.split(noise)
    assert frames.held_bytes <= 2 + 2 * FORM.head_bytes + FORM.longest


def test_a_body_that_is_too_long_is_not_sent():
    with pytest.raises(ValueError, match="at most 124"):
        framed(FORM, b"\xf0" * 63)
