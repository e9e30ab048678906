"""PyPI dstdsv (MIT) and nexgraphpy (GPL with exceptions, or BSD), which read gauges, against the
simulated ones."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import sys
from decimal import Decimal
from typing import Any

import pytest

from firmware_sim.imada import ImadaFirmware
from firmware_sim.loads import constant
from firmware_sim.nextech import NextechFirmware
from firmware_sim.serve import serve_pty
from tests.peers.packages import independent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")


@pytest.mark.parametrize(
    ("force_n", "unit", "value"),
    [(123.4, "N", Decimal("123.4")), (-12.54, "N", Decimal("-12.5")), (98.0665, "K", Decimal(10))],
)
async def test_dstdsv_reads_what_the_simulated_gauge_says(
    force_n: float, unit: str, value: Decimal
) -> None:
    peer: Any = independent("dstdsv")

    def read(port: str) -> Any:
        with peer.GaugeUSBDevice(port) as gauge:
            return gauge.measure()

    async with serve_pty(ImadaFirmware(constant(force_n), noise_n=0.0, unit=unit)) as port:
        measure = await asyncio.to_thread(read, port)
    assert (measure.value, measure.unit.value, measure.mode.value) == (value, unit, "T")
    assert measure.state is peer.GaugeMeasureState.Good


async def test_dstdsv_sees_the_overload() -> None:
    peer: Any = independent("dstdsv")

    def read(port: str) -> Any:
        with peer.GaugeUSBDevice(port) as gauge:
            return gauge.measure()

    async with serve_pty(ImadaFirmware(constant(1100.0))) as port:
        measure = await asyncio.to_thread(read, port)
    assert measure.state is peer.GaugeMeasureState.Overload


async def test_nexgraphpy_takes_the_simulated_gauge_for_one() -> None:
    peer: Any = independent("nexgraphpy")

    def read(port: str) -> tuple[bool, str]:
        gauge = peer.NexGraph(port)
        is_there: bool = gauge.connect()
        text: str = gauge.short_output()
        gauge.usb_serial.close()
        return is_there, text

    async with serve_pty(NextechFirmware(constant(-45.67), noise_n=0.0)) as port:
        is_there, text = await asyncio.to_thread(read, port)
    # How it is written is ours: the program hands on whatever comes.
    assert (is_there, float(text.split()[0])) == (True, -45.67)
