"""PyPI science_mode_4 (MIT), a program that drives P24 units, against the simulated unit."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from devices.recorded_stream import Piece, recorded_events
from devices.sciencemode4_recording import understand
from firmware_sim.firmware import UnsafeRequestError
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from firmware_sim.serve import serve_pty
from protocols.sciencemode4 import ScienceMode4Codec
from tests.controlling_program import ScienceMode4Program
from tests.peers.packages import independent

peer: Any = independent("science_mode_4")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")


class Tapped(ScienceMode4Firmware):
    """Keeps all that its program sends."""

    def __init__(self) -> None:
        super().__init__(obeys=True)
        self.heard = bytearray()

    def receive(self, data: bytes) -> list[bytes]:
        self.heard += data
        return super().receive(data)


async def test_it_reads_what_the_simulated_unit_says():
    async with serve_pty(ScienceMode4Firmware(serial="P24-004711")) as port:
        connection = peer.SerialPortConnection(port)
        connection.open()
        general = peer.DeviceP24(connection).get_layer_general()
        await general.initialize()
        status = await general.get_stim_status()
        connection.close()
    assert general.device_id == "P24-004711"
    assert general.firmware_version == "1.2.0"
    assert general.science_mode_version == "4.0.0"
    assert (status.stim_status.name, status.high_voltage_on) == ("NO_LEVEL_INITIALIZED", False)


async def test_what_it_orders_is_read_from_its_bytes():
    unit = Tapped()
    points = [peer.ChannelPoint(200, 20), peer.ChannelPoint(100, 0), peer.ChannelPoint(200, -20)]
    channel = peer.MidLevelChannelConfiguration(True, 3, 20, points)
    async with serve_pty(unit) as port:
        connection = peer.SerialPortConnection(port)
        connection.open()
        device = peer.DeviceP24(connection)
        await device.initialize()
        level = device.get_layer_mid_level()
        await level.init(True)
        await level.update([channel, None, channel])
        unit.without_electrode = {2}
        data = await level.get_current_data()
        await level.stop()
        connection.close()
    assert data.is_stimulation_active_per_channel == [True, False, True, *[False] * 5]
    assert [error.name for error in data.channel_error][2] == "ELECTRODE_ERROR"
    recording = understand(recorded_events(ScienceMode4Codec, [Piece(bytes(unit.heard))])).recording
    assert [
        (s.channel, s.amplitude_ma, s.pulse_rate_hz, s.phase_us, s.ramp_up_s)
        for s in recording.settings
    ] == [(1, 20.0, 50.0, 200.0, 0.06), (3, 20.0, 50.0, 200.0, 0.06)]
    # Two implementations of the same document: every byte the same. It counts its packets from 1.
    program = ScienceMode4Program()
    pulse = [(point.duration_in_micro_seconds, point.current_in_milli_ampere) for point in points]
    program.number = 5
    expected = program.update({0: (20.0, pulse), 2: (20.0, pulse)}, ramp=3)
    assert expected in bytes(unit.heard)


async def test_a_unit_that_is_only_listened_to_fails_on_its_first_order():
    failed = asyncio.Event()
    with pytest.raises(UnsafeRequestError):  # noqa: PT012 - raised at the end of the server
        async with serve_pty(ScienceMode4Firmware(), on_failure=failed.set) as port:
            connection = peer.SerialPortConnection(port)
            connection.open()
            level = peer.DeviceP24(connection).get_layer_mid_level()
            order = asyncio.create_task(level.init(True))
            await asyncio.wait_for(failed.wait(), 5)
            order.cancel()
            await asyncio.gather(order, return_exceptions=True)
            connection.close()
