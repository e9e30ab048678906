"""A program that drives a simulated stimulator, with somebody listening to the wire."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from devices.recorded_stream import Direction, Piece
from drivers.capture_format import Record, RecordKind, encode_header, encode_record
from firmware_sim.firmware import Firmware

KINDS = {Direction.TO_UNIT: RecordKind.OUTBOUND, Direction.FROM_UNIT: RecordKind.INBOUND}


class Laboratory:
    """`pieces` holds all that crossed the wire, with its times."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.t_s = 0.0
        self.pieces: list[Piece] = []
        firmware.connected()

    def send(self, data: bytes) -> None:
        self.pieces.append(Piece(data, Direction.TO_UNIT, self.t_s))
        self.hear(self.firmware.receive(data))

    def wait(self, seconds: float) -> None:
        """Nothing is sent meanwhile."""
        step_s = 0.1
        for _ in range(round(seconds / step_s)):
            self.t_s = round(self.t_s + step_s, 6)
            self.hear(self.firmware.advance(step_s))

    def keep(self, seconds: float, message: bytes, every_s: float = 0.5) -> None:
        """Sustain for so long."""
        for _ in range(round(seconds / every_s)):
            self.wait(every_s)
            self.send(message)

    def one_way(self, direction: Direction) -> list[Piece]:
        return [piece for piece in self.pieces if piece.direction is direction]

    def raw(self) -> bytes:
        """Both directions in one stream, as a tap on both lines writes it."""
        return b"".join(piece.data for piece in self.pieces)

    def write_capture(self, path: Path, began: datetime) -> Path:
        about = {"address": "/dev/ttyACM0", "framing": "stream", "began": began.isoformat()}
        records = [
            Record(KINDS[piece.direction], round((piece.t_s or 0.0) * 1e6), piece.data)
            for piece in self.pieces
        ]
        path.write_bytes(encode_header(about) + b"".join(map(encode_record, records)))
        return path

    def hear(self, messages: list[bytes]) -> None:
        """The unit speaks by itself."""
        data = b"".join(messages)
        if data:
            self.pieces.append(Piece(data, Direction.FROM_UNIT, self.t_s))
