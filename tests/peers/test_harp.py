"""PyPI harp-serial and harp-device (MIT), the clients of the Harp project, with the register table
that harp-loadcells ships, against the simulated board."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import asyncio
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_sim.harp import CELLS, HarpFirmware
from firmware_sim.loads import constant
from firmware_sim.serve import serve_pty
from tests.peers.packages import independent, missing

harp: Any = independent("harp")
peer: Any = independent("harp.serial")
core: Any = independent("harp.device.core")
client: Any = independent("harp.device.client")
schema: Any = independent("harp.device.schema")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")


class Pseudo(peer.SerialTransport):
    """Its own way in; a pseudo-terminal has no DTR line to set."""

    def __init__(self, port: str) -> None:
        super().__init__(port)
        self._serial = None
        self._port = port

    def open(self) -> None:
        self._serial = serial.Serial(self._port, timeout=0.1)


def load_cells() -> Any:
    """The package itself needs an older transport: only its table is read."""
    tables = [Path(place) / "devices" / "loadcells" / "device.yml" for place in harp.__path__]
    table = next((table for table in tables if table.is_file()), None)
    if table is None:
        missing("harp-loadcells")
    return schema.create_device_module(table.read_bytes())


def use(port: str) -> tuple[list[int], list[Any]]:
    """In a thread of its own, as the client blocks."""
    registers = load_cells()
    heard: list[Any] = []
    on = core.EnableFlag.ENABLED
    with client.Device(Pseudo(port), registers) as device:
        asked = (
            core.WhoAmI,
            core.FirmwareVersionHigh,
            core.FirmwareVersionLow,
            core.SerialNumber,
        )
        said = [int(device.read(register).payload) for register in asked]
        device.subscribe(registers.LoadCellData, heard.append)
        device.write(
            core.OperationControl,
            core.OperationControlPayload(
                operation_mode=core.OperationMode.ACTIVE,
                dump_registers=False,
                mute_replies=False,
                visual_indicators=on,
                operation_led=on,
                heartbeat=on,
            ),
        )
        device.write(registers.AcquisitionState, on)
        time.sleep(0.5)
        device.write(registers.AcquisitionState, core.EnableFlag.DISABLED)
    return said, heard


async def test_it_reads_what_the_simulated_board_sends():
    firmware = HarpFirmware(constant(123.4, 2), noise_n=0.0)
    async with serve_pty(firmware) as port:
        said, heard = await asyncio.to_thread(use, port)
    assert said == [1232, 1, 2, 1729]
    assert len(heard) > 200
    left, right = CELLS
    for message in heard:
        counts = message.payload
        # 123.4 N is 1974.4 counts of 0.0625 N above the zero of each cell
        assert int(counts.channel0) == 1974 + left.zero_counts
        assert int(counts.channel4) == 1974 + right.zero_counts
    steps = [b.timestamp - a.timestamp for a, b in pairwise(heard)]
    assert [round(1e6 * step) for step in steps if not 990e-6 < step < 1026e-6] == []
