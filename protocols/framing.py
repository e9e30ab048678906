"""Frames in a byte stream: COBS stuffing with ``00`` between frames."""

from __future__ import annotations

from protocols.events import Noise

LONGEST_FRAME = 252
"""Up to here the stuffing adds exactly one byte, and no block is longer than one code can say."""

_LONGEST_RUN = LONGEST_FRAME + 1


class Cobs:
    """Splits a stream at ``00`` and undoes the stuffing, hunting for the next ``00`` after noise.

    Holds at most one unfinished frame; of a run that is too long only the length is kept, and it
    is reported at its end, so that the result does not depend on how the bytes were cut.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._overlong_bytes = 0

    def split(self, data: bytes) -> list[bytes | Noise]:
        """Frames that `data` completes, and what was no frame, in wire order."""
        *runs, self._rest = (self._rest + data).split(b"\0")
        found: list[bytes | Noise] = []
        for run in runs:
            if self._overlong_bytes or len(run) > _LONGEST_RUN:
                found.append(Noise("no end of frame", self._overlong_bytes + len(run)))
                self._overlong_bytes = 0
            elif run:
                frame = _unstuff(run)
                found.append(Noise("broken byte stuffing", len(run)) if frame is None else frame)
        if self._overlong_bytes or len(self._rest) > _LONGEST_RUN:
            self._overlong_bytes += len(self._rest)
            self._rest = b""
        return found

    @property
    def held_bytes(self) -> int:
        """Of an unfinished frame."""
        return len(self._rest)

    def reset(self) -> None:
        self._rest = b""
        self._overlong_bytes = 0


def cobs(frame: bytes) -> bytes:
    """One frame as it goes over the wire, ``00`` included."""
    if len(frame) > LONGEST_FRAME:
        raise ValueError(f"a frame of {len(frame)} bytes; at most {LONGEST_FRAME} can be sent")
    return b"".join(bytes((len(part) + 1,)) + part for part in frame.split(b"\0")) + b"\0"


def _unstuff(run: bytes) -> bytes | None:
    """Each code byte says where the next stands, and stands where a zero was."""
    frame = bytearray(run)
    position = run[0]
    end = len(run)
    while position < end:
        step = run[position]
        frame[position] = 0
        position += step
    return bytes(frame[1:]) if position == end else None
