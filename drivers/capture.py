"""Writing down every byte that crosses a link, for replay and for reports of trouble."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from drivers.capture_format import Record, RecordKind, encode_header, encode_record
from drivers.link import Link, LinkDeniedError, LinkLostError


class CaptureLink(Link):
    """`link` itself, with a `.bytes` file made at `path` when it is first opened.

    The file must not exist yet. Each record is one write, so a killed program loses none. A file
    that can no longer be written never disturbs the link: `problem` says why the capture ends.
    `about` is added to the header: the model, `framing` where the link does not know it,
    `is_virtual` for a simulated device. Nothing that names a person.
    """

    def __init__(self, link: Link, path: Path, about: Mapping[str, object] | None = None) -> None:
        super().__init__(link.address)
        self.framing = link.framing
        self.link = link
        self.path = path
        self.problem: str | None = None
        self._about = {"address": link.address, "framing": link.framing, **(about or {})}
        self._file: FileIO | None = None
        self._began_ns: int | None = None
        link.on_data = self._arrived
        link.on_lost = self._lost

    async def open(self) -> None:
        if self._file is None and self.problem is None:
            self._open_file()
        await self.link.open()
        self._keep(RecordKind.OPENED)

    async def close(self) -> None:
        """Closing the link closes the file too; a link that is opened again writes on."""
        await self.link.close()
        self._keep(RecordKind.CLOSED)
        self._close_file()

    async def write(self, data: bytes) -> None:
        self._keep(RecordKind.OUTBOUND, data)
        await self.link.write(data)

    def _arrived(self, data: bytes) -> None:
        self._keep(RecordKind.INBOUND, data)
        self.on_data(data)

    def _lost(self, error: LinkLostError) -> None:
        self._keep(RecordKind.LOST, str(error).encode())
        self.on_lost(error)

    def _open_file(self) -> None:
        is_first = self._began_ns is None
        try:
            self._file = self.path.open("xb" if is_first else "ab", buffering=0)
        except OSError as error:
            raise LinkDeniedError(
                f"The capture cannot be written to {self.path} ({error.strerror}). "
                "Nothing was recorded yet. Choose a new file on a disk with free space."
            ) from error
        if is_first:
            self._began_ns = time.monotonic_ns()
            began = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._put(encode_header({**self._about, "began": began}))

    def _keep(self, kind: RecordKind, data: bytes = b"") -> None:
        if self._file is not None and self._began_ns is not None:
            t_us = (time.monotonic_ns() - self._began_ns) // 1000
            self._put(encode_record(Record(kind, t_us, data)))

    def _put(self, encoded: bytes) -> None:
        if self._file is None:
            return
        try:
            is_whole = self._file.write(encoded) == len(encoded)
            cause = "the disk is full"
        except OSError as error:
            is_whole, cause = False, error.strerror
        if not is_whole:
            self.problem = (
                f"The capture {self.path} ends early: {cause}. The link itself goes on. "
                "Free some space before the next capture."
            )
            self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
