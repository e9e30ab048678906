"""Harp Load Cells: two reader boards of four channels, raw counts at 1 kHz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from firmware_sim.firmware import Firmware, Load, Scale
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import gaussian
from protocols.codec import Framing
from protocols.harp import DATA_HEADER, LOAD_CELL_EVENTS, STANDBY, WHO_AM_I, Register
from protocols.harp_cells import CHANNELS, CHANNELS_PER_BOARD
from protocols.harp_frames import HarpFrame, HarpFrames, MessageType, PayloadType

PERIOD_US = 1000

_NS = 1_000_000_000
_SECOND_US = 1_000_000
_ACTIVE_BIT, _HEARTBEAT_BIT, _ALIVE_BIT, _MODE_BITS = 0x01, 0x04, 0x80, 0x03
_RAILS = (-(2**15), 2**15 - 1)
_READ_ONLY = {Register.WHO_AM_I, Register.FIRMWARE_HIGH, Register.FIRMWARE_LOW}


class Cell(NamedTuple):
    """A load cell on one channel: what the host's calibration of it finds."""

    channel: int
    newtons_per_count: float
    zero_counts: int


CELLS = (Cell(0, 0.0625, 37), Cell(4, 0.0625, -112))
"""One on each reader board: ±2 kN over 16 bits, a bridge that is never quite in balance."""


