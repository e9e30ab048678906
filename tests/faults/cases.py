"""The faults that a plan can play: how, by seed, and on which devices."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.station import Station
from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.types import Transport
from firmware_sim.faults import (
    Add,
    Burst,
    ClockDrift,
    ClockJump,
    Cut,
    Drift,
    Drop,
    Duplicate,
    Fault,
    Flip,
    Junk,
    Leftovers,
    Mangle,
    Merge,
    NotANumber,
    Reboot,
    Reorder,
    Spikes,
    Split,
    Stall,
    Stuck,
)
from protocols.codec import Framing
from tests.faults.bed import FAULT_S, OVER_S, Air, AirRig, Interfere, memory_bench
from tests.rigs import SETUPS, Bench, Setup

Play = Callable[[random.Random, Bench], tuple[Fault, ...]]

_FLOATS = frozenset({"progressor", "crimpdeq", "hangman", "godirect-hd"})
_WITHOUT_SUM = frozenset({"chronojump", "chronojump-platform", "loadstar", "mark10", "nextech"})
_ASKED_FIRST = frozenset(
    {"onb", "progressor", "crimpdeq", "hangman", "chronojump", "chronojump-platform", "loadstar"}
    | {"mark10", "godirect-hd", "cts500", "motherboard", "nextech", "harp"}
)
_LEAVES_OUT = frozenset({"pitchsix", "cts500"})
"""Numbers that cannot be forces are no samples of theirs: a gap."""
_GOES_ON = frozenset({"mito", "wh-c06", "loadstar", "mark10", "imada", "nextech"})
"""Streams by itself, or answers whoever asks: a restart costs nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault of the catalogue as it befalls the devices that it can befall.

    `losses`: outages that a person is told. `is_clean`: no sample is missing. `keeps_order`:
    samples reach the disk in the order in which they arrived. `invents`: what is measured is
    changed on the way in a manner that the format cannot tell, or the time axis is cut on purpose.
    """

    fault: str
    play: Play
    applies: Callable[[Bench], bool] = lambda _bench: True
    losses: Callable[[Bench], int] = lambda _bench: 0
    is_clean: Callable[[Bench], bool] = lambda _bench: False
    keeps_order: bool = True
    invents: bool = False
    interfere: Interfere | None = None
    options: Callable[[random.Random, Bench], dict[str, Any]] = field(
        default=lambda _dice, _bench: {}
    )

    def __str__(self) -> str:
        return self.fault


def benches(case: Case) -> list[Bench]:
    """Every model on the links on which the case can befall it."""
    found = [
        memory_bench(model.id, framing)
        for model in FORCE_MODELS.values()
        for framing, transport in (
            (Framing.STREAM, Transport.SERIAL),
            (Framing.PACKETS, Transport.BLE),
        )
        if transport in model.transports
    ]
    return [bench for bench in found if case.applies(bench)]


def model_of(bench: Bench) -> ForceModel:
    return FORCE_MODELS[bench.model.id]


def by_radio(bench: Bench) -> bool:
    return bench.framing is Framing.PACKETS


def by_cable(bench: Bench) -> bool:
    return bench.framing is Framing.STREAM


def is_placed(bench: Bench) -> bool:
    """A sample has a time, or a number that stands for one, of its own."""
    numbers_only = SETUPS.get(bench.model.id, Setup()).numbers_only
    return model_of(bench).loss_detectable and not numbers_only


def is_polled(bench: Bench) -> bool:
    return bench.listening_codec().poll_s is not None


def _always(_bench: Bench) -> bool:
    return True


def _in_one_piece(bench: Bench) -> bool:
    """A report of this one is several notifications: one that comes twice spoils it."""
    return bench.model.id != "motherboard"


def _one(_bench: Bench) -> int:
    return 1


def _sometime(dice: random.Random) -> float:
    return FAULT_S + dice.uniform(-0.3, 0.3)


def _cut(dice: random.Random, _bench: Bench) -> tuple[Fault, ...]:
    return (Cut(_sometime(dice), dice.uniform(0.05, 1.2)),)


def _dead(dice: random.Random, bench: Bench) -> tuple[Fault, ...]:
    """For a little longer than is normal."""
    return (Stall(_sometime(dice), model_of(bench).silence_s + dice.uniform(0.2, 0.4)),)


def switch_on(rig: Air, _station: Station) -> None:
    """Whoever finds the unit switched off after a loss presses its button."""
    firmware = getattr(rig.firmware, "_firmware")  # noqa: B009 - the device inside the plan
    loop = asyncio.get_running_loop()
    loop.call_later(2.0, setattr, firmware, "is_reachable", True)


def _sleep(rig: AirRig, _station: Station) -> None:
    """The computer sleeps for 20 s: its clock stands still, the link breaks, the device goes on."""
    rig.link.cut("the computer slept")
    rig.firmware.advance(20.0)
    switch_on(rig, _station)


def _some(kind: Callable[..., Fault], least: float, most: float) -> Play:
    def play(dice: random.Random, _bench: Bench) -> tuple[Fault, ...]:
        return (kind(dice.uniform(least, most), from_s=_sometime(dice), until_s=OVER_S),)

    return play


def _dropped(dice: random.Random, bench: Bench) -> tuple[Fault, ...]:
    # Three lost pieces in a row make a whole report of two halves, which nothing in it tells.
    share = dice.uniform(0.001, 0.4 if _in_one_piece(bench) else 0.02)
    return (Drop(share, from_s=_sometime(dice), until_s=OVER_S),)


def _late(dice: random.Random, bench: Bench) -> tuple[Fault, ...]:
    """Not for so long that it is a silence, together with the time between two readings."""
    hold_s = dice.choice((0.15, 0.3, 0.3 if model_of(bench).rate_hz <= 20 else 0.45))
    return (Burst(1.0, hold_s, from_s=_sometime(dice), until_s=OVER_S),)


def _all_at_once(dice: random.Random, _bench: Bench) -> tuple[Fault, ...]:
    """Held back for longer than a silence that counts, then delivered."""
    hold_s = dice.uniform(0.6, 0.8)
    return (Burst(3.0, hold_s, from_s=_sometime(dice) - 3.0 + hold_s, until_s=OVER_S - 0.5),)


def _pieces(_dice: random.Random, bench: Bench) -> tuple[Fault, ...]:
    # After an answer nothing follows that it could be joined with, until it is asked again.
    answers = is_polled(bench) or bench.model.id == "loadstar"
    return (Split(0.5), Merge(0.0 if answers else 0.5, from_s=FAULT_S, until_s=OVER_S))


def _junk(dice: random.Random, bench: Bench) -> tuple[Fault, ...]:
    n_bytes = dice.choice((1, 64, 700, 5000))
    return (Junk(_sometime(dice), n_bytes, banner=not bench.listening_codec().has_checksum),)


def _stale(dice: random.Random, _bench: Bench) -> tuple[Fault, ...]:
    return (Leftovers(dice.randint(1, 9)), Cut(_sometime(dice), 0.3))


def _restart(dice: random.Random, _bench: Bench) -> tuple[Fault, ...]:
    return (Reboot(_sometime(dice)),)


def _wrap(dice: random.Random, bench: Bench) -> dict[str, Any]:
    """A clock or a number shortly before its last value: it wraps in the trial."""
    before_s = dice.uniform(2.0, 4.5)
    wraps_us = dice.choice((1 << 31, 1 << 32)) - round(before_s * 1e6)
    match bench.model.id:
        case "motherboard":
            return {"first_number": (1 << 16) - round(before_s * 30)}
        case "mito":
            return {"clock_at_boot_us": wraps_us}
        case "frez":
            return {"clock_at_start_ms": (1 << 32) - round(before_s * 1e3)}
        case "harp":
            seconds = (1 << 32) * 1_000_000
            return {"clock_at_boot_us": seconds - round(before_s * 1e6)}
        case _:
            return {"clock_at_start_us": wraps_us}


def _rate(dice: random.Random, bench: Bench) -> dict[str, Any]:
    """Another rate than the maker says."""
    match bench.model.id:
        case "chronojump" | "chronojump-platform":
            return {"rate_hz": dice.choice((40.0, 85.0, 160.0))}
        case "godirect-hd":
            return {"shortest_period_us": dice.choice((40_000, 50_000))}
        case "pitchsix":
            return {"rate_hz": dice.choice((40, 80))}
        case _:
            return {"rate_hz": dice.choice((20, 40, 150))}


_WRAPS = frozenset(
    {"progressor", "mito", "chronojump", "chronojump-platform", "frez", "motherboard", "harp"}
)
"""A Hangman panics where its clock would wrap, and is off: that is B01."""
_RATES = frozenset(
    {"chronojump", "chronojump-platform", "loadstar", "pitchsix", "cts500", "godirect-hd"}
)


def _in(names: frozenset[str]) -> Callable[[Bench], bool]:
    return lambda bench: bench.model.id in names


CASES: tuple[Case, ...] = (
    Case("B01", _cut, by_radio, _one, interfere=switch_on),
    Case("B02", _dead, by_radio, _one, interfere=switch_on),
    Case("B06", _stale, lambda b: by_radio(b) and _in(_ASKED_FIRST)(b), _one, interfere=switch_on),
    Case("B07", _late, by_radio, is_clean=_always),
    Case(
        "B07",
        _all_at_once,
        lambda b: by_radio(b) and model_of(b).is_steady,
        is_clean=_always,
    ),
    Case("B08", _dropped, by_radio),
    Case(
        "B09",
        _some(Duplicate, 0.1, 0.5),
        lambda b: by_radio(b) and model_of(b).loss_detectable,
        is_clean=_in_one_piece,
    ),
    Case(
        "B10",
        _some(Reorder, 0.05, 0.3),
        lambda b: by_radio(b) and is_placed(b),
        keeps_order=False,
    ),
    Case("B11", _some(Mangle, 0.02, 0.2), lambda b: by_radio(b) and b.model.id != "motherboard"),
    Case(
        "B12",
        lambda _dice, _bench: (),
        lambda b: by_radio(b) and b.model.id == "onb",
        is_clean=_always,
        options=lambda dice, _bench: {"mtu": dice.choice((128, 150, 185, 247))},
    ),
    Case("B15", lambda _dice, _bench: (), losses=_one, interfere=_sleep),
    Case("S01", _cut, by_cable, _one),
    Case("S05", _pieces, by_cable, is_clean=_always),
    Case("S06", _junk, by_cable),
    Case(
        "S09",
        _restart,
        lambda b: b.model.id not in _GOES_ON,
        _one,
        interfere=switch_on,
    ),
    Case("S12", _late, by_cable, is_clean=_always),
    Case("S12", _all_at_once, lambda b: by_cable(b) and not is_polled(b), is_clean=_always),
    Case(
        "D01",
        lambda dice, _bench: (Add(_sometime(dice), 0.5, newtons=5e4),),
        is_clean=lambda b: b.model.id not in _LEAVES_OUT,
    ),
    Case(
        "D02",
        lambda dice, _bench: (
            Spikes(dice.uniform(0.005, 0.05), 400.0, from_s=_sometime(dice), until_s=OVER_S),
        ),
        is_clean=_always,
    ),
    Case(
        "D03",
        lambda dice, _bench: (NotANumber(_sometime(dice), dice.uniform(0.02, 0.4)),),
        _in(_FLOATS),
        invents=True,
    ),
    Case(
        "D04",
        lambda dice, _bench: (Drift(0.0, newtons_per_s=dice.uniform(0.05, 0.3)),),
        is_clean=_always,
    ),
    Case(
        "D07",
        lambda dice, _bench: (Add(_sometime(dice), newtons=dice.uniform(5.0, 40.0)),),
        is_clean=_always,
    ),
    Case("D08", lambda dice, _bench: (Stuck(_sometime(dice), cell=0),), is_clean=_always),
    Case(
        "D12",
        lambda dice, _bench: (ClockDrift(dice.choice((-500.0, 500.0))),),
        is_clean=_always,
    ),
    Case(
        "D13",
        lambda _dice, _bench: (),
        _in(_WRAPS),
        is_clean=_always,
        options=_wrap,
    ),
    Case(
        "D14",
        lambda dice, _bench: (ClockJump(_sometime(dice), dice.choice((0.3, 2.0, 18.0))),),
        lambda b: model_of(b).has_device_time and b.model.id not in ("onb", "mito"),
        invents=True,
    ),
    Case("D15", lambda _dice, _bench: (), _in(_RATES), is_clean=_always, options=_rate),
    Case("D19", _stale, lambda b: by_cable(b) and _in(_ASKED_FIRST)(b), _one),
    Case("S07", _some(Flip, 0.02, 0.2), lambda b: b.listening_codec().has_checksum),
)
"""A fault may stand here more than once: each is played."""
