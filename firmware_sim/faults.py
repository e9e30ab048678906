"""What goes wrong on the way from a device: a seeded plan around any simulated firmware."""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from firmware_sim.device_faults import (
    Add,
    ClockDrift,
    ClockJump,
    Drift,
    Leftovers,
    NotANumber,
    Reboot,
    Spikes,
    Stuck,
)
from firmware_sim.firmware import Firmware, Load
from firmware_sim.link_faults import (
    Burst,
    Cut,
    Drop,
    Duplicate,
    Fault,
    Flip,
    Junk,
    Mangle,
    Merge,
    Reorder,
    Split,
    Stage,
    Stall,
)

__all__ = [
    "FAULTS",
    "PLANS",
    "Add",
    "Burst",
    "ClockDrift",
    "ClockJump",
    "Cut",
    "Drift",
    "Drop",
    "Duplicate",
    "Fault",
    "FaultFileError",
    "FaultPlan",
    "Faulty",
    "Flip",
    "Junk",
    "Leftovers",
    "Mangle",
    "Merge",
    "NotANumber",
    "Reboot",
    "Reorder",
    "Spikes",
    "Split",
    "Stage",
    "Stall",
    "Stuck",
    "plan_named",
]

_TICK_NS = 5_000_000
_NS = 1_000_000_000


class FaultFileError(ValueError):
    """The file describes no fault plan."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Faults in the order in which they befall a message; the same seed gives the same trouble."""

    faults: tuple[Fault, ...] = ()
    seed: int = 1

    def wrap(self, firmware: Firmware) -> Firmware:
        return Faulty(firmware, self) if self.faults else firmware

    def pulls(self, load: Load) -> Load:
        """What the cells of a device with these faults make of `load`."""
        for place, fault in enumerate(self.faults):
            load = fault.pulls(load, 1000 * self.seed + 100 * place)
        return load

    @classmethod
    def from_json(cls, path: Path, seed: int = 1) -> FaultPlan:
        """``[{"fault": "drop", "fraction": 0.01, "from_s": 2}, …]``. Raises `FaultFileError`."""
        try:
            entries = cast("list[dict[str, Any]]", json.loads(path.read_text(encoding="utf-8")))
            return cls(tuple(_fault(dict(entry)) for entry in entries), seed)
        except (ValueError, TypeError, KeyError) as error:
            raise FaultFileError(f"{path}: {error}") from error


class Faulty(Firmware):
    """A firmware whose messages, clock and power meet a plan; its load is the plan's to change."""

    def __init__(self, firmware: Firmware, plan: FaultPlan) -> None:
        self.model = firmware.model
        self.serial = firmware.serial
        self.framing = firmware.framing
        self.is_reachable = firmware.is_reachable
        self.resolution_n = firmware.resolution_n
        self._firmware = firmware
        self._plan = plan
        self._cuts = [fault for fault in plan.faults if isinstance(fault, Cut)]
        self._events = [f for f in plan.faults if isinstance(f, (Reboot, ClockJump))]
        self._leftovers = _most_leftovers(plan)
        self._connections = 0
        self._stages: list[Stage] = []
        self._early: list[bytes] = []
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
            self._befall()
            pace = 1.0
            for fault in self._plan.faults:
                pace *= fault.pace(self._t_s)
            arriving += self._pass_on(self._firmware.advance(pace * _TICK_NS / _NS))
        return arriving

    def connected(self) -> None:
        self._clock_ns = self._clock_ns or 0
        self._connections += 1
        seed = self._plan.seed * 1000 + self._connections
        self._stages = [
            fault.stage(self.framing, seed + 100 * place)
            for place, fault in enumerate(self._plan.faults)
        ]
        self._early = list(self._leftovers)
        self._firmware.connected()

    def disconnected(self) -> None:
        self._stages = []
        self._firmware.disconnected()

    def reboot(self) -> None:
        self._firmware.reboot()

    @property
    def _t_s(self) -> float:
        return (self._clock_ns or 0) / _NS

    def _befall(self) -> None:
        """What happens to the device at this tick."""
        due = [event for event in self._events if event.at_s <= self._t_s]
        for event in due:
            self._events.remove(event)
            if isinstance(event, Reboot):
                self._firmware.reboot()
            else:
                self._firmware.advance(event.by_s)

    def _pass_on(self, messages: list[bytes]) -> list[bytes]:
        t_s = self._t_s
        self._leftovers.extend(messages)
        if self._stages and self._early:
            messages, self._early = [*self._early, *messages], []
        for stage in self._stages:
            messages = stage(messages, t_s)
        is_cut = self._clock_ns is not None and any(cut.holds_at(t_s) for cut in self._cuts)
        self.is_reachable = self._firmware.is_reachable and not is_cut
        return messages


FAULTS: dict[str, type[Fault]] = {
    fault.__name__.lower(): fault
    for fault in (
        *(Drop, Duplicate, Reorder, Flip, Mangle, Junk, Split, Merge, Burst, Stall, Cut),
        *(Add, Drift, Stuck, Spikes, NotANumber),
        *(ClockDrift, ClockJump, Reboot, Leftovers),
    )
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
    "restart": FaultPlan((Reboot(at_s=8.0),)),
    "knock": FaultPlan((Add(at_s=8.0, newtons=25.0),)),
    "warm-up": FaultPlan((Drift(at_s=0.0, newtons_per_s=0.5),)),
    "spikes": FaultPlan((Spikes(0.002, newtons=400.0, from_s=3.0),)),
    "stuck": FaultPlan((Stuck(at_s=8.0, cell=0),)),
}


def plan_named(name: str, seed: int = 1) -> FaultPlan:
    """One of `PLANS`, or a JSON file. Raises `FaultFileError`, `OSError`."""
    known = PLANS.get(name)
    return dataclasses.replace(known, seed=seed) if known else FaultPlan.from_json(Path(name), seed)


def _most_leftovers(plan: FaultPlan) -> deque[bytes]:
    most = max((f.messages for f in plan.faults if isinstance(f, Leftovers)), default=0)
    return deque(maxlen=most)


def _fault(entry: dict[str, Any]) -> Fault:
    return FAULTS[str(entry.pop("fault"))](**entry)