class HarpFirmware(Firmware):
    """The load begins with the first acquisition; the clock runs from power-up.

    Channels without a cell read a little beside zero, as open inputs do; those of a board that is
    not plugged in (`boards`) read zero exactly. `clock_at_boot_us` is the device's time then.
    """

    model = "harp"
    resolution_n = CELLS[0].newtons_per_count

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "1729",
        seed: int = 1,
        noise_n: float = 0.06,
        unloaded_n: Sequence[float] = (0.0, 0.0),
        cells: tuple[Cell, ...] = CELLS,
        boards: tuple[bool, bool] = (True, True),
        clock_at_boot_us: int = 10_000_000,
        who_am_i: int = WHO_AM_I,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self.boards = list(boards)
        self._load = constant(0.0) if load is None else load
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = np.array(unloaded_n)
        self._cells = cells
        sides = ("left", "right") if len(cells) == 2 else ("single",) * len(cells)
        self.scales = tuple(Scale(*cell, side) for cell, side in zip(cells, sides, strict=True))
        self._frames = HarpFrames()
        self._boot_us = clock_at_boot_us
        self._now_ns = 0
        self._is_connected = False
        self._load_began_tick: int | None = None
        self._next_tick = 0
        self._next_second = clock_at_boot_us // _SECOND_US + 1
        self.registers = {
            Register.WHO_AM_I: (PayloadType.U16, who_am_i),
            Register.FIRMWARE_HIGH: (PayloadType.U8, 1),
            Register.FIRMWARE_LOW: (PayloadType.U8, 2),
            Register.OPERATION_CONTROL: (PayloadType.U8, STANDBY),
            Register.SERIAL_NUMBER: (PayloadType.U16, int(serial)),
            Register.ACQUISITION_STATE: (PayloadType.U8, 0),
            Register.ENABLE_EVENTS: (PayloadType.U8, 0x0F),
        }

    def receive(self, data: bytes) -> list[bytes]:
        frames = self._frames.split(data)
        return [self._answer(frame) for frame in frames if isinstance(frame, HarpFrame)]

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        messages: list[bytes] = []
        end_us = end_ns // 1000
        while (due_us := min(self._tick_us, self._second_us)) <= end_us:
            if due_us == self._tick_us:
                messages += self._convert()
            else:
                messages += self._heartbeat()
        self._now_ns = end_ns
        return messages

    def connected(self) -> None:
        self._is_connected = True
        self._frames.reset()

    def disconnected(self) -> None:
        """The host's DTR fell: events end; the acquisition is still switched on."""
        self._is_connected = False
        payload_type, control = self.registers[Register.OPERATION_CONTROL]
        standby = control & ~_MODE_BITS
        self.registers[Register.OPERATION_CONTROL] = (payload_type, standby)

    @property
    def _tick_us(self) -> int:
        """Since power-up."""
        return self._next_tick * PERIOD_US

    @property
    def _second_us(self) -> int:
        return self._next_second * _SECOND_US - self._boot_us

    def _value(self, register: Register) -> int:
        return self.registers[register][1]

    def _answer(self, request: HarpFrame) -> bytes:
        now_us = self._boot_us + self._now_ns // 1000
        known = self.registers.get(_register(request.address))
        is_write = request.type is MessageType.WRITE
        is_good = (
            known is not None
            and request.payload_type == known[0]
            and request.type in (MessageType.READ, MessageType.WRITE)
            and not (is_write and request.address in _READ_ONLY)
        )
        if known is None or not is_good:
            return HarpFrame(
                request.type, request.address, request.payload_type, b"", now_us, is_error=True
            ).encode()
        payload_type, value = known
        if is_write:
            value = int.from_bytes(request.payload, "little")
            self._write(Register(request.address), payload_type, value)
        payload = value.to_bytes(payload_type & 0x0F, "little")
        return HarpFrame(request.type, request.address, payload_type, payload, now_us).encode()

    def _write(self, register: Register, payload_type: PayloadType, value: int) -> None:
        self.registers[register] = (payload_type, value)
        if register is Register.ACQUISITION_STATE and value and self._load_began_tick is None:
            self._load_began_tick = self._next_tick

    def _convert(self) -> list[bytes]:
        tick = self._next_tick
        self._next_tick += 1
        is_told = (
            self._is_connected
            and self._value(Register.ACQUISITION_STATE)
            and self._value(Register.OPERATION_CONTROL) & _ACTIVE_BIT
            and self._value(Register.ENABLE_EVENTS) & LOAD_CELL_EVENTS
        )
        if not is_told:
            return []
        frame = HarpFrame(
            MessageType.EVENT,
            Register.LOAD_CELL_DATA,
            DATA_HEADER[-1] & 0x8F,
            self._counts(tick - (self._load_began_tick or 0)),
            self._boot_us + tick * PERIOD_US,
        )
        return [frame.encode()]

    def _heartbeat(self) -> list[bytes]:
        now_us = self._next_second * _SECOND_US
        self._next_second += 1
        control = self._value(Register.OPERATION_CONTROL)
        if not self._is_connected or not control & (_HEARTBEAT_BIT | _ALIVE_BIT):
            return []
        if control & _HEARTBEAT_BIT:
            told = (Register.HEARTBEAT, PayloadType.U16, control & _ACTIVE_BIT)
        else:
            told = (Register.SECONDS, PayloadType.U32, now_us // _SECOND_US % 2**32)
        register, payload_type, value = told
        payload = value.to_bytes(payload_type & 0x0F, "little")
        return [HarpFrame(MessageType.EVENT, register, payload_type, payload, now_us).encode()]

    def _counts(self, tick: int) -> bytes:
        pull = on_cells(self._load, np.array([tick * PERIOD_US / _SECOND_US]), len(self._cells))[0]
        noise = gaussian(tick, 1, CHANNELS, self._noise_n, self._seed)[0]
        counts = 3.0 + 7.0 * np.arange(CHANNELS) + noise / self._cells[0].newtons_per_count
        for place, cell in enumerate(self._cells):
            unloaded = self._unloaded_n[place] if place < len(self._unloaded_n) else 0.0
            force = pull[place] + unloaded + noise[cell.channel]
            counts[cell.channel] = cell.zero_counts + force / cell.newtons_per_count
        for board, is_plugged in enumerate(self.boards):
            if not is_plugged:
                counts[board * CHANNELS_PER_BOARD : (board + 1) * CHANNELS_PER_BOARD] = 0.0
        return np.clip(np.rint(counts), *_RAILS).astype("<i2").tobytes()


def _register(address: int) -> Register:
    try:
        return Register(address)
    except ValueError:
        return Register.LOAD_CELL_DATA  # none that can be read or written
