"""Curve blocks: bit-exact, small, and checked by a hash of what they hold."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from devices.types import ForceBlock, Gap, Microseconds, Newtons

CODEC = 1
BLOCK_US = 10_000_000

Integers = NDArray[np.int64]
Steps = Sequence[tuple[float | None, ...]]

# Codec 1: CRC-32 of the rest; samples, channels, first index; then for the times and each channel
# a section of kind, bytes kept of each element, step, first value, first difference, length of
# what is deflated, and that.
_CRC = struct.Struct("<I")
_HEAD = struct.Struct("<IHq")
_SECTION = struct.Struct("<BBdqqI")
_MOST_SAMPLES = 1 << 24  # a damaged length must not ask for all memory


class _Kind(IntEnum):
    TIMES = 0
    COUNTS = 1
    FLOATS = 2


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    codec: int
    data: bytes
    sha256: bytes


def encode(block: ForceBlock, steps: Steps) -> EncodedBlock:
    """Encode a block; `steps` are, for each channel, what its readings may be multiples of.

    Whole numbers of steps shrink about tenfold; any other float64, NaN among them, is kept bit
    for bit. The result is decoded and compared before it is returned.
    """
    sha256 = digest(block)
    for candidates in (steps, [()] * block.force.shape[1]):
        data = _pack(block, candidates)
        try:
            decode(CODEC, data, sha256)
        except ValueError:
            continue
        return EncodedBlock(CODEC, data, sha256)
    raise ValueError(f"a block of {len(block.t_us)} samples cannot be encoded")


def decode(codec: int, data: bytes, sha256: bytes) -> ForceBlock:
    """The block back. Raises ValueError when it is not what was encoded."""
    if codec != CODEC:
        raise ValueError(f"unknown codec {codec}")
    try:
        block = _unpack(data)
    except (struct.error, zlib.error) as error:
        raise ValueError(str(error)) from error
    if digest(block) != sha256:
        raise ValueError("its content does not fit its hash")
    return block


def digest(block: ForceBlock) -> bytes:
    """SHA-256 of what a block holds, little-endian, independent of any codec.

    ``u32 samples, u16 channels, i64 index, i64 t_us[samples], f64 force[samples][channels]``
    """
    found = hashlib.sha256(_HEAD.pack(*block.force.shape, block.index))
    found.update(np.ascontiguousarray(block.t_us, "<i8").tobytes())
    found.update(np.ascontiguousarray(block.force, "<f8").tobytes())
    return found.digest()


def content(blocks: Sequence[ForceBlock]) -> bytes:
    """SHA-256 of every sample with its time and index, however they are cut into blocks."""
    found = hashlib.sha256()
    for block in blocks:
        found.update(np.ascontiguousarray(block.force, "<f8").tobytes())
    for block in blocks:
        found.update(np.ascontiguousarray(block.t_us, "<i8").tobytes())
    for block in blocks:
        found.update(np.arange(block.index, block.index + len(block.t_us), dtype="<i8").tobytes())
    return found.digest()


def merge(blocks: Iterable[ForceBlock], gaps: Iterable[Gap]) -> list[ForceBlock]:
    """Join runs to blocks of up to ten seconds, never across a gap or a missing index."""
    after_gap = {gap.end_us for gap in gaps}
    runs: list[list[ForceBlock]] = []
    for block in (piece for whole in blocks for piece in _pieces(whole)):
        if runs and _continues(runs[-1], block) and int(block.t_us[0]) not in after_gap:
            runs[-1].append(block)
        else:
            runs.append([block])
    return [
        ForceBlock(
            np.concatenate([block.t_us for block in run]),
            np.concatenate([block.force for block in run]),
            run[0].index,
        )
        for run in runs
    ]


def _pieces(block: ForceBlock) -> Iterator[ForceBlock]:
    """A block, or what it gives when it is longer than ten seconds."""
    if not len(block.t_us):
        return
    if int(block.t_us[-1]) - int(block.t_us[0]) < BLOCK_US:
        yield block
        return
    number = (block.t_us - block.t_us[0]) // BLOCK_US
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
    for start, end in pairwise(cuts):
        yield ForceBlock(block.t_us[start:end], block.force[start:end], block.index + start)


def _continues(run: list[ForceBlock], block: ForceBlock) -> bool:
    first, last = run[0], run[-1]
    return (
        block.index == last.index + len(last.t_us)
        and int(last.t_us[-1]) < int(block.t_us[0])
        and int(block.t_us[-1]) - int(first.t_us[0]) < BLOCK_US
    )


def _pack(block: ForceBlock, steps: Steps) -> bytes:
    parts = [
        _HEAD.pack(*block.force.shape, block.index),
        _integers(_Kind.TIMES, 0.0, block.t_us, 2),
    ]
    for column, candidates in zip(block.force.T, steps, strict=True):
        parts.append(_channel(np.ascontiguousarray(column, "<f8"), candidates))
    packed = b"".join(parts)
    return _CRC.pack(zlib.crc32(packed)) + packed


def _channel(force: Newtons, candidates: tuple[float | None, ...]) -> bytes:
    for step in candidates:
        counts = _counts(force, step) if step else None
        if step and counts is not None:
            return _integers(_Kind.COUNTS, step, counts, 1)
    return _section(_Kind.FLOATS, 0.0, (0, 0), force.view(np.uint64))


def _counts(force: Newtons, step: float) -> Integers | None:
    """``force (n,)`` as whole numbers of `step`, None where that is not exact to the last bit."""
    with np.errstate(all="ignore"):
        ratio = np.rint(force / step)
        if not np.all(np.abs(ratio) < 2.0**53):  # NaN and infinity fail here too
            return None
        counts = ratio.astype(np.int64)
        same = np.array_equal((counts * step).view(np.int64), force.view(np.int64))
    return counts if same else None


def _integers(kind: int, step: float, values: Integers, order: int) -> bytes:
    """Differences of `order`, small ones of either sign as small unsigned numbers."""
    seeds = [0, 0]
    for level in range(order):
        if len(values):
            seeds[level] = int(values[0])
        values = np.diff(values)
    zigzag = ((values << 1) ^ (values >> 63)).view(np.uint64)
    return _section(kind, step, (seeds[0], seeds[1]), zigzag)


def _section(kind: int, step: float, seeds: tuple[int, int], values: NDArray[np.uint64]) -> bytes:
    """Byte planes, lowest first, without those that are zero throughout, deflated."""
    width = (int(values.max()).bit_length() + 7) // 8 if len(values) else 0
    planes = values.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T
    deflated = zlib.compress(planes.tobytes(), 6)
    return _SECTION.pack(kind, width, step, *seeds, len(deflated)) + deflated


def _unpack(data: bytes) -> ForceBlock:
    if _CRC.unpack_from(data) != (zlib.crc32(data[_CRC.size :]),):
        raise ValueError("its checksum does not fit")
    samples, channels, index = _HEAD.unpack_from(data, _CRC.size)
    if samples > _MOST_SAMPLES:
        raise ValueError(f"{samples} samples in a block")
    at = _CRC.size + _HEAD.size
    columns: list[Newtons] = []
    t_us: Microseconds = np.empty(0, np.int64)
    for number in range(1 + channels):
        kind, width, step, first, second, length = _SECTION.unpack_from(data, at)
        at += _SECTION.size
        deflated = data[at : at + length]
        at += length
        match kind:
            case _Kind.TIMES if number == 0:
                t_us = _running(_planes(deflated, samples - 2, width), samples, (first, second))
            case _Kind.COUNTS if number > 0:
                counts = _running(_planes(deflated, samples - 1, width), samples, (first,))
                columns.append(counts * step)
            case _Kind.FLOATS if number > 0:
                columns.append(_planes(deflated, samples, width).view(np.float64))
            case _:
                raise ValueError(f"section {number} of kind {kind}")
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes too many")
    return ForceBlock(t_us, np.column_stack(columns), index)


def _planes(deflated: bytes, n: int, width: int) -> NDArray[np.uint64]:
    n = max(n, 0)
    if width > 8:
        raise ValueError(f"elements of {width} bytes")
    inflater = zlib.decompressobj()
    planes = inflater.decompress(deflated, n * width + 1)
    if len(planes) != n * width or not inflater.eof or inflater.unused_data:
        raise ValueError("the deflated bytes have another length")
    values = np.zeros((n, 8), np.uint8)
    values[:, :width] = np.frombuffer(planes, np.uint8).reshape(width, n).T
    return values.view("<u8").reshape(n)


def _running(zigzag: NDArray[np.uint64], samples: int, seeds: tuple[int, ...]) -> Integers:
    """Undo `_integers`: sum up from the seeds."""
    one = np.uint64(1)
    values = (zigzag >> one).view(np.int64) ^ -(zigzag & one).view(np.int64)
    for level in reversed(range(len(seeds))):
        values = np.concatenate((np.array(seeds[level : level + 1], np.int64), values))
        values = np.cumsum(values[: max(samples - level, 0)])
    return values
