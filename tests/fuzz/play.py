"""What may come over a wire, spelled by a string of bytes, and what must hold of it.

One spelling serves Hypothesis, which shrinks it, coverage-guided fuzzing, and plain chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

import numpy as np

from protocols.codec import Codec, Decoder, Framing
from protocols.events import Event, ForceSamples, Noise, UntimedSamples
from protocols.ott_message import OttMessage
from tests.fuzz.subjects import DISTURBED, Subject, newtons
from tests.protocols.plain import cut, receive_all

MOST_HELD_BYTES = 8192
"""What a decoder may keep of a stream, all of its lists and buffers together."""

_MOST_JUNK = 64
_MANY = 5000
_LONGEST_NOTIFICATION = 512  # of Bluetooth LE


class Disturbed:
    """A stream as `spelling` disturbs it: pieces of sound messages, junk, damage, loss,
    doubles, and now and then very much of one thing."""

    def __init__(self, subject: Subject, spelling: bytes) -> None:
        self.pieces: list[bytes] = []
        self._used = 0
        is_packet = subject.framing is Framing.PACKETS
        self._longest = _LONGEST_NOTIFICATION if is_packet else None
        self._stream = subject.stream[:DISTURBED]
        self._spelling = spelling
        self._at = 0
        while self._at < len(spelling):
            self._disturb(self._next() % 9)

    def _disturb(self, how: int) -> None:
        argument = self._next()
        match how:
            case 0:
                self.pieces.append(self._take(argument % _MOST_JUNK))
            case 1:
                self.pieces.append(self._message()[: argument or 1])
            case 2:
                message = bytearray(self._message())
                if message:
                    message[argument % len(message)] = self._next()
                self.pieces.append(bytes(message))
            case 3:
                self._used += argument % 16
            case 4:
                self.pieces += [self._message()] * 2
            case 5:
                times = _MANY if argument > 250 else argument % 16
                self.pieces.append(((self._take(2) or b"\0") * times)[: self._longest])
            case _:
                self.pieces += [self._message() for _ in range(argument % 8)]

    def _message(self) -> bytes:
        self._used += 1
        return self._stream[self._used - 1] if self._used <= len(self._stream) else b""

    def _next(self) -> int:
        self._at += 1
        return self._spelling[self._at - 1] if self._at <= len(self._spelling) else 0

    def _take(self, n: int) -> bytes:
        self._at += n
        return self._spelling[self._at - n : self._at]


def survives(subject: Subject, spelling: bytes) -> None:
    """Whatever comes: nothing is raised, every sample is a number in its time, little is kept,
    and how a stream was cut does not matter."""
    pieces = Disturbed(subject, spelling).pieces
    decoder = subject.fresh()
    events = [event for piece in pieces for event in decoder.receive(piece)]
    for event in events:
        _check(event)
    held = held_bytes(decoder)
    assert held <= MOST_HELD_BYTES, f"{held} bytes are kept"
    if subject.framing is Framing.STREAM:
        whole = b"".join(pieces)
        read = one_by_one(events)
        assert read == one_by_one(subject.fresh().receive(whole))
        places = [137 * place for place in spelling[:4]]
        assert read == one_by_one(receive_all(subject.fresh(), cut(whole, places)))


def recovers(subject: Subject, spelling: bytes) -> None:
    """Whatever came before: the last fifth of a sound stream is read sample for sample."""
    decoder = subject.fresh()
    receive_all(decoder, Disturbed(subject, spelling).pieces)
    read = _read_of_the_rest(subject, decoder)
    expected = _last_fifth(subject)
    assert read[len(read) - len(expected) :] == expected


@cache
def _last_fifth(subject: Subject) -> list[object]:
    decoder = subject.fresh()
    receive_all(decoder, subject.stream[:DISTURBED])
    read = _read_of_the_rest(subject, decoder)
    assert len(read) >= 5
    return read[len(read) - len(read) // 5 :]


def _read_of_the_rest(subject: Subject, decoder: Decoder) -> list[object]:
    """Newtons where there are any; what a unit without a force says otherwise, without its clock,
    which a damaged time that no checksum covers may have set."""
    events: list[Event] = []
    for message in subject.stream[DISTURBED:]:
        if isinstance(decoder, Codec) and decoder.poll_s is not None and not decoder.pending:
            decoder.poll()
        events += decoder.receive(message)
    untimed = [replace(e, t_ms=0) if isinstance(e, OttMessage) else e for e in events]
    return [*newtons(events)] or one_by_one(untimed)


def one_by_one(events: Iterable[Event]) -> list[object]:
    """As plain values that do not depend on how a stream was cut: samples are single ones, noise
    in one place is counted together."""
    found: list[object] = []
    for event in events:
        match event:
            case ForceSamples(t_us, force, index):
                numbers = [None if index is None else index + i for i in range(len(t_us))]
                found += zip(numbers, t_us.tolist(), force.tolist(), strict=True)
            case UntimedSamples(force):
                found += force.tolist()
            case Noise(reason, n_bytes) if found and isinstance(found[-1], Noise):
                before = found[-1]
                if before.reason == reason:
                    found[-1] = Noise(reason, before.n_bytes + n_bytes)
                else:
                    found.append(event)
            case _:
                found.append(event)
    return found


def held_bytes(decoder: Decoder) -> int:
    """Of everything that a decoder keeps, by length: bytes and numbers, however deep."""
    return _size(vars(decoder), set())


def _size(value: Any, seen: set[int]) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, bytes | bytearray | str):
        return len(value)
    if isinstance(value, np.ndarray):
        return value.nbytes
    return 8 + sum(_size(each, seen) for each in _inner(value))


def _inner(value: object) -> list[Any]:
    if isinstance(value, Mapping):
        return [*cast("Mapping[Any, Any]", value).values()]
    if isinstance(value, list | tuple | deque | set | frozenset):
        return [*cast("Iterable[Any]", value)]
    if not type(value).__module__.startswith("protocols."):
        return []
    attributes: dict[str, Any] = getattr(value, "__dict__", {})
    slots: tuple[str, ...] = getattr(type(value), "__slots__", ())
    return [*attributes.values(), *(getattr(value, name, None) for name in slots)]


def _check(event: Event) -> None:
    match event:
        case ForceSamples(t_us, force):
            assert len(t_us) == len(force) > 0
            assert t_us.dtype == np.int64
            assert np.isfinite(force).all()
            assert (np.diff(t_us) > 0).all()
        case UntimedSamples(force):
            assert len(force) > 0
            assert np.isfinite(force).all()
        case Noise(_, n_bytes):
            assert n_bytes >= 0
        case _:
            pass
