"""PyPI godirect, the maker's own client (GPL: it is used here only), against the simulated unit:
its messages, and its USB part over the virtual HID bus."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import pytest

from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.hid_bus import VirtualHidBus, VirtualHidHandle
from firmware_sim.loads import constant
from protocols.godirect import GoDirectCodec
from protocols.godirect_packets import pieces
from protocols.hid_reports import reports
from tests.peers.packages import independent

godirect: Any = independent("godirect")
device_module: Any = independent("godirect.device")
usb_modules: list[Any] = [independent(f"godirect.{name}_usb") for name in ("backend", "device")]


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


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> VirtualHidBus:
    bus = VirtualHidBus()
    for module in usb_modules:
        monkeypatch.setattr(module, "hid", bus)
    return bus


def over_usb(bus: VirtualHidBus, readings_per_packet: int) -> Any:
    """The maker's whole client, with the virtual bus in place of the library it imports."""
    firmware = GoDirectFirmware(
        constant(123.4),
        noise_n=0.0,
        readings_per_packet=readings_per_packet,
        longest_piece=63,
    )
    bus.plug_in(firmware, (0x08F7, 0x0010), "GDX-HD 0H1000A1", speed=4.0)
    (client,) = godirect.GoDirect(use_ble=False).list_devices()
    return client


# It leaves the count of a report unread and goes by the packet's length. 15 readings make packets
# of 69 bytes, in two reports. Those of more than 94 bytes it cannot read: of each further report it
# takes as many bytes as the packet's first byte says, which for measurements is 32, one of them the
# count. Answers, which begin with 152, it reads whole: device info has 164 bytes.
@pytest.mark.parametrize("readings_per_packet", [1, 3, 15])
def test_it_reads_the_virtual_usb_device(bus: VirtualHidBus, readings_per_packet: int):
    client = over_usb(bus, readings_per_packet)
    assert client.open()
    assert (client.order_code, client.serial_number) == ("GDX-HD", "0H1000A1")
    assert client.battery_level_percent == 81
    sensors = client.list_sensors()
    client.enable_sensors([1])
    assert client.start(period=20)
    for _ in range(6):
        assert client.read()
    assert sensors[1].values == pytest.approx([123.4] * 6 * readings_per_packet)
    assert client.stop()
    client.close()
    assert not bus.devices[0].is_open


def test_both_programs_write_the_same_reports(bus: VirtualHidBus, monkeypatch: pytest.MonkeyPatch):
    client = over_usb(bus, 2)
    written: list[bytes] = []
    write = VirtualHidHandle.write

    def note(handle: VirtualHidHandle, buff: Sequence[int]) -> int:
        written.append(bytes(buff))
        return write(handle, buff)

    monkeypatch.setattr(VirtualHidHandle, "write", note)
    assert client.open()
    first = next(iter(GoDirectCodec().identify()))
    # The number of the report, which is 0, goes in front.
    assert written[0] == b"\0" + reports(first)[0]
