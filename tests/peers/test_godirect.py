"""PyPI godirect, the maker's own client (GPL: it is used here only), against the simulated unit."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.loads import constant
from protocols.godirect import GoDirectCodec
from protocols.godirect_packets import pieces
from tests.peers.packages import independent

independent("godirect")
device_module: Any = independent("godirect.device")


class OverNothing(device_module.GoDirectDevice):
    """The maker's client with the simulated unit in place of its radio."""

    def __init__(self, firmware: GoDirectFirmware) -> None:
        import logging

        self._logger = logging.getLogger("godirect")
        self.firmware = firmware
        self.written: list[bytes] = []
        self._heard: deque[bytes] = deque()
        self._buffer = bytearray()
        super().__init__(None)

    def is_connected(self) -> bool:
        return True

    def _connect(self) -> bool:
        self.firmware.connected()
        return True

    def _disconnect(self) -> None:
        self.firmware.disconnected()

    def _write(self, buff: list[int]) -> bool:
        self.written.append(bytes(buff))
        for piece in pieces(bytes(buff)):
            self._hear(self.firmware.receive(piece))
        return True

    def _read(self, timeout: float) -> bytearray:
        for _ in range(int(timeout) // 10):
            if self._heard:
                return bytearray(self._heard.popleft())
            self._hear(self.firmware.advance(0.01))
        return bytearray()

    def _hear(self, notifications: list[bytes]) -> None:
        """As its own Bluetooth part puts packets together."""
        for piece in notifications:
            self._buffer += piece
            if len(self._buffer) == self._buffer[1]:
                self._heard.append(bytes(self._buffer))
                self._buffer.clear()


def test_it_reads_what_the_simulated_unit_sends():
    client = OverNothing(GoDirectFirmware(constant(123.4), noise_n=0.0, readings_per_packet=3))
    assert client.open()
    assert (client.order_code, client.serial_number) == ("GDX-HD", "0H1000A1")
    assert client.battery_level_percent == 81
    sensors = client.list_sensors()
    assert list(sensors) == [1]
    assert (sensors[1].sensor_description, sensors[1].sensor_units) == ("Force", "N")
    client.enable_sensors([1])
    assert client.start(period=20)
    for _ in range(10):
        assert client.read()
    assert sensors[1].values == pytest.approx([123.4] * 30)
    assert client.stop()
    client.close()


def test_both_programs_write_the_same_bytes():
    client = OverNothing(GoDirectFirmware())
    client.open()
    client.list_sensors()
    client.enable_sensors([1])
    client.start(period=20)
    client.stop()
    theirs = {data[4]: data[5:] for data in client.written}
    codec = GoDirectCodec()
    ours = {p[4]: p[5:] for p in [*codec.identify(), codec.start(), codec.stop()]}
    assert {command: theirs[command] for command in ours} == ours
    assert client.written[0] == next(GoDirectCodec().identify())
