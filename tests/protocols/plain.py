"""Events as plain values, so that lists of them can be compared and pieces of a stream counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from protocols.codec import Decoder
from protocols.events import Event, ForceSamples, UntimedSamples


def plain(events: Iterable[Event]) -> list[object]:
    return [
        ("samples", event.t_us.tolist(), event.force.tolist(), event.index)
        if isinstance(event, ForceSamples)
        else event
        for event in events
    ]


def samples(events: Iterable[Event]) -> list[ForceSamples]:
    return [event for event in events if isinstance(event, ForceSamples)]


def untimed(events: Iterable[Event]) -> list[list[float]]:
    """Newtons of every sample without a time, a list for each sample."""
    blocks = [event for event in events if isinstance(event, UntimedSamples)]
    return [sample for block in blocks for sample in block.force.tolist()]


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """`data` in pieces, cut at `places` modulo its length."""
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(marks)]


def receive_all(decoder: Decoder, chunks: Sequence[bytes]) -> list[Event]:
    return [event for chunk in chunks for event in decoder.receive(chunk)]
