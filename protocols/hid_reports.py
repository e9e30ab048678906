"""Messages in USB HID reports of one size: a count, that many bytes of a message, zeros."""

from __future__ import annotations

REPORT_BYTES = 64

_COUNT_BYTES = 1


def reports(message: bytes, report_bytes: int = REPORT_BYTES) -> list[bytes]:
    """A message as it travels; one that does not fit spans several reports, all but the last full.

    The report's number, which some systems want in front, is not part of it.
    """
    room = report_bytes - _COUNT_BYTES
    parts = [message[at : at + room] for at in range(0, len(message), room)]
    return [bytes((len(part),)) + part.ljust(room, b"\0") for part in parts]


def carried(report: bytes) -> bytes:
    """The part of a message in `report`.

    A count of more than fits means all that fits: whether that is a message, its checksum says.
    """
    return report[_COUNT_BYTES : _COUNT_BYTES + report[0]] if report else b""
