"""A file in which somebody recorded the bytes between a program and a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from devices.recorded_stream import Piece

_PIECE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """Its pieces, when it began, and what is known of how it was made."""

    pieces: Callable[[], Iterator[Piece]]
    fingerprint: str
    began_at: datetime
    has_times: bool
    is_virtual: bool
    flags: tuple[str, ...] = ()


def recording_file(path: Path, started: datetime | None) -> RecordingFile:
    """Raw bytes, or a capture; `started` is when one without times began. Raises `CommandError`,
    `OSError`."""
    from drivers.capture_format import FORMAT

    digest = sha256()
    with path.open("rb") as file:
        first_line = file.readline(_PIECE_BYTES)
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    if first_line.startswith(b"{") and FORMAT.encode() in first_line:
        return _capture(path, digest.hexdigest())
    flags = ()
    if started is None:
        started = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        flags = ("The day and time are those of the file.",)
    return RecordingFile(
        lambda: _raw_pieces(path),
        digest.hexdigest(),
        started,
        has_times=False,
        is_virtual=False,
        flags=flags,
    )


def _capture(path: Path, fingerprint: str) -> RecordingFile:
    from devices.recorded_stream import Direction, Piece
    from drivers.capture_format import CaptureFormatError, RecordKind, read_capture

    try:
        capture = read_capture(path)
        began_at = datetime.fromisoformat(str(capture.header.get("began")))
    except CaptureFormatError as error:
        raise CommandError(f"{error} Nothing was stored.") from error
    except ValueError as error:
        raise CommandError(
            f"{path} does not say when it began; nothing was stored; record it again"
        ) from error
    directions = {
        RecordKind.INBOUND: Direction.FROM_UNIT,
        RecordKind.OUTBOUND: Direction.TO_UNIT,
    }
    tail = capture.damaged_tail_bytes
    return RecordingFile(
        lambda: (
            Piece(record.data, directions[record.kind], record.t_us / 1e6)
            for record in capture.records
            if record.kind in directions
        ),
        fingerprint,
        began_at if began_at.tzinfo else began_at.replace(tzinfo=UTC),
        has_times=True,
        is_virtual=capture.header.get("is_virtual") is True,
        flags=(f"The recording is cut off: {tail} bytes at its end are damaged.",) if tail else (),
    )


def _raw_pieces(path: Path) -> Iterator[Piece]:
    from devices.recorded_stream import Piece

    with path.open("rb") as file:
        while data := file.read(_PIECE_BYTES):
            yield Piece(data)
