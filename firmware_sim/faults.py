"""What goes wrong on the way from a device: a seeded plan around any simulated firmware."""

from __future__ import annotations

import dataclasses
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from firmware_sim.firmware import Firmware
from firmware_sim.noise import chance
from protocols.codec import Framing

Stage = Callable[[list[bytes], float], list[bytes]]
"""Messages of one tick and its time in s -> what arrives then; it may hold some back."""

_TICK_NS = 5_000_000
_NS = 1_000_000_000


class FaultFileError(ValueError):
    """The file describes no fault plan."""


@dataclass(frozen=True, slots=True)
class Fault(ABC):
    """One kind of trouble. Times count from the first connection; `stage` begins afresh with
    every connection."""

    @abstractmethod
    def stage(self, framing: Framing, seed: int) -> Stage:
        """The fault at work on one connection."""


@dataclass(frozen=True, slots=True)
class _Some(Fault):
    """Befalls a `fraction` of the messages, from `from_s` on."""

    fraction: float
    from_s: float = 0.0

    def stage(self, framing: Framing, seed: int) -> Stage:
        number = 0

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal number
            arriving: list[bytes] = []
            for message in messages:
                number += 1
                if t_s >= self.from_s and chance(number, seed) < self.fraction:
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
class Merge(Fault):
    """A `fraction` of the messages waits and arrives in one piece with the next; packets do not."""

    fraction: float
    from_s: float = 0.0

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
                if t_s < self.from_s or chance(number, seed) >= self.fraction:
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

    def stage(self, framing: Framing, seed: int) -> Stage:
        held: list[bytes] = []

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            nonlocal held
            held += messages
            into_period_s = (t_s - self.from_s) % self.every_s
            if t_s >= self.from_s and into_period_s >= self.every_s - self.hold_s:
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


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Faults in the order in which they befall a message; the same seed gives the same trouble."""

    faults: tuple[Fault, ...] = ()
    seed: int = 1

    def wrap(self, firmware: Firmware) -> Firmware:
        return Faulty(firmware, self) if self.faults else firmware

    @classmethod
    def from_json(cls, path: Path, seed: int = 1) -> FaultPlan:
        """``[{"fault": "drop", "fraction": 0.01, "from_s": 2}, …]``. Raises `FaultFileError`."""
        try:
            entries = cast("list[dict[str, Any]]", json.loads(path.read_text(encoding="utf-8")))
            return cls(tuple(_fault(dict(entry)) for entry in entries), seed)
        except (ValueError, TypeError, KeyError) as error:
            raise FaultFileError(f"{path}: {error}") from error


class Faulty(Firmware):
    """A firmware whose messages meet a plan on their way."""

    def __init__(self, firmware: Firmware, plan: FaultPlan) -> None:
        self.model = firmware.model
        self.serial = firmware.serial
        self.framing = firmware.framing
        self.is_reachable = firmware.is_reachable
        self._firmware = firmware
        self._plan = plan
        self._cuts = [fault for fault in plan.faults if isinstance(fault, Cut)]
        self._connections = 0
        self._stages: list[Stage] = []
        self._clock_ns: int | None = None  # since the first connection
        self._debt_ns = 0

    def receive(self, data: bytes) -> list[bytes]:
        return self._pass_on(self._firmware.receive(data))

    def advance(self, seconds: float) -> list[bytes]:
        """In whole ticks, so that what happens when does not depend on the step."""
        self._debt_ns += round(seconds * _NS)
        arriving: list[bytes] = []
        while self._debt_ns >= _TICK_NS:
            self._debt_ns -= _TICK_NS
            if self._clock_ns is not None:
                self._clock_ns += _TICK_NS
            arriving += self._pass_on(self._firmware.advance(_TICK_NS / _NS))
        return arriving

    def connected(self) -> None:
        self._clock_ns = self._clock_ns or 0
        self._connections += 1
        seed = self._plan.seed * 1000 + self._connections
        self._stages = [
            fault.stage(self.framing, seed + 100 * place)
            for place, fault in enumerate(self._plan.faults)
        ]
        self._firmware.connected()

    def disconnected(self) -> None:
        self._stages = []
        self._firmware.disconnected()

    def _pass_on(self, messages: list[bytes]) -> list[bytes]:
        t_s = (self._clock_ns or 0) / _NS
        for stage in self._stages:
            messages = stage(messages, t_s)
        is_cut = self._clock_ns is not None and any(cut.holds_at(t_s) for cut in self._cuts)
        self.is_reachable = self._firmware.is_reachable and not is_cut
        return messages


FAULTS: dict[str, type[Fault]] = {
    fault.__name__.lower(): fault
    for fault in (Drop, Duplicate, Flip, Split, Merge, Burst, Stall, Cut)
}

# From 3 s on, so that finding the device is not what is tested.
PLANS: dict[str, FaultPlan] = {
    "none": FaultPlan(),
    "rainy": FaultPlan(
        (
            Drop(0.01, from_s=3.0),
            Duplicate(0.01, from_s=3.0),
            Flip(0.005, from_s=3.0),
            Split(0.2),
            Merge(0.2),
            Burst(every_s=5.0, hold_s=0.15, from_s=3.0),
        )
    ),
    "cut": FaultPlan((Cut(at_s=8.0, seconds=2.0),)),
    "stall": FaultPlan((Stall(at_s=8.0, seconds=5.0),)),
}


def plan_named(name: str, seed: int = 1) -> FaultPlan:
    """One of `PLANS`, or a JSON file. Raises `FaultFileError`, `OSError`."""
    known = PLANS.get(name)
    return dataclasses.replace(known, seed=seed) if known else FaultPlan.from_json(Path(name), seed)


def _fault(entry: dict[str, Any]) -> Fault:
    return FAULTS[str(entry.pop("fault"))](**entry)
