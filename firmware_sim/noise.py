"""Electrical noise drawn by sample number: the same for any order and any step of drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_STREAM_STRIDE = np.uint64(1 << 40)


def gaussian(first: int, n: int, channels: int, sd: float, seed: int) -> NDArray[np.float64]:
    """``(n, channels)`` values with standard deviation `sd` for the samples from `first` on."""
    index = np.arange(first, first + n, dtype=np.uint64)[:, np.newaxis]
    stream = np.arange(1, channels + 1, dtype=np.uint64) * _STREAM_STRIDE
    bits = _hash(index + stream, seed)
    u1 = ((bits >> _HALF).astype(np.float64) + 1.0) / 2.0**32
    u2 = (bits & _LOW).astype(np.float64) / 2.0**32
    return sd * np.sqrt(-2.0 * np.log(u1)) * np.cos(2.0 * np.pi * u2)


def chance(number: int, seed: int) -> float:
    """A number in [0, 1) for event `number`."""
    return float(_hash(np.array([number], np.uint64), seed)[0] >> np.uint64(11)) / 2.0**53


def _hash(number: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """The splitmix64 finaliser, of the number and the seed."""
    x = (number + np.array([seed % 2**64], np.uint64) * _MIX_2) * _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))
