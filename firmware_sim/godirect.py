"""A Vernier Go Direct Hand Dynamometer: one force sensor, packets in pieces."""

from __future__ import annotations

import math

import numpy as np

from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import gaussian
from protocols.codec import Framing
from protocols.events import Noise
from protocols.godirect_messages import (
    COMMAND_AT,
    DEVICE_INFO,
    MASK,
    SENSOR_INFO,
    SET_PERIOD,
    START,
    STATUS,
    Command,
    MeasurementType,
    encode_reals,
)
from protocols.godirect_packets import (
    COMMAND,
    LONGEST_PIECE,
    MEASUREMENT,
    REPLY,
    Reassembly,
    counter_of,
    packet,
    pieces,
)

FORCE_SENSOR = 1
STEP_N = 0.1

_NS = 1_000_000_000


class GoDirectFirmware(Firmware):
    """The load begins with the first START. One counter numbers whatever is sent.

    `drop_at_s` are times since the first START at which the device says that it dropped readings.
    `shortest_period_us`: what it is asked for below that, it does not do. `longest_piece`: of a
    packet, 20 bytes over Bluetooth, 63 over USB.
    """

    model = "godirect-hd"
    resolution_n = STEP_N

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        serial: str = "0H1000A1",
        seed: int = 1,
        noise_n: float = 0.1,
        unloaded_n: float = 0.0,
        order_code: str = "GDX-HD",
        unit: str = "N",
        shortest_period_us: int = 20_000,
        readings_per_packet: int = 2,
        battery_percent: int = 81,
        drop_at_s: tuple[float, ...] = (),
        longest_piece: int = LONGEST_PIECE,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self._load = constant(0.0) if load is None else load
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = unloaded_n
        self._order_code = order_code
        self._unit = unit
        self._shortest_period_us = shortest_period_us
        self._per_packet = readings_per_packet
        self._battery_percent = battery_percent
        self._drops_us = [round(at_s * 1e6) for at_s in drop_at_s]
        self._longest_piece = longest_piece
        self._received = Reassembly()
        self._counter = 0
        self._period_us = 100_000
        self._now_ns = 0
        self._load_began_us: int | None = None
        self._first_us = 0  # of the running stream, since the load began
        self._mask = 0
        self._sent = 0

    def receive(self, data: bytes) -> list[bytes]:
        """Answers to a write, which may be a piece of a request."""
        sent: list[bytes] = []
        for found in self._received.join(data):
            if not isinstance(found, Noise) and found[0] == COMMAND:
                sent += self._answer(found)
        return sent

    def advance(self, seconds: float) -> list[bytes]:
        self._now_ns += round(seconds * _NS)
        sent: list[bytes] = []
        while self._mask and self._due_us(self._per_packet - 1) <= self._now_ns // 1000:
            sent += self._dropped()
            sent += self._packet(MEASUREMENT, self._readings())
        return sent

    def connected(self) -> None:
        self._counter = 0
        self._received.reset()

    def disconnected(self) -> None:
        self._mask = 0

    def _due_us(self, ahead: int) -> int:
        began_us = self._load_began_us or 0
        return began_us + self._first_us + (self._sent + ahead) * self._period_us

    def _answer(self, request: bytes) -> list[bytes]:
        command, arguments = request[COMMAND_AT], request[COMMAND_AT + 1 :]
        payload = b""
        match command:
            case Command.INIT:
                self._mask = 0
            case Command.GET_STATUS:
                payload = STATUS.pack(0, 0, 1, 13, 5, 1, 4, 2, self._battery_percent, 0)
            case Command.GET_DEVICE_INFO:
                payload = self._device_info()
            case Command.GET_SENSORS | Command.GET_DEFAULT_SENSORS:
                payload = MASK.pack(1 << FORCE_SENSOR)
            case Command.GET_SENSOR_INFO if arguments:
                payload = self._sensor_info(arguments[0])
            case Command.SET_PERIOD if len(arguments) == SET_PERIOD.size:
                _, _, wanted_us = SET_PERIOD.unpack(arguments)
                self._period_us = max(wanted_us, self._shortest_period_us)
            case Command.START if len(arguments) == START.size:
                self._start(START.unpack(arguments)[2])
            case Command.STOP | Command.DISCONNECT:
                self._mask = 0
            case _:
                return []
        return self._packet(REPLY, bytes((command, counter_of(request))) + payload)

    def _start(self, mask: int) -> None:
        now_us = -(-self._now_ns // 1000)
        if self._load_began_us is None:
            self._load_began_us = now_us
        self._first_us = now_us - self._load_began_us
        self._mask = mask
        self._sent = 0

    def _readings(self) -> bytes:
        first, n = self._sent, self._per_packet
        self._sent += n
        t_us = self._first_us + (first + np.arange(n)) * self._period_us
        force = on_cells(self._load, t_us / 1e6, 1)[:, 0] + self._unloaded_n
        force = force + gaussian(first, n, 1, self._noise_n, self._seed)[:, 0]
        steps = np.rint(force / STEP_N) * STEP_N
        sensors = [sensor for sensor in range(16) if self._mask >> sensor & 1]
        rows = [[n if s == FORCE_SENSOR else math.nan for s in sensors] for n in steps.tolist()]
        return encode_reals(self._mask & 0xFFFF, rows)

    def _dropped(self) -> list[bytes]:
        """Readings left out, and the packet that says so; what else it holds is not published."""
        next_us = self._first_us + self._sent * self._period_us
        if not self._drops_us or self._drops_us[0] > next_us:
            return []
        del self._drops_us[0]
        self._sent += self._per_packet
        return self._packet(MEASUREMENT, bytes((MeasurementType.DROPPED, 0, 0, 0)))

    def _packet(self, first: int, body: bytes) -> list[bytes]:
        data = packet(first, self._counter, body)
        self._counter = (self._counter + 1) % 256
        return pieces(data, self._longest_piece)

    def _device_info(self) -> bytes:
        return DEVICE_INFO.pack(
            self._order_code.encode(),
            self.serial.encode(),
            f"{self._order_code} {self.serial}".encode(),
            *(1, 2021, 5, 17),  # maker, date
            *(1, 13, 5, 1, 4, 2),  # firmware of the two processors
            bytes.fromhex("0605040302F0"),
            4096,
            b"Hand Dynamometer",
        )

    def _sensor_info(self, sensor: int) -> bytes:
        return SENSOR_INFO.pack(
            *(sensor, 0, 61, 0, 0),
            b"Force",
            self._unit.encode(),
            *(0.6, 0.0, 600.0),
            *(self._shortest_period_us, 1_000_000_000, 100_000, 1000, 0),
        )
