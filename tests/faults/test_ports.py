"""What happens to serial ports, on a real one: a pseudo-terminal through pyserial."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serial

from app.station import Station
from data.records import TrialState
from devices.types import LinkState
from drivers.serial import SerialLink, UsbIdentity
from firmware_sim.faults import FaultPlan
from firmware_sim.firmware import Firmware
from firmware_sim.serve import serve_pty
from protocols.codec import Framing
from tests.faults.bed import QUIET, Clinic, Recorded, WireTap, memory_bench, pull
from tests.rigs import SETUPS, Bench, Setup, force_device, nothing_left, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")

ONE_OF_EACH = ("onb", "chronojump", "mark10", "imada-zta")  # binary, text, polled, unasked
BOARD = UsbIdentity(0x1209, 0x0001, "A-1")

each = pytest.mark.parametrize("model", ONE_OF_EACH)


@dataclass
class Listed:
    """A port as the system lists it."""

    device: str
    vid: int | None = BOARD.vendor_id
    pid: int | None = BOARD.product_id
    serial_number: str | None = BOARD.serial_number
    description: str = "a board"
    product: str | None = None


class Workshop:
    """A board that can be pulled out and plugged in again, each time under another name."""

    def __init__(self, bench: Bench, firmware: Firmware) -> None:
        self.bench = bench
        self.firmware = firmware
        self.ports: list[Listed] = []
        self._served: Any = None

    async def plug_in(self) -> str:
        self.firmware.is_reachable = True
        self._served = serve_pty(self.firmware)
        path = await self._served.__aenter__()
        self.ports = [Listed(path)]
        return path

    async def pull_out(self) -> None:
        self.ports = []
        await self._served.__aexit__(None, None, None)

    def link(self, path: str) -> SerialLink:
        model = self.bench.model
        return SerialLink(
            path,
            baud_rate=model.baud_rate or 115_200,
            line=model.line,
            usb=BOARD,
            ports=lambda: self.ports,
            write_s=0.3,
        )


@dataclass
class Trial:
    station: Station
    workshop: Workshop
    arrived: WireTap
    told: list[str]
    clinic: Clinic

    async def until_samples(self, more: int) -> None:
        recorder = self.station.recorder
        assert recorder is not None
        enough = recorder.samples + more
        await until(lambda: recorder.samples >= enough, 8.0)

    async def stored(self) -> Recorded:
        return self.clinic.read(await self.station.finish(TrialState.COMPLETE))


@asynccontextmanager
async def trial(model: str, folder: Path) -> AsyncGenerator[Trial]:
    clinic = Clinic(folder)
    bench = memory_bench(model, Framing.STREAM)
    arrived = WireTap()
    options = QUIET.get(model, {})
    firmware = FaultPlan((arrived,)).wrap(bench.firmware(pull, **options))
    workshop = Workshop(bench, firmware)
    async with nothing_left():
        link = workshop.link(await workshop.plug_in())
        device, _ = force_device(model, link, bench.framing)
        ours = SETUPS.get(model, Setup()).calibrations
        station = Station(device, model, is_virtual=True, built_in=ours)
        told: list[str] = []
        station.on_state = lambda state, cause: (
            told.append(cause) if state is LinkState.LOST else None
        )
        await station.open()
        station.begin(clinic.store.captures, clinic.plan(len(device.channels)))
        yield Trial(station, workshop, arrived, told, clinic)
        await station.close()
        await workshop.pull_out()
    clinic.store.close()


def is_whole(running: Trial, recorded: Recorded) -> None:
    """On disk is an unbroken run of what left the device, but for what was in the broken cable."""
    sent = [force for _, force in running.arrived.rows(running.workshop.bench)]
    runs = np.split(
        recorded.force, np.flatnonzero(np.isin(recorded.t_us, [g.end_us for g in recorded.gaps]))
    )
    for run, of_connection in zip(runs, sent, strict=True):
        begun = np.flatnonzero(np.all(of_connection == run[0], axis=1))
        assert any(np.array_equal(of_connection[at : at + len(run)], run) for at in begun)


@each
async def test_a_board_plugged_in_again_elsewhere_goes_on_in_the_same_trial(
    model: str, tmp_path: Path
) -> None:
    async with trial(model, tmp_path) as running:
        await running.until_samples(10)
        await running.workshop.pull_out()
        await until(lambda: bool(running.told))
        await running.workshop.plug_in()
        await until(lambda: running.station.device.state is LinkState.STREAMING, 8.0)
        await running.until_samples(10)
        recorded = await running.stored()
    (told,) = running.told
    assert "plug it in again" in told
    (gap,) = recorded.gaps
    assert gap.cause == told
    is_whole(running, recorded)


@pytest.mark.parametrize("seed", range(10))
async def test_pulled_out_at_any_byte_one_loss_is_told_and_nothing_before_it_goes(
    seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    async with trial("onb", tmp_path) as running:
        await running.until_samples(20)
        await asyncio.sleep(dice.uniform(0.0, 0.05))
        await running.workshop.pull_out()
        await until(lambda: bool(running.told))
        recorded = await running.stored()
    assert len(running.told) == 1
    sent = np.concatenate([f for _, f in running.arrived.rows(running.workshop.bench)])
    begun = np.flatnonzero(np.all(sent == recorded.force[0], axis=1))
    assert any(np.array_equal(sent[at : at + len(recorded.force)], recorded.force) for at in begun)


Patch = Callable[[pytest.MonkeyPatch, serial.Serial], None]


def _raises(error: Exception) -> Callable[..., Any]:
    def fail(*_arguments: object) -> Any:
        raise error

    return fail


TROUBLES: dict[str, tuple[str, Callable[..., Any]]] = {
    "S01 nothing read": ("read", _raises(serial.SerialException("returned no data"))),
    "S01 closed meanwhile": ("read", _raises(TypeError("'NoneType' object"))),
    "S13 nothing counted": ("in_waiting", _raises(OSError(errno.EIO, os.strerror(errno.EIO)))),
    "S13 windows": (
        "in_waiting",
        _raises(serial.SerialException("ClearCommError failed (PermissionError(13, ''))")),
    ),
}


@pytest.mark.parametrize("trouble", list(TROUBLES))
@each
async def test_whatever_a_lost_port_raises_is_one_loss_and_the_trial_goes_on(
    trouble: str, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, fails = TROUBLES[trouble]
    async with trial(model, tmp_path) as running:
        await running.until_samples(10)
        with monkeypatch.context() as patched:
            broken = property(fails) if name == "in_waiting" else fails
            patched.setattr(serial.Serial, name, broken)
            await until(lambda: bool(running.told))
        await until(lambda: running.station.device.state is LinkState.STREAMING, 8.0)
        await running.until_samples(10)
        recorded = await running.stored()
    assert len(running.told) == 1
    assert [gap.cause for gap in recorded.gaps] == running.told


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EACCES])
async def test_a_port_that_is_refused_for_a_while_is_tried_again(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systems do for some seconds after a port came back."""
    async with trial("onb", tmp_path) as running:
        await running.until_samples(10)
        opens = serial.Serial.open
        refusals = [number, number]

        def refuse(port: serial.Serial) -> None:
            if refusals:
                code = refusals.pop()
                raise serial.SerialException(code, os.strerror(code))
            opens(port)

        monkeypatch.setattr(serial.Serial, "open", refuse)
        await running.workshop.pull_out()
        await running.workshop.plug_in()
        await until(lambda: not refusals, 8.0)
        await until(lambda: running.station.device.state is LinkState.STREAMING, 8.0)
        await running.until_samples(10)
        recorded = await running.stored()
    assert len(running.told) == 1
    assert [gap.cause for gap in recorded.gaps] == running.told
    is_whole(running, recorded)


async def test_a_device_that_takes_no_more_bytes_goes_on_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with trial("mark10", tmp_path) as running:
        await running.until_samples(10)
        with monkeypatch.context() as patched:
            blocked = _raises(serial.SerialTimeoutException("Write timeout"))
            patched.setattr(serial.Serial, "write", blocked)
            await until(lambda: bool(running.told))  # a gauge that is not asked says nothing
        await until(lambda: running.station.device.state is LinkState.STREAMING, 8.0)
        await running.until_samples(10)
        recorded = await running.stored()
    assert len(running.told) == 1
    assert len(recorded.gaps) == 1
