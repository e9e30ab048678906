"""A Progressor that turns out to be another unit, and units that need a hand to come back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from devices.catalog import FORCE_MODELS
from devices.force import ForceDevice
from devices.match import match
from devices.types import LinkState, Transport
from drivers.ble import BleLink, Deadlines
from drivers.capture import CaptureLink
from firmware_sim.crimpdeq import CrimpdeqFirmware
from firmware_sim.firmware import Firmware
from firmware_sim.hangman import HangmanFirmware
from firmware_sim.loads import constant
from firmware_sim.mito import MitoFirmware
from firmware_sim.progressor import ProgressorFirmware
from firmware_sim.radio import VirtualRadio
from protocols.codec import Framing
from tests.rigs import Heard, force_device, memory_rig, requests_written, until

QUICK = Deadlines(find_s=0.4, connect_s=2.0)


@dataclass
class OnAir:
    device: ForceDevice
    heard: Heard
    causes: dict[LinkState, str] = field(default_factory=dict[LinkState, str])


@asynccontextmanager
async def on_air(firmware: Firmware, model: str) -> AsyncGenerator[OnAir]:
    """Connected over the radio as `model`."""
    gatt = FORCE_MODELS[model].gatt
    own = FORCE_MODELS[firmware.model].gatt
    assert gatt is not None
    assert own is not None
    async with VirtualRadio() as radio:
        peripheral = await radio.add(firmware, "Progressor_4711", own)
        backends = (radio.client_backend, radio.scanner_backend)
        link = BleLink(
            peripheral.name, gatt, backend=backends[0], scanner_backend=backends[1], deadlines=QUICK
        )
        device, heard = force_device(model, link, Framing.PACKETS)
        running = OnAir(device, heard)
        await device.connect()

        def told(state: LinkState, cause: str) -> None:
            heard.states.append(state)
            running.causes[state] = cause

        device.on_state = told
        yield running
        await device.close()


@pytest.mark.parametrize(
    ("firmware", "model", "allows_rfd"),
    [
        (HangmanFirmware(), "hangman", False),
        (CrimpdeqFirmware(), "crimpdeq", True),
        (ProgressorFirmware(), "progressor", True),
        (CrimpdeqFirmware(number=bytes.fromhex("0102030405")), "progressor", True),
    ],
)
async def test_a_unit_becomes_what_its_answers_say(
    firmware: Firmware, model: str, allows_rfd: bool
) -> None:
    async with memory_rig(firmware) as rig:
        device, _ = force_device("progressor", rig.link, Framing.PACKETS)
        await device.connect()
        assert device.model == FORCE_MODELS[model]
        assert device.info.model == model
        assert device.info.name == FORCE_MODELS[model].name
        assert device.channels == FORCE_MODELS[model].channels
        assert (device.model.rfd_refused is None) == allows_rfd
        assert (device.info.serial is None) == (model != "progressor")
        await device.close()


async def test_a_lost_hangman_says_press_its_button_and_then_goes_on() -> None:
    firmware = HangmanFirmware(constant(98.0665), noise_n=0.0)
    async with on_air(firmware, "progressor") as running:
        device, heard = running.device, running.heard
        await device.start()
        await until(lambda: heard.samples > 20)
        firmware.is_reachable = False
        await until(lambda: LinkState.RECONNECTING in heard.states)
        assert "press its button" in running.causes[LinkState.LOST]
        before = heard.samples
        firmware.is_reachable = True  # the button
        await until(lambda: heard.samples > before + 20, seconds=10.0)
    (gap,) = heard.gaps
    assert "press" not in gap.cause
    assert np.all(np.diff(heard.t_us) > 0)
    assert heard.force[-1, 0] == pytest.approx(98.0665, abs=0.01)


@pytest.mark.parametrize(
    ("firmware", "model"), [(HangmanFirmware(), "hangman"), (MitoFirmware(), "mito")]
)
async def test_nobody_waits_for_ever_for_a_unit_that_nobody_switches_on(
    firmware: Firmware, model: str
) -> None:
    async with on_air(firmware, model) as running:
        running.device.give_up_after_s = 0.6
        await running.device.start()
        await until(lambda: running.heard.samples > 2)
        firmware.is_reachable = False
        await until(lambda: running.device.state is LinkState.CLOSED, seconds=10.0)
        assert "press its button" in running.causes[LinkState.CLOSED]
        assert "safe" in running.causes[LinkState.CLOSED]


async def test_a_unit_that_comes_back_by_itself_is_never_given_up() -> None:
    firmware = ProgressorFirmware()
    async with on_air(firmware, "progressor") as running:
        running.device.give_up_after_s = 0.0
        firmware.is_reachable = False
        await until(lambda: running.heard.states.count(LinkState.RECONNECTING) == 1)
        firmware.is_reachable = True
        await until(lambda: running.device.state is LinkState.READY, seconds=10.0)


def test_variants_are_offered_by_the_names_of_their_firmware_only() -> None:
    def offered(name: str) -> list[str]:
        gatt = FORCE_MODELS["progressor"].gatt
        assert gatt is not None
        return [model.id for model in match(Transport.BLE, name=name, services=(gatt.service,))]

    assert offered("Progressor_0815") == ["progressor"]
    assert offered("Progressor_7125") == ["progressor", "crimpdeq"]
    assert offered("Progressor_1234") == ["progressor", "hangman"]
    assert offered("Progressor") == ["progressor", "mito"]


@pytest.mark.parametrize("calls", ["", "start stop start", "stop start", "start start stop stop"])
async def test_no_order_of_calls_touches_a_calibration(calls: str, tmp_path: Path) -> None:
    firmware = CrimpdeqFirmware(factor=2.0)
    async with memory_rig(firmware) as rig:
        capture = tmp_path / "calls.bytes"
        link = CaptureLink(rig.link, capture)
        device, _ = force_device("progressor", link, Framing.PACKETS)
        await device.connect()
        for call in calls.split():
            await (device.start() if call == "start" else device.stop())
        await device.close()
    opcodes = {request[0] for request in requests_written(capture)}
    assert opcodes <= {0x65, 0x66, 0x6B, 0x6F, 0x70}
    assert firmware.factor == 2.0
