"""Packets of Vernier Go Direct devices: length, counter, additive checksum, in pieces."""

from __future__ import annotations

from protocols.events import Noise

COMMAND = 0x58
"""First byte of whatever a host sends."""
REPLY = 0x98
"""First byte of an answer; other values were seen, only that of measurements is fixed."""
MEASUREMENT = 0x20

LONGEST_PIECE = 20
"""What fits into one notification or write of the smallest Bluetooth LE packet."""
LONGEST_PACKET = 255

_LENGTH_AT, _COUNTER_AT, _CHECKSUM_AT = 1, 2, 3
_HEADER_BYTES = 4


def packet(first: int, counter: int, body: bytes) -> bytes:
    """A whole packet; the checksum is the sum of all bytes but its own."""
    head = (first, _HEADER_BYTES + len(body), counter % 256, 0)
    data = bytearray(bytes(head) + body)
    data[_CHECKSUM_AT] = sum(data) % 256
    return bytes(data)


def is_packet(data: bytes) -> bool:
    """Whether `data` is one whole packet and nothing else."""
    return (
        len(data) > _HEADER_BYTES
        and data[_LENGTH_AT] == len(data)
        and (sum(data) - data[_CHECKSUM_AT]) % 256 == data[_CHECKSUM_AT]
    )


def counter_of(data: bytes) -> int:
    return data[_COUNTER_AT]


def pieces(data: bytes, longest: int = LONGEST_PIECE) -> list[bytes]:
    """As they travel: all but the last of one length."""
    return [data[i : i + longest] for i in range(0, len(data), longest)]


class Reassembly:
    """Packets out of pieces that keep their boundaries.

    A packet begins with a piece, and all its pieces but the last have one length. A piece that was
    lost therefore shows at once, or at the latest by the checksum: then the pieces are tried again
    without the first. Nothing waits for longer than one packet.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    @property
    def held_bytes(self) -> int:
        """Of an unfinished packet."""
        return sum(map(len, self._pieces))

    def reset(self) -> None:
        self._pieces.clear()

    def join(self, piece: bytes) -> list[bytes | Noise]:
        """Packets that `piece` completes, and what was none, in wire order."""
        self._pieces.append(piece)
        found: list[bytes | Noise] = []
        while self._pieces and (count := self._complete()) is not None:
            taken = b"".join(self._pieces[: count or 1])
            found.append(taken if count else Noise("a piece of no packet", len(taken)))
            del self._pieces[: count or 1]
        return found

    def _complete(self) -> int | None:
        """How many pieces are a packet; 0: the first begins none; None: more must come."""
        first = self._pieces[0]
        size = first[_LENGTH_AT] if len(first) > _LENGTH_AT else 0
        joined = 0
        for count, piece in enumerate(self._pieces, start=1):
            joined += len(piece)
            if joined >= size:
                return count if is_packet(b"".join(self._pieces[:count])) else 0
            if len(piece) != len(first):
                return 0
        return None
