from __future__ import annotations

import hashlib
import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from data import curves
from data.curves import decode, digest, encode, merge
from devices.types import ForceBlock, Gap
from tests.data import samples

NO_STEPS = [(None, None), (None, None)]
STEPS = [(samples.STEP_N, None)] * 2


def _bits(block: ForceBlock) -> tuple[bytes, bytes, int]:
    return block.t_us.tobytes(), np.ascontiguousarray(block.force).tobytes(), block.index


def _round_trip(block: ForceBlock, steps: curves.Steps) -> int:
    encoded = encode(block, steps)
    assert _bits(decode(encoded.codec, encoded.data, encoded.sha256)) == _bits(block)
    return len(encoded.data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_64_bits_come_back_the_same(data: st.DataObject):
    # any pattern of bits: -0.0, subnormals, infinities and every NaN are among them
    n = data.draw(st.integers(1, 40))
    patterns = data.draw(arrays(np.uint64, (n, 2), elements=st.integers(0, 2**64 - 1)))
    t_us = data.draw(arrays(np.int64, n, elements=st.integers(-(2**63), 2**63 - 1)))
    step = data.draw(st.sampled_from([None, 1.0, 0.1, -0.0125, 5e-324, math.inf, math.nan]))
    block = ForceBlock(t_us, patterns.view(np.float64), data.draw(st.integers(0, 2**62)))
    _round_trip(block, [(step, None), (None, step)])


@settings(max_examples=150, deadline=None)
@given(
    arrays(
        np.int64, st.tuples(st.integers(1, 60), st.just(2)), elements=st.integers(-(2**52), 2**52)
    ),
    st.floats(1e-9, 1e3),
)
def test_whole_numbers_of_steps_come_back_the_same(counts: np.ndarray, step: float):
    block = ForceBlock(np.arange(len(counts), dtype=np.int64), counts * step, 7)
    _round_trip(block, [(step, None), (None, -step)])


@pytest.mark.parametrize("value", [-0.0, 0.0, math.nan, math.inf, 5e-324, 1.7e308, 2.0**53])
def test_special_values_among_counts_keep_their_bits(value: float):
    force = np.array([[0.0125, 0.025], [value, 0.0], [0.05, value]])
    _round_trip(ForceBlock(np.array([0, 1000, 2000]), force, 0), STEPS)


def test_a_real_recording_is_about_as_small_as_its_noise_allows():
    # Differences of normal noise of sd s have sd s√2 and an entropy of log2(s√2·√(2πe)) bits:
    # 2 × 10,000 samples at s = 16 LSB need 16.4 kB, at s = 4 LSB 11.4 kB; slopes come on top.
    for noise_lsb in (4.0, 16.0):
        block = samples.recording(10.0, noise_lsb=noise_lsb)
        least = 20_000 * math.log2(noise_lsb * math.sqrt(2 * 2 * math.pi * math.e)) / 8
        assert 0.95 * least < _round_trip(block, STEPS) <= 20_000


def test_floats_of_an_unknown_step_still_shrink():
    block = samples.recording(10.0)
    assert _round_trip(block, NO_STEPS) < 0.6 * 20_000 * 8


def test_the_step_may_be_that_of_the_calibration():
    block = samples.recording(2.0)
    by_calibration = _round_trip(block, [(0.001, samples.STEP_N)] * 2)
    assert by_calibration == _round_trip(block, STEPS)


def test_a_steady_clock_costs_next_to_nothing():
    n = 10_000
    block = ForceBlock(np.arange(n, dtype=np.int64) * 1000, np.zeros((n, 1)), 0)
    assert _round_trip(block, [(1.0,)]) < 200


def test_the_hash_can_be_recomputed_without_us():
    block = ForceBlock(np.array([5, 1005]), np.array([[1.5, -2.0], [0.0, 3.25]]), 9)
    content = struct.pack("<IHq2q4d", 2, 2, 9, 5, 1005, 1.5, -2.0, 0.0, 3.25)
    assert digest(block) == hashlib.sha256(content).digest()


@pytest.mark.parametrize("steps", [STEPS, NO_STEPS])
def test_every_flipped_bit_is_noticed(steps: curves.Steps):
    encoded = encode(samples.recording(0.1), steps)
    for at in range(len(encoded.data)):
        data = bytearray(encoded.data)
        data[at] ^= 1 << at % 8
        with pytest.raises(ValueError, match="checksum"):
            decode(encoded.codec, bytes(data), encoded.sha256)
    for at in range(32):
        sha256 = bytearray(encoded.sha256)
        sha256[at] ^= 1 << at % 8
        with pytest.raises(ValueError, match="hash"):
            decode(encoded.codec, encoded.data, bytes(sha256))
    with pytest.raises(ValueError, match="unknown codec 3"):
        decode(encoded.codec ^ 2, encoded.data, encoded.sha256)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_forged_content_is_refused_and_asks_for_no_memory(data: st.DataObject):
    # a right checksum over damaged content: the parser itself must hold
    encoded = encode(samples.recording(0.05), STEPS)
    packed = bytearray(encoded.data[4:])
    for _ in range(data.draw(st.integers(1, 6))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(packed[: data.draw(st.integers(0, len(packed)))])
    for forged in (bytes(packed), cut):
        whole = struct.pack("<I", zlib.crc32(forged)) + forged
        try:
            block = decode(encoded.codec, whole, encoded.sha256)
        except ValueError:
            continue
        assert digest(block) == encoded.sha256


def test_messages_are_merged_to_ten_seconds():
    block = samples.recording(25.0, rate_hz=100)
    merged = merge(samples.messages(block), ())
    assert [len(part.t_us) for part in merged] == [1000, 1000, 500]
    assert [part.index for part in merged] == [0, 1000, 2000]
    assert np.array_equal(np.concatenate([part.force for part in merged]), block.force)
    at_once = merge([block], ())
    assert [digest(part) for part in at_once] == [digest(part) for part in merged]


def test_blocks_are_never_merged_across_a_gap():
    parts = samples.messages(samples.recording(0.1))
    lost = [parts[0], parts[2], parts[3]]  # the index jumps
    assert [len(part.t_us) for part in merge(lost, ())] == [20, 40]
    later = ForceBlock(parts[1].t_us + 500_000, parts[1].force, parts[1].index)
    unknown = Gap(19_000, 520_000, None, "link lost")  # nobody knows how many: it does not
    assert len(merge([parts[0], later], [unknown])) == 2
    assert len(merge([parts[0], later], ())) == 1


def test_a_clock_that_runs_backwards_begins_a_new_block():
    first, second, *_ = samples.messages(samples.recording(0.1))
    back = ForceBlock(first.t_us, second.force, second.index)
    assert len(merge([first, back], ())) == 2


def test_empty_runs_leave_no_block():
    assert merge([ForceBlock(np.empty(0, np.int64), np.empty((0, 2)), 0)], ()) == []
