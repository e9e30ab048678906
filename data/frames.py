"""An append-only file of checked frames: it outlives a killed program and a full disk."""

from __future__ import annotations

import errno
import os
import struct
import sys
import tempfile
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.errors import DamagedJournalError, JournalFullError, JournalWriteError, StoreError

MAGIC = b"\x89MYOFJ\x01\n"  # a text-mode copy spoils the first byte, and so is noticed
RESERVE_BYTES = 4 << 20

# kind, number in the file, length of the payload; then CRC-32 of these and the payload
_HEAD = struct.Struct("<BII")
_CRC = struct.Struct("<I")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOCK_AT = 1 << 40  # Windows locks bytes against reading too: one that no file has


@dataclass(frozen=True, slots=True)
class Frame:
    kind: int
    payload: bytes


class FrameFile:
    """Written by one thread, straight to the system: what `append` returned from outlives the
    program. `sync` makes it outlive a power cut and may be called from another thread.

    The file is locked as long as it is open, so that no other program takes it for a leftover.
    Some room on the disk is held back, to be let go when the disk is full: it lets the file be
    ended and stored.
    """

    def __init__(self, path: Path, kind: int, payload: bytes) -> None:
        """Make the file with its first frame, on disk. Raises `JournalWriteError`."""
        self.path = path
        self._fd = -1
        self._reserve = -1
        self._count = 0
        self._end = 0
        self._full: JournalFullError | None = None
        self._closing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._reserve = _reserve(path.parent)
            self._fd = os.open(path, _CREATE, 0o600)
            _lock(self._fd)
            self._write(MAGIC + self._frame(kind, payload))  # at once: never a file without one
            _flush(self._fd)
            _flush_folder(path.parent)
        except OSError as error:
            self.close()
            raise _not_started(path, error) from error

    def append(self, kind: int, payload: bytes) -> None:
        """One frame, whole or not at all. Raises `JournalFullError`, `JournalWriteError`."""
        if self._full is not None:
            raise self._full
        self._append(kind, payload)

    def end(self, kind: int, payload: bytes) -> None:
        """The last frame, from the room held back if need be; on disk and closed after it."""
        try:
            self._release()
            self._append(kind, payload)
            self.sync()
        finally:
            self.close()

    def sync(self) -> None:
        """Onto the disk itself. Raises `JournalWriteError`."""
        with self._closing:  # a descriptor closed meanwhile could belong to another file by now
            if self._fd < 0:
                return
            try:
                _flush(self._fd)
            except OSError as error:
                raise self._failure(error) from error

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with self._closing:
            self._release()
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def _append(self, kind: int, payload: bytes) -> None:
        try:
            self._write(self._frame(kind, payload))
        except OSError as error:
            failure = self._failure(error)
            if isinstance(failure, JournalFullError):
                self._full = failure
                self._release()
            raise failure from error

    def _frame(self, kind: int, payload: bytes) -> bytes:
        head = _HEAD.pack(kind, self._count, len(payload))
        return b"".join((head, _CRC.pack(zlib.crc32(payload, zlib.crc32(head))), payload))

    def _write(self, data: bytes) -> None:
        """All of one frame; what a failure leaves of it is cut off again."""
        done = 0
        try:
            while done < len(data):  # a nearly full disk takes a part and reports no error
                done += os.write(self._fd, data[done:])
        except OSError:
            with suppress(OSError):  # a reader stops at the torn frame all the same
                os.ftruncate(self._fd, self._end)
            raise
        self._end += len(data)
        self._count += 1

    def _release(self) -> None:
        if self._reserve >= 0:
            os.close(self._reserve)
            self._reserve = -1

    def _failure(self, error: OSError) -> JournalWriteError:
        if error.errno in _NO_ROOM:
            return JournalFullError(
                "The disk is full, so the recording stopped. "
                f"Everything before is safe in {self.path}. Free some space and save the trial."
            )
        return JournalWriteError(
            f"The capture file cannot be written ({error.strerror}), so the recording stopped. "
            f"What was written before is safe in {self.path}. "
            "Check the disk and the rights of its folder."
        )


def read_frames(path: Path) -> tuple[list[Frame], list[int]]:
    """The frames up to the first bad one, and the place in the file where each ends.

    Raises `DamagedJournalError` when it does not begin as such a file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"The capture file {path} cannot be read ({error.strerror}). Nothing was changed. "
            "Check that it is still there and may be read."
        ) from error
    if not data.startswith(MAGIC):
        raise DamagedJournalError(
            f"{path} does not begin like a capture file. It is kept as it is, and nothing else is "
            "affected. Keep a copy for whoever looks after Myograph."
        )
    frames: list[Frame] = []
    ends: list[int] = []
    at = len(MAGIC)
    first = _HEAD.size + _CRC.size
    while at + first <= len(data):
        head = data[at : at + _HEAD.size]
        kind, number, length = _HEAD.unpack(head)
        (crc,) = _CRC.unpack_from(data, at + _HEAD.size)
        payload = data[at + first : at + first + length]
        fits = len(payload) == length and number == len(frames)
        if not fits or crc != zlib.crc32(payload, zlib.crc32(head)):
            break
        at += first + length
        frames.append(Frame(kind, payload))
        ends.append(at)
    return frames, ends


def is_being_written(path: Path) -> bool:
    """Whether a running program, this one included, has the file open for appending."""
    with path.open("rb") as file:
        return not _try_lock(file.fileno())


def _not_started(path: Path, error: OSError) -> JournalWriteError:
    if error.errno in _NO_ROOM:
        return JournalFullError(
            "The disk is full, so no recording was started. What was recorded before is safe. "
            "Free some space and start again."
        )
    return JournalWriteError(
        f"No capture file can be made in {path.parent} ({error.strerror}), so no recording was "
        "started. What was recorded before is safe. Check the disk and the rights of this folder."
    )


def _reserve(folder: Path) -> int:
    """Hold room in a file without a name: it is gone when the program is, however that ends."""
    with tempfile.TemporaryFile(dir=folder) as file:
        held = os.dup(file.fileno())
    try:
        if sys.platform == "linux":
            os.posix_fallocate(held, 0, RESERVE_BYTES)
        else:
            os.write(held, bytes(RESERVE_BYTES))
    except BaseException:
        os.close(held)
        raise
    return held


if sys.platform == "win32":
    import msvcrt

    _CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_BINARY

    def _lock(fd: int) -> None:
        os.lseek(fd, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_LOCK, 1)

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, _LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(fd, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        return True
else:
    import fcntl

    _CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX)

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(fd, fcntl.LOCK_UN)
        return True


def _flush_folder(folder: Path) -> None:
    """Make the name of a new file outlive a power cut; Windows does so by itself."""
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _flush(fd: int) -> None:
    if sys.platform == "darwin":
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # fsync there stops at the drive's own cache
    elif sys.platform == "win32":
        os.fsync(fd)
    else:
        os.fdatasync(fd)
