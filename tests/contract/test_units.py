from __future__ import annotations

import asyncio
import contextlib
import inspect
import random
from pathlib import Path

import pytest

from devices.base import Device
from devices.catalog import ELECTROTHERAPY_MODELS
from devices.electrotherapy import ElectrotherapyDevice
from devices.errors import DeviceError, ForbiddenRequestError, NotRespondingError
from devices.ott_device import OttDevice
from devices.sciencemode4 import ScienceMode4Device
from devices.types import LinkState
from drivers.capture import CaptureLink
from drivers.link import LinkError
from drivers.memory import MemoryLink
from firmware_sim.sciencemode4 import LEFT_RUNNING, ScienceMode4Firmware
from protocols.codec import Decoder, Framing
from protocols.gate import RequestClass
from protocols.ott import OttCodec
from protocols.sciencemode4 import Command, Opcode, ScienceMode4Codec, StimLevel
from tests.controlling_program import ScienceMode4Program
from tests.rigs import (
    Bench,
    Way,
    benches,
    memory_rig,
    nothing_left,
    requests_written,
    until,
    wired,
)

CODECS: dict[str, type[Decoder]] = {"ott": OttCodec, "sciencemode4": ScienceMode4Codec}
DEVICES = {"ott": OttDevice, "sciencemode4": ScienceMode4Device}

every = pytest.mark.parametrize("bench", benches(ELECTROTHERAPY_MODELS.values()))
every_model = pytest.mark.parametrize("model", list(ELECTROTHERAPY_MODELS))


def listener(bench: Bench, wire_link: CaptureLink) -> ElectrotherapyDevice:
    model = ELECTROTHERAPY_MODELS[bench.model.id]
    return model.device(model, wire_link, bench.framing)


def public_calls(device: type[ElectrotherapyDevice]) -> set[str]:
    return {
        name
        for name, _ in inspect.getmembers(device, inspect.isfunction)
        if not name.startswith("_")
    }


async def call(device: ElectrotherapyDevice, name: str) -> None:
    """One public call; trouble with the link is expected, a forbidden request is not."""
    try:
        outcome = getattr(device, name)()
        if inspect.isawaitable(outcome):
            await outcome
    except ForbiddenRequestError:
        raise
    except (LinkError, DeviceError):
        pass


@every
async def test_a_unit_is_identified_by_questions_alone(bench: Bench, tmp_path: Path) -> None:
    capture = tmp_path / "unit.bytes"
    async with nothing_left(), wired(bench, bench.firmware()) as wire:
        device = listener(bench, CaptureLink(wire.link, capture, {"framing": wire.framing}))
        await device.connect()
        assert device.state is LinkState.READY
        assert device.info.serial is not None
        assert device.info.firmware is not None
        await device.close()
    gate = CODECS[bench.model.id](bench.framing)
    written = requests_written(capture)
    assert written
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}


@every
async def test_whatever_is_called_in_whatever_order_only_questions_leave(
    bench: Bench, tmp_path: Path
) -> None:
    calls = sorted(public_calls(DEVICES[bench.model.id]))
    capture = tmp_path / "unit.bytes"
    dice = random.Random(str(bench))
    async with nothing_left(), wired(bench, bench.firmware()) as wire:
        device = listener(bench, CaptureLink(wire.link, capture, {"framing": wire.framing}))
        await device.connect()
        for name in [*dice.choices(calls, k=12), "connect", *calls]:
            if name == "connect":  # as every user of a device does
                await device.close()
            await asyncio.wait_for(call(device, name), 10)
        await device.close()
    gate = CODECS[bench.model.id](bench.framing)
    kinds = {gate.request_class(request) for request in requests_written(capture)}
    assert kinds == {RequestClass.QUERY}


