"""PyPI loadstar-sensors-interface (BSD), an independent client, against the simulated interface."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from firmware_sim.loads import constant
from firmware_sim.loadstar import LoadstarFirmware
from firmware_sim.serve import serve_pty
from tests.peers.packages import independent

peer: Any = independent("loadstar_sensors_interface")
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX"),
    pytest.mark.filterwarnings("default::DeprecationWarning"),  # what the client itself uses
]


async def test_it_reads_what_the_simulated_interface_sends():
    firmware = LoadstarFirmware(
        constant(13.52), serial="W1234-5678", noise_n=0.0, is_streaming_at_start=True
    )
    async with serve_pty(firmware) as port:
        client = peer.LoadstarSensorsInterface()
        await client.open_low_speed_serial_connection(port)
        assert await client.get_model() == "FCM DI-1000"
        assert await client.get_id() == "W1234-5678"
        assert (await client.get_load_capacity()).to("lb").magnitude == pytest.approx(500.0)
        # 13.52 N is 3.039 lb
        assert (await client.get_sensor_value()).to("lb").magnitude == pytest.approx(3.039)
        values: list[float] = []

        async def keep(value: Any) -> None:
            values.append(value.to("lb").magnitude)

        client.start_getting_sensor_values(keep)
        await asyncio.sleep(1.0)
        await client.stop_getting_sensor_values()
    assert len(values) > 50
    assert values == pytest.approx([3.039] * len(values))
    assert firmware.changes == []
