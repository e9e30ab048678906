"""One trial with faults and one without, on the same objects, and all that can be said of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.station import Station, TrialPlan
from app.visits import unassigned, visit_of
from data.analysis.types import Side
from data.clinical.catalogue import tests as strength_tests
from data.ids import uuid7
from data.intake import save_capture
from data.records import Trial, TrialState
from data.store import Store
from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.force import ForceDevice
from devices.types import ForceBlock, Gap, LinkState
from drivers.link import Link, LinkNotFoundError
from firmware_sim.faults import Fault, FaultPlan, Leftovers, Stage
from firmware_sim.firmware import Firmware
from firmware_sim.loads import delayed
from protocols.codec import Framing
from protocols.events import Event, ForceSamples, UntimedSamples
from tests.builders import START
from tests.rigs import SETUPS, Bench, MemoryRig, Setup, Way, force_device

TICK_S = 0.025
BEGIN_S = 1.7
"""Of the trial, after the stream began."""
FAULT_S = 2.9
"""In the middle of the pull, on every clock that begins with the connection or the stream."""
OVER_S = 4.6
"""What befalls some of the messages has ended."""
END_S = 5.0
CLEAN_S = 1.0

Times = NDArray[np.int64]
Rows = NDArray[np.float64]
QUIET: dict[str, dict[str, Any]] = {
    "mito": {"noise_n": 0.002},  # or its step of 1 N is no zero
    "cts500": {"unloaded_n": 2.0},  # it leaves out what is below its own zero
}
_ANSWERS = {"imada": 2}
"""What comes before its stream: a greeting, and a reading that it is asked for."""
_HEARD_BY_ASKING = ("loadstar", "nextech")
"""Their answers mean something only to whoever knows what was asked."""


def pull(t: NDArray[np.float64]) -> Rows:
    """Nothing until 1.9 s, 135 N more each second until 3.9 s, held, let go; the second cell 0.8.

    No reading is like the one before, because the load never stands still.
    """
    force = np.interp(t, [1.9, 3.9, 4.3, 4.5], [0.0, 270.0, 275.0, 0.0])
    return np.column_stack([force, 0.8 * force])


@dataclass(frozen=True, slots=True)
class WireTap(Fault):
    """Keeps a copy of every message, by connection; the first `stale` of a later connection are
    of the one before."""

    stale: int = 0
    connections: list[list[bytes]] = field(default_factory=list[list[bytes]])

    def stage(self, framing: Framing, seed: int) -> Stage:
        heard: list[bytes] = []
        self.connections.append(heard)

        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            heard.extend(messages)
            return messages

        return pass_on

    def rows(self, bench: Bench) -> list[tuple[Times | None, Rows]]:
        """For each connection ``t (n,) µs`` of the device's clock, where it has one, and force."""
        found: list[tuple[Times | None, Rows]] = []
        for number, messages in enumerate(self.connections):
            codec = bench.listening_codec()
            own = messages[self.stale if number else 0 :]
            if bench.framing is Framing.STREAM and codec.poll_s is None:
                own = [b"".join(own)]  # any chunking gives the same, and this one is fast
            events = [event for message in own for event in codec.receive(message)]
            timed = [event for event in events if isinstance(event, ForceSamples)]
            force = [e.force for e in events if isinstance(e, (ForceSamples, UntimedSamples))]
            times = np.concatenate([event.t_us for event in timed]) if timed else None
            if force:
                found.append((times, np.concatenate(force)))
        return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trial as it was stored, read back."""

    trial: Trial
    blocks: list[ForceBlock]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.trial.gaps

    @property
    def t_us(self) -> NDArray[np.int64]:
        return np.concatenate([block.t_us for block in self.blocks])

    @property
    def force(self) -> Rows:
        return np.concatenate([block.force for block in self.blocks])

    @property
    def index(self) -> NDArray[np.int64]:
        return np.concatenate([b.index + np.arange(len(b.t_us)) for b in self.blocks])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one plan on one device."""

    bench: Bench
    faulted: Recorded
    clean: Recorded
    sent: list[tuple[Times | None, Rows]]
    arrived: list[tuple[Times | None, Rows]]
    notices: list[tuple[LinkState, str]]
    station: Station

    @property
    def model(self) -> ForceModel:
        return FORCE_MODELS[self.bench.model.id]

    @property
    def rate_hz(self) -> float:
        """As measured in the clean trial."""
        assert self.clean.trial.rate_hz is not None
        return self.clean.trial.rate_hz

    @property
    def losses(self) -> list[str]:
        """The causes that a person was told."""
        return [cause for state, cause in self.notices if state is LinkState.LOST]