@pytest.mark.parametrize("bench", benches(ELECTROTHERAPY_MODELS.values(), without=(Way.PTY,)))
async def test_coming_back_after_a_loss_asks_and_orders_nothing(
    bench: Bench, tmp_path: Path
) -> None:
    capture = tmp_path / "unit.bytes"
    async with nothing_left(), wired(bench, bench.firmware()) as wire:
        device = listener(bench, CaptureLink(wire.link, capture, {"framing": wire.framing}))
        states: list[LinkState] = []
        device.on_state = lambda state, _cause: states.append(state)
        await device.connect()
        before = len(requests_written(capture))
        wire.cut()
        try:
            await until(lambda: states[-2:] == [LinkState.RECONNECTING, LinkState.READY])
        finally:
            await device.close()
    gate = CODECS[bench.model.id](bench.framing)
    written = requests_written(capture)
    assert len(written) > before
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}


@every_model
def test_the_gate_of_a_unit_lets_questions_out_and_nothing_else(model: str) -> None:
    assert DEVICES[model].allowed == {RequestClass.QUERY}
    assert Device.allowed == {RequestClass.QUERY}


@every_model
def test_everything_that_a_codec_can_form_is_a_question(model: str) -> None:
    codec = CODECS[model](Framing.STREAM)
    arguments = {"get_events": (7,), "time": (1_700_000_000, 5)}
    formed: dict[str, bytes] = {}
    for name, member in inspect.getmembers(codec, inspect.ismethod):
        if name.startswith("_") or member.__annotations__.get("return") != "bytes":
            continue
        formed[name] = member(*arguments.get(name, ()))
    assert len(formed) >= 3
    assert {codec.request_class(request) for request in formed.values()} == {RequestClass.QUERY}


async def test_a_request_that_is_no_question_is_held_back() -> None:
    link, written = MemoryLink(), list[bytes]()
    link.on_written = written.append
    model = ELECTROTHERAPY_MODELS["sciencemode4"]
    device = ScienceMode4Device(model, link, Framing.STREAM)
    await link.open()
    program = ScienceMode4Program()
    for order in (program.get_current_data(), program.init(), program.stop(), b"\xf0"):
        with pytest.raises(ForbiddenRequestError):
            await device._send(order)  # pyright: ignore[reportPrivateUsage] the gate itself
    assert written == []


async def test_a_stimulator_is_asked_three_times_and_then_left_in_peace() -> None:
    asked: list[Opcode] = []
    async with memory_rig(ScienceMode4Firmware(), speed=50.0) as rig:
        forward = rig.link.on_written

        def note(data: bytes) -> None:
            events = ScienceMode4Codec().receive(data)
            asked.extend(event.opcode for event in events if isinstance(event, Command))
            forward(data)

        rig.link.on_written = note
        model = ELECTROTHERAPY_MODELS["sciencemode4"]
        device = ScienceMode4Device(model, rig.link, Framing.STREAM)
        await device.connect()
        await asyncio.sleep(1.0)  # 50 s of the unit's time
        first = list(asked)
        status = await device.ask_status()
        await device.close()
    assert first == [Opcode.GET_DEVICE_ID, Opcode.GET_STIM_STATUS, Opcode.GET_EXTENDED_VERSION]
    assert asked[3:] == [Opcode.GET_STIM_STATUS]
    assert status.level is StimLevel.NONE


async def test_output_that_its_program_left_running_ends_in_time_while_we_listen() -> None:
    unit = ScienceMode4Firmware(LEFT_RUNNING["orphaned"])
    async with memory_rig(unit, speed=5.0) as rig:
        model = ELECTROTHERAPY_MODELS["sciencemode4"]
        device = ScienceMode4Device(model, rig.link, Framing.STREAM)
        await device.connect()
        levels = [device.status.level if device.status else None]
        for _ in range(6):
            await asyncio.sleep(0.1)
            levels.append((await device.ask_status()).level)
        await device.close()
    assert levels[0] is StimLevel.RUNNING
    assert levels[-1] is StimLevel.NONE
    assert unit.output_s == pytest.approx(2.0)


async def test_something_else_on_the_port_is_not_taken_for_a_stimulator() -> None:
    link = MemoryLink()
    link.on_written = lambda _data: link.deliver(b"hello\r\n" * 50)
    model = ELECTROTHERAPY_MODELS["sciencemode4"]
    device = ScienceMode4Device(model, link, Framing.STREAM)
    with pytest.raises(NotRespondingError):
        await device.connect()
    assert device.state is LinkState.CLOSED
    with contextlib.suppress(LinkError):
        await device.close()
