"""From the bytes of a recording, in whichever pieces, to messages with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from devices.stimulation_recording import StimulationRecording
from protocols.events import Event
from protocols.sciencemode2 import ScienceMode2Decoder
from protocols.sciencemode4 import ScienceMode4Codec

ScienceModeReader = ScienceMode2Decoder | ScienceMode4Codec


class Direction(StrEnum):
    TO_UNIT = "to unit"
    FROM_UNIT = "from unit"
    MIXED = "mixed"  # not told, or both in one stream


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes as they were recorded; `t_s` since the recording began, None where it is not known."""

    data: bytes
    direction: Direction = Direction.MIXED
    t_s: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    event: Event
    direction: Direction
    t_s: float | None


@dataclass(slots=True)
class Understood:
    """What a recording says: how many messages of which kind, of which unit, and the treatment."""

    recording: StimulationRecording
    messages: dict[str, int] = field(default_factory=dict[str, int])
    noise_bytes: int = 0
    serial: str | None = None
    firmware: str | None = None

    def count(self, name: str) -> None:
        self.messages[name] = self.messages.get(name, 0) + 1


def recorded_events(
    decoder: Callable[[], ScienceModeReader], pieces: Iterable[Piece]
) -> list[Recorded]:
    """Each direction is a stream of its own, and is read by a decoder of its own."""
    decoders: dict[Direction, ScienceModeReader] = {}
    found: list[Recorded] = []
    t_s: float | None = None
    for piece in pieces:
        t_s = piece.t_s
        reader = decoders.setdefault(piece.direction, decoder())
        found += [Recorded(e, piece.direction, t_s) for e in reader.receive(piece.data)]
    for direction, reader in decoders.items():
        found += [Recorded(noise, direction, t_s) for noise in reader.finish()]
    return found