class Clinic:
    """A store with a visit, for any number of trials."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "faults.db")
        self.store.open()
        self.person = unassigned(self.store)
        self.visit = visit_of(self.store, self.person, START)

    def plan(self, channels: int) -> TrialPlan:
        test = strength_tests()["nordic.iso" if channels == 2 else "ham.hhd.0"]
        limb = None if channels == 2 else Side.LEFT
        return TrialPlan(test, self.person, self.visit.id, uuid7(), limb)

    def read(self, path: Path) -> Recorded:
        trial = save_capture(self.store, path)
        blocks, _gaps = self.store.trials.blocks(trial.id)
        return Recorded(trial, blocks)


class Air(Protocol):
    """A simulated device with a link to it, while it is switched on."""

    firmware: Firmware

    @property
    def link(self) -> Link: ...


Interfere = Callable[[Any, Station], None]
Reached = Callable[[Firmware], AbstractAsyncContextManager[Air]]


async def play(
    clinic: Clinic,
    bench: Bench,
    faults: tuple[Fault, ...],
    seed: int,
    *,
    longer_s: float = 0.0,
    interfere: Interfere | None = None,
    reached: Reached | None = None,
    **options: Any,
) -> Outcome:
    """`interfere` is called at `FAULT_S` with what `reached` gave; it goes on `longer_s` longer.
    `options` are those of the simulator."""
    stale = max((fault.messages for fault in faults if isinstance(fault, Leftovers)), default=0)
    stale += _ANSWERS.get(bench.model.id, 0)
    sent, arrived = WireTap(stale), WireTap(stale)
    plan = FaultPlan((sent, *faults, arrived), seed)
    options = QUIET.get(bench.model.id, {}) | options
    load = plan.pulls(pull)
    if SETUPS.get(bench.model.id, Setup()).streams_by_itself:
        load = delayed(load, 1.0)  # which began before its first sample was heard
    firmware = plan.wrap(bench.firmware(load, seed=seed, **options))
    async with (reached or air)(firmware) as rig:
        device, _ = force_device(bench.model.id, rig.link, bench.framing)
        heard = _listen_in(device)
        ours = SETUPS.get(bench.model.id, Setup()).calibrations
        station = Station(device, f"{bench}", is_virtual=True, built_in=ours)
        notices: list[tuple[LinkState, str]] = []
        station.on_state = lambda state, cause: notices.append((state, cause))
        clock = asyncio.get_running_loop().time
        await station.open()
        began_s = clock()
        await asyncio.sleep(BEGIN_S - 0.2)
        await station.take_zero()
        await asyncio.sleep(began_s + BEGIN_S - clock())
        plan_of_trial = clinic.plan(len(device.channels))
        station.begin(clinic.store.captures, plan_of_trial)
        await asyncio.sleep(began_s + FAULT_S - clock())
        if interfere is not None:
            interfere(rig, station)
        await asyncio.sleep(began_s + END_S + longer_s - clock())
        faulted = clinic.read(await station.finish(TrialState.COMPLETE))
        station.begin(clinic.store.captures, plan_of_trial)
        await asyncio.sleep(CLEAN_S * max(1.0, 20.0 / device.model.rate_hz))
        clean = clinic.read(await station.finish(TrialState.COMPLETE))
        assert device.state is LinkState.STREAMING
        told = list(notices)
        await station.close()
    if bench.model.id in _HEARD_BY_ASKING:
        return Outcome(bench, faulted, clean, [], [(None, np.concatenate(heard))], told, station)
    rows = arrived.rows(bench)
    is_same = sent.connections == arrived.connections
    measured = rows if is_same else sent.rows(bench)
    return Outcome(bench, faulted, clean, measured, rows, told, station)


def memory_bench(model: str, framing: Framing) -> Bench:
    """A model on a memory link, as its bytes come over serial or over the radio."""
    return Bench(FORCE_MODELS[model], Way.MEMORY if framing is Framing.STREAM else Way.RADIO)


class AirRig(MemoryRig):
    """As over the air: a device out of reach hangs up, and nobody can connect."""

    def _deliver(self, messages: list[bytes]) -> None:
        super()._deliver(messages)
        away = LinkNotFoundError("It is not heard. Bring it closer.")
        self.link.refusal = None if self.firmware.is_reachable else away
        if not self.firmware.is_reachable:
            self.link.cut("out of range, or switched off")


@contextlib.asynccontextmanager
async def air(firmware: Firmware) -> AsyncGenerator[AirRig]:
    rig = AirRig(firmware, tick_s=TICK_S)
    task = asyncio.create_task(rig.run())
    try:
        yield rig
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _listen_in(device: ForceDevice) -> list[Rows]:
    """What its codec makes of the bytes, as it comes."""
    rows: list[Rows] = []
    receive = device.codec.receive

    def heard(data: bytes) -> list[Event]:
        events = receive(data)
        rows.extend(e.force for e in events if isinstance(e, (ForceSamples, UntimedSamples)))
        return events

    setattr(device.codec, "receive", heard)  # noqa: B010 - on this one only
    return rows
