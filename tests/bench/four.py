"""Four devices at once, each recorded: what the program spends on them without a screen.

They are those with a cable that send the most samples; each simulator is a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from app.station import Station, TrialPlan
from data.clinical.catalogue import tests as strength_tests
from data.ids import uuid7
from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.force import ForceDevice
from devices.types import Transport
from drivers.serial import SerialLink
from protocols.codec import Framing
from tests import builders
from tests.bench.figure import Figure
from tests.rigs import SETUPS, Setup

DEVICES = 4
SECONDS = 10.0

_ROOT = Path(__file__).parents[2]
_SETTLED_S = 2.0


def figures() -> list[Figure]:
    models = busiest()
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(_simulated(model)) for model in models]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        busy, samples = asyncio.run(_record(models, ports, folder))
    names = ", ".join(model.id for model in models)
    return [
        Figure(f"four devices at once, recorded ({names})", 100 * busy, "% of a core", "<= 50"),
        Figure("samples of the four together", samples / SECONDS, "1/s"),
    ]


def busiest() -> list[ForceModel]:
    wired = [m for m in FORCE_MODELS.values() if Transport.SERIAL in m.transports]
    return sorted(wired, key=lambda m: m.rate_hz * len(m.channels), reverse=True)[:DEVICES]


async def _record(models: list[ForceModel], ports: list[str], folder: Path) -> tuple[float, int]:
    """The share of a core that was used while all were recorded, and their samples."""
    stations = [_station(model, port) for model, port in zip(models, ports, strict=True)]
    try:
        await asyncio.gather(*(station.open() for station in stations))
        await asyncio.sleep(_SETTLED_S)
        for station in stations:
            station.begin(folder, _plan())
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        await asyncio.sleep(SECONDS)
        busy = (time.process_time() - began_cpu_s) / (time.monotonic() - began_s)
        recorders = [station.recorder for station in stations]
        samples = sum(recorder.samples for recorder in recorders if recorder is not None)
        for station in stations:
            await station.finish()
    finally:
        for station in stations:
            await station.close()
    return busy, samples


def _station(model: ForceModel, port: str) -> Station:
    link = SerialLink(port, baud_rate=model.baud_rate or 115_200, line=model.line)
    device = ForceDevice(model, link, Framing.STREAM)
    ours = SETUPS.get(model.id, Setup()).calibrations
    return Station(device, f"serial:{port}", is_virtual=True, built_in=ours)


def _plan() -> TrialPlan:
    return TrialPlan(strength_tests()["nordic.bil"], builders.person(), uuid7(), uuid7())


@contextlib.contextmanager
def _simulated(model: ForceModel) -> Generator[str]:
    command = [sys.executable, "-m", "firmware_sim", model.id, "--tcp", "0", "--load", "nordic"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["endpoint"]
        finally:
            process.terminate()
