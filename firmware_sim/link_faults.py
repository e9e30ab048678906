"""Trouble on the way from a device: what a message, or the link as a whole, meets."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firmware_sim.firmware import Load
from firmware_sim.noise import chance
from protocols.codec import Framing

Stage = Callable[[list[bytes], float], list[bytes]]
"""Messages of one tick and its time in s -> what arrives then; it may hold some back."""

_LONGEST_BYTES = 600


class Fault:
    """One kind of trouble. Times count from the first connection; `stage` begins afresh with
    every connection."""

    __slots__ = ()

    def stage(self, framing: Framing, seed: int) -> Stage:
        """The fault at work on the messages of one connection."""
        return lambda messages, _t_s: messages

    def pulls(self, load: Load, seed: int) -> Load:
        """What the device measures instead of `load`; its time begins with the load."""
        return load

    def pace(self, t_s: float) -> float:
        """Seconds of the device's clock in a second of the host's."""
        return 1.0


@dataclass(frozen=True, slots=True)
class _Some(Fault):
    """Befalls a `fraction` of the messages, from `from_s` until `until_s`."""

    fraction: float
    from_s: float = 0.0
    until_s: float = math.inf

    def stage(self, framing: Framing, seed: int) -> Stage:
        number = 0

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal number
            arriving: list[bytes] = []
            for message in messages:
                number += 1
                is_time = self.from_s <= t_s < self.until_s
                if is_time and chance(number, seed) < self.fraction:
                    arriving += self._befall(message, chance(number, seed + 1), framing)
                else:
                    arriving.append(message)
            return arriving

        return pass_on

    @abstractmethod
    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        """What becomes of one message; `draw` in [0, 1) picks the place."""


@dataclass(frozen=True, slots=True)
class Drop(_Some):
    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        return []


@dataclass(frozen=True, slots=True)
class Duplicate(_Some):
    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        return [message, message]


@dataclass(frozen=True, slots=True)
class Flip(_Some):
    """One bit; a radio link has its own checksum, so there a damaged packet never arrives."""

    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        if framing is Framing.PACKETS:
            return []
        bit = int(draw * 8 * len(message))
        damaged = bytearray(message)
        damaged[bit // 8] ^= 1 << bit % 8
        return [bytes(damaged)]


@dataclass(frozen=True, slots=True)
class Split(_Some):
    """In two pieces; a packet stays whole."""

    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        if framing is Framing.PACKETS or len(message) < 2:
            return [message]
        place = 1 + int(draw * (len(message) - 1))
        return [message[:place], message[place:]]


@dataclass(frozen=True, slots=True)
class Mangle(_Some):
    """Cut short, empty, or with up to 600 random bytes behind it; a radio link discards what it
    damaged, but some systems hand over such notifications all the same."""

    def _befall(self, message: bytes, draw: float, framing: Framing) -> list[bytes]:
        if draw < 0.5:
            return [message[: int(2 * draw * len(message))]]
        length = int((2 * draw - 1) * (_LONGEST_BYTES - len(message)))
        return [message + _random_bytes(max(length, 1), int(draw * 2**52))]


@dataclass(frozen=True, slots=True)
class Reorder(Fault):
    """A `fraction` of the packets arrives after the one that follows it; a byte stream keeps its
    order."""

    fraction: float
    from_s: float = 0.0
    until_s: float = math.inf

    def stage(self, framing: Framing, seed: int) -> Stage:
        late: list[bytes] = []
        number = 0

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal late, number
            if framing is Framing.STREAM:
                return messages
            arriving: list[bytes] = []
            for message in messages:
                number += 1
                is_time = self.from_s <= t_s < self.until_s
                if is_time and not late and chance(number, seed) < self.fraction:
                    late = [message]
                    continue
                arriving += [message, *late]
                late = []
            return arriving

        return pass_on


@dataclass(frozen=True, slots=True)
class Junk(Fault):
    """At `at_s`, `n_bytes` that belong to no message: random, or, as a `banner`, the lines of text
    that some boards print when they start."""

    at_s: float
    n_bytes: int
    banner: bool = False

    def stage(self, framing: Framing, seed: int) -> Stage:
        is_told = False

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal is_told
            if is_told or t_s < self.at_s:
                return messages
            is_told = True
            line = b"\r\nrst:0x1 (POWERON),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
            repeats = -(-self.n_bytes // len(line))
            junk = line * repeats if self.banner else _random_bytes(self.n_bytes, seed)
            return [junk, *messages]

        return pass_on


@dataclass(frozen=True, slots=True)
class Merge(Fault):
    """A `fraction` of the messages waits and arrives in one piece with the next; packets do not."""

    fraction: float
    from_s: float = 0.0
    until_s: float = math.inf

    def stage(self, framing: Framing, seed: int) -> Stage:
        held = b""
        number = 0

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal held, number
            if framing is Framing.PACKETS:
                return messages
            arriving: list[bytes] = []
            for message in messages:
                number += 1
                held += message
                is_time = self.from_s <= t_s < self.until_s
                if not is_time or chance(number, seed) >= self.fraction:
                    arriving.append(held)
                    held = b""
            return arriving

        return pass_on


@dataclass(frozen=True, slots=True)
class Burst(Fault):
    """Each `every_s` nothing arrives for `hold_s`; then all of it at once."""

    every_s: float
    hold_s: float
    from_s: float = 0.0
    until_s: float = math.inf

    def stage(self, framing: Framing, seed: int) -> Stage:
        held: list[bytes] = []

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal held
            held += messages
            into_period_s = (t_s - self.from_s) % self.every_s
            is_time = self.from_s <= t_s < self.until_s
            if is_time and into_period_s >= self.every_s - self.hold_s:
                return []
            arriving, held = held, []
            return arriving

        return pass_on


@dataclass(frozen=True, slots=True)
class Stall(Fault):
    """Connected, but nothing more comes."""

    at_s: float
    seconds: float = math.inf

    def stage(self, framing: Framing, seed: int) -> Stage:
        return lambda messages, t_s: [] if self.holds_at(t_s) else messages

    def holds_at(self, t_s: float) -> bool:
        return self.at_s <= t_s < self.at_s + self.seconds


@dataclass(frozen=True, slots=True)
class Cut(Stall):
    """The link drops, and nothing can connect before the `seconds` are over."""


def _random_bytes(n: int, seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(n)
