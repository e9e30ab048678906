"""A Chronojump force sensor: an Arduino with an HX711 that is deaf while it measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Firmware, Load, Scale
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import chance, gaussian
from protocols.chronojump import encode_line
from protocols.chronojump_cells import CellFrames, encode_cells
from protocols.codec import Framing

RATE_HZ = 84.75
"""What boards sold as 80 Hz really do."""

_NS = 1_000_000_000
_GARBAGE = b"\xf0\x1c\x00\xe0;\x9c\x80"


class ChronojumpFirmware(Firmware):
    """The load begins with the first conversion of the first capture and goes on from there.

    Opening the port resets the board (`resets_on_open`): for `boot_s` it hears nothing, and sends
    some garbage. It reads a command until `listen_s` have passed without a character, and does not
    measure meanwhile; while it captures, a `loses` share of the characters of a command is lost.
    Each sample is stamped before its conversion, one period early. `is_capturing` as a program
    that crashed left it. Only the first cell of the load pulls.
    """

    model = "chronojump"
    resolution_n = 0.01

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        version: str = "0.5",
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        rate_hz: float = RATE_HZ,
        boot_s: float = 2.0,
        listen_s: float = 1.0,
        loses: float = 0.0,
        resets_on_open: bool = True,
        is_capturing: bool = False,
        clock_at_start_us: int = 0,
        tare: int = -12_345,
        counts_per_newton: float = 915.0,
    ) -> None:
        self.serial = ""  # it has none
        self.framing = framing
        self.is_reachable = True
        self.rate_hz = rate_hz
        self.changes: list[str] = []
        self._load = constant(0.0) if load is None else load
        self._version = version
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = unloaded_n
        self._period_ns = round(_NS / rate_hz)
        self._boot_ns = round(boot_s * _NS)
        self._listen_ns = round(listen_s * _NS)
        self._loses = loses
        self._resets_on_open = resets_on_open
        self._clock_at_start_us = clock_at_start_us
        self._tare = tare
        self._counts_per_newton = counts_per_newton
        self._now_ns = 0
        self._up_ns = 0
        self._inbox = b""
        self._heard_ns = 0
        self._characters = 0
        self._load_began_ns: int | None = None
        self._captures_since_ns: int | None = None
        self._next_tick = 0
        if is_capturing:
            self._capture()

    def receive(self, data: bytes) -> list[bytes]:
        if self._now_ns < self._up_ns:
            return []
        for character in data:
            self._characters += 1
            is_lost = self._captures_since_ns is not None and (
                chance(self._characters, self._seed) < self._loses
            )
            self._inbox += b"" if is_lost else bytes((character,))
        self._heard_ns = self._now_ns
        return []

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        messages: list[bytes] = []
        if self._now_ns < self._up_ns <= end_ns:
            messages.append(_GARBAGE)
            self._now_ns = self._up_ns
        while self._inbox and self._heard_ns + self._listen_ns <= end_ns:
            self._now_ns = self._heard_ns + self._listen_ns
            command, self._inbox = self._inbox, b""
            messages += self._answer(command)
        messages += self._samples_until(end_ns) if not self._inbox else []
        self._now_ns = end_ns
        return messages

    def connected(self) -> None:
        if self._resets_on_open:
            self._captures_since_ns = None
            self._inbox = b""
            self._up_ns = self._now_ns + self._boot_ns

    def disconnected(self) -> None:
        return  # it notices nothing

    def _answer(self, command: bytes) -> list[bytes]:
        """The name is all before the last colon, the argument what follows it."""
        text = command.decode("ascii", "replace")
        name, colon, argument = text.rpartition(":")
        reply = self._reply(name.strip(), argument.partition(";")[0].strip()) if colon else None
        return [(line + "\r\n").encode() for line in reply or ["Not a valid command"]]

    def _reply(self, name: str, argument: str) -> list[str] | None:
        is_old = self._version == "0.1"
        match name:
            case "get_version":
                return [self._full_version()]
            case "get_transmission_format" if not is_old:
                return [self._transmission()]
            case "start_capture":
                self._capture()
                return ["Starting capture..."]
            case "end_capture":
                self._captures_since_ns = None
                return [self._farewell()]
            case "get_tare" if not is_old:
                return [str(self._tare)]
            case "get_calibration_factor" if not is_old:
                return [f"{self._counts_per_newton:.2f}"]
            case "tare" | "set_tare" | "calibrate" | "set_calibration_factor" | "set_bps":
                self.changes.append(f"{name}:{argument};")
                return ["updated"]
            case _:
                return None

    def _full_version(self) -> str:
        return f"Force_Sensor-{self._version}"

    def _transmission(self) -> str:
        return "text"

    def _farewell(self) -> str:
        match self._version:
            case "0.1":
                return "Capture ended"
            case "0.4" | "0.5":
                return f"Capture ended:{self._tare}"
            case _:
                return "Capture ended:"

    def _capture(self) -> None:
        """The converter runs on between captures: one begins with its next whole period."""
        if self._load_began_ns is None:
            self._load_began_ns = self._now_ns + self._period_ns
        self._captures_since_ns = self._now_ns
        since_ns = self._now_ns - self._load_began_ns
        self._next_tick = -(-since_ns // self._period_ns) + 1

    def _samples_until(self, end_ns: int) -> list[bytes]:
        """A conversion that ended while a command was read is missing."""
        began_ns, since_ns = self._load_began_ns, self._captures_since_ns
        if began_ns is None or since_ns is None:
            return []
        missed = -(-(self._now_ns - began_ns) // self._period_ns)
        first = max(self._next_tick, missed)
        last = (end_ns - began_ns) // self._period_ns
        if last < first:
            return []
        self._next_tick = last + 1
        ticks = np.arange(first, last + 1)
        stamps_ns = began_ns + (ticks - 1) * self._period_ns - since_ns
        stamps_us = stamps_ns // 1000 + self._clock_at_start_us
        return self._lines([int(stamp) for stamp in stamps_us], self._force(first, len(ticks)))

    def _lines(self, stamps_us: list[int], force: NDArray[np.float64]) -> list[bytes]:
        decimals = 1 if self._version == "0.1" else 2
        newtons = [float(newtons) for newtons in force[:, 0]]
        return [encode_line(us, n, decimals) for us, n in zip(stamps_us, newtons, strict=True)]

    def _force(self, tick: int, n: int, cells: int = 1) -> NDArray[np.float64]:
        t = np.arange(tick, tick + n, dtype=np.float64) * (self._period_ns / _NS)
        noise = gaussian(tick, n, cells, self._noise_n, self._seed)
        return on_cells(self._load, t, cells) + self._unloaded_n + noise


class ChronojumpPlatformFirmware(ChronojumpFirmware):
    """The firmware for four cells: raw counts of 16 bits above the offset, without a unit."""

    model = "chronojump-platform"
    newtons_per_count = 0.125
    zero_counts = (40, -25, 0, 0)
    resolution_n = newtons_per_count
    scales = (
        Scale(0, newtons_per_count, zero_counts[0], "left"),
        Scale(1, newtons_per_count, zero_counts[1], "right"),
    )

    def _full_version(self) -> str:
        return "Force_Platform-0.1"

    def _transmission(self) -> str:
        return "binary"

    def _farewell(self) -> str:
        return "Capture ended:"

    def _lines(self, stamps_us: list[int], force: NDArray[np.float64]) -> list[bytes]:
        counts = np.rint(force / self.newtons_per_count) + np.array(self.zero_counts)
        counts = np.clip(counts, -CellFrames.RAIL - 1, CellFrames.RAIL).astype(np.int64)
        rows = counts.tolist()
        return [encode_cells(us, row) for us, row in zip(stamps_us, rows, strict=True)]

    def _force(self, tick: int, n: int, cells: int = CellFrames.CELLS) -> NDArray[np.float64]:
        return super()._force(tick, n, cells)
