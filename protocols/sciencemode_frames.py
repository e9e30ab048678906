"""Frames of ScienceMode 2 and 4: ``F0``, a head with length and checksum, a body, ``0F``."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from protocols.events import Noise

START, STOP, STUFF, KEY = 0xF0, 0x0F, 0x81, 0x55
NOISE_RUN = 1024

_STUFFED = {byte: bytes((STUFF, byte ^ KEY)) for byte in (START, STOP, STUFF)}
_WELL_STUFFED = re.compile(rb"(?:[^\x81]|\x81[^\x81])*", re.DOTALL)
_PAIR = re.compile(rb"\x81(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FrameForm:
    """What the two versions do differently; lengths are of the body as it travels, stuffed."""

    head_bytes: int
    shortest: int
    longest: int
    body_bytes: Callable[[bytes], int]
    """Head -> length of the body."""
    head: Callable[[bytes], bytes]
    """Body -> head."""


class ScienceModeFrames:
    """Finds frames in a stream, hunting for the next ``F0`` after noise.

    Holds at most one unfinished frame. Noise is counted, and told before the next frame or when
    `NOISE_RUN` bytes of it are together, so that the result does not depend on how the bytes
    were cut.
    """

    def __init__(self, form: FrameForm) -> None:
        self._form = form
        self._rest = bytearray()
        self._noise_bytes = 0

    def split(self, data: bytes) -> list[bytes | Noise]:
        """Bodies, unstuffed, of the frames that `data` completes, and what was no frame."""
        self._rest += data
        rest, position = self._rest, 0
        found: list[bytes | Noise] = []
        while position < len(rest):
            if rest[position] != START:
                begin = rest.find(START, position)
                end = len(rest) if begin < 0 else begin
                self._skip(end - position, found)
                position = end
                continue
            body = self._body_at(position)
            if body is None:
                break
            if not body:
                self._skip(1, found)
                position += 1
                continue
            self._tell_noise(found)
            found.append(_unstuff(body))
            position += 2 + 2 * self._form.head_bytes + len(body)
        del rest[:position]
        return found

    def finish(self) -> list[Noise]:
        """No more bytes will come: what is left was no frame."""
        found: list[bytes | Noise] = []
        self._skip(len(self._rest), found)
        self._rest.clear()
        self._tell_noise(found)
        return [noise for noise in found if isinstance(noise, Noise)]

    @property
    def held_bytes(self) -> int:
        """Of an unfinished frame."""
        return len(self._rest)

    def reset(self) -> None:
        self._rest.clear()
        self._noise_bytes = 0

    def _body_at(self, start: int) -> bytes | None:
        """The stuffed body of the frame at `start`; empty: no frame begins there; None: it may."""
        form, rest = self._form, self._rest
        body_at = start + 1 + 2 * form.head_bytes
        stuffs = rest[start + 1 : body_at : 2]
        if stuffs.count(STUFF) != len(stuffs):
            return b""
        if len(rest) < body_at:
            return None
        # The head is always stuffed, so that it may hold an F0 or 0F behind its 81.
        head = bytes(byte ^ KEY for byte in rest[start + 2 : body_at : 2])
        length = form.body_bytes(head)
        if not form.shortest <= length <= form.longest:
            return b""
        body = bytes(rest[body_at : body_at + length])
        if START in body or STOP in body:
            return b""
        if len(rest) <= body_at + length:
            return None
        is_whole = rest[body_at + length] == STOP and form.head(body) == head
        return body if is_whole and _WELL_STUFFED.fullmatch(body) else b""

    def _skip(self, n_bytes: int, found: list[bytes | Noise]) -> None:
        self._noise_bytes += n_bytes
        while self._noise_bytes >= NOISE_RUN:
            self._noise_bytes -= NOISE_RUN
            found.append(Noise("no frame", NOISE_RUN))

    def _tell_noise(self, found: list[bytes | Noise]) -> None:
        if self._noise_bytes:
            found.append(Noise("no frame", self._noise_bytes))
            self._noise_bytes = 0


def framed(form: FrameForm, body: bytes) -> bytes:
    """One frame as it goes over the wire."""
    stuffed = b"".join(_STUFFED.get(byte, bytes((byte,))) for byte in body)
    if not form.shortest <= len(stuffed) <= form.longest:
        raise ValueError(f"a body of {len(stuffed)} bytes; at most {form.longest} can be sent")
    head = b"".join(bytes((STUFF, byte ^ KEY)) for byte in form.head(stuffed))
    return bytes((START,)) + head + stuffed + bytes((STOP,))


def only_body(form: FrameForm, data: bytes) -> bytes | None:
    """The body, where `data` is exactly one frame, written as it must be; else None."""
    found = ScienceModeFrames(form).split(data)
    if len(found) != 1 or isinstance(found[0], Noise) or framed(form, found[0]) != data:
        return None
    return found[0]


def crc8(data: bytes) -> int:
    """Polynomial 07, start 0, not reflected: F4 for ``123456789``."""
    crc = 0
    for byte in data:
        crc = _CRC8[crc ^ byte]
    return crc


def crc16_xmodem(data: bytes) -> int:
    """Polynomial 1021, start 0, not reflected: 31C3 for ``123456789``."""
    return binascii.crc_hqx(data, 0)


def _unstuff(body: bytes) -> bytes:
    return _PAIR.sub(lambda pair: bytes((pair[1][0] ^ KEY,)), body)


def _crc8_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ 0x07 if byte & 0x80 else byte << 1
    return byte & 0xFF


_CRC8 = tuple(_crc8_of(byte) for byte in range(256))
