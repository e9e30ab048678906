"""The capture file of one trial, on disk before anything is drawn, and how it is read again."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import numpy as np

from data.errors import DamagedJournalError, JournalFullError
from data.frames import FrameFile, is_being_written, read_frames
from data.records import Alignment, TrialHeader, TrialState
from data.values import JsonObject, from_json, to_json
from devices.types import ForceBlock, Gap

__all__ = [
    "Capture",
    "JournalFullError",
    "JournalWriter",
    "Mark",
    "open_journals",
    "read_journal",
]

SUFFIX = ".fj"
_SAMPLES = struct.Struct("<qIH")  # index, samples, channels; then i64 µs and f64 N of each


class _Kind(IntEnum):
    HEADER = 1
    SAMPLES = 2
    GAP = 3
    MARK = 4
    END = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to know about the samples after `t_us`: ``saturated``, ``open``, or a remark.

    `channel` is the number of the column, None where it concerns all of them.
    """

    t_us: int
    text: str
    channel: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """What a capture file holds. Without an end its state is `RECOVERED`.

    `lost_tail_bytes` follow the last good frame: torn by a power cut, or damaged since.
    """

    header: TrialHeader
    blocks: tuple[ForceBlock, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    state: TrialState
    lost_tail_bytes: int

    @property
    def samples(self) -> int:
        return sum(len(block.t_us) for block in self.blocks)

    @property
    def duration_s(self) -> float:
        filled = [block for block in self.blocks if len(block.t_us)]
        return (int(filled[-1].t_us[-1]) - int(filled[0].t_us[0])) / 1e6 if filled else 0.0


class JournalWriter:
    """The capture file of a running trial. All but `sync` belongs to one thread at a time."""

    def __init__(self, file: FrameFile) -> None:
        self._file = file

    @classmethod
    def create(cls, folder: Path, header: TrialHeader) -> JournalWriter:
        """Begin ``<trial id>.fj``. Raises `JournalFullError` when there is no room for a trial."""
        first = _json({"record": "trial", "header": to_json(header)})
        return cls(FrameFile(folder / f"{header.id}{SUFFIX}", _Kind.HEADER, first))

    @property
    def path(self) -> Path:
        return self._file.path

    def append(self, block: ForceBlock) -> None:
        """Write a block: it survives the end of this program from now on.

        Raises `JournalFullError`, `JournalWriteError`; what was written before stays readable.
        """
        head = _SAMPLES.pack(block.index, *block.force.shape)
        t_us = np.ascontiguousarray(block.t_us, "<i8").tobytes()
        force = np.ascontiguousarray(block.force, "<f8").tobytes()
        self._file.append(_Kind.SAMPLES, b"".join((head, t_us, force)))

    def gap(self, gap: Gap) -> None:
        """Raises as `append`."""
        self._file.append(_Kind.GAP, _json(to_json(gap)))

    def mark(self, mark: Mark) -> None:
        """Raises as `append`."""
        self._file.append(_Kind.MARK, _json(to_json(mark)))

    def sync(self) -> None:
        """Make what was written survive a power cut; from any thread, takes milliseconds."""
        self._file.sync()

    def finish(self, state: TrialState, alignment: Alignment | None = None) -> None:
        """Write how it ended, put it on disk and close it, also after `JournalFullError`.

        How it lies in time beside another device's trial is known only then.
        """
        end: JsonObject = {"state": state.value}
        if alignment is not None:
            end["alignment"] = to_json(alignment)
        self._file.end(_Kind.END, _json(end))

    def close(self) -> None:
        """Let go without an end: it will be offered as a recovered trial."""
        self._file.close()


def read_journal(path: Path) -> Capture:
    """Everything up to the first frame that is not whole. The file is not changed.

    Raises `DamagedJournalError` when it is not known whose trial it is.
    """
    frames, ends = read_frames(path)
    if not frames or frames[0].kind != _Kind.HEADER:
        raise _no_header(path)
    try:
        header = from_json(TrialHeader, json.loads(frames[0].payload)["header"])
    except (ValueError, KeyError, TypeError) as error:
        raise _no_header(path) from error
    blocks: list[ForceBlock] = []
    gaps: list[Gap] = []
    marks: list[Mark] = []
    state = TrialState.RECOVERED
    good = ends[0]
    for frame, end in zip(frames[1:], ends[1:], strict=True):
        try:
            match frame.kind:
                case _Kind.SAMPLES:
                    blocks.append(_block(frame.payload))
                case _Kind.GAP:
                    gaps.append(from_json(Gap, json.loads(frame.payload)))
                case _Kind.MARK:
                    marks.append(from_json(Mark, json.loads(frame.payload)))
                case _Kind.END:
                    ending = json.loads(frame.payload)
                    state = TrialState(ending["state"])
                    if "alignment" in ending:
                        alignment = from_json(Alignment, ending["alignment"])
                        header = replace(header, alignment=alignment)
                case _:
                    pass  # of a newer version
        except (ValueError, KeyError, TypeError, struct.error):
            break
        good = end
    tail = path.stat().st_size - good
    return Capture(header, tuple(blocks), tuple(gaps), tuple(marks), state, tail)


def open_journals(folder: Path) -> list[Path]:
    """Capture files that nobody writes any more, oldest first; one without a byte holds nothing.

    A file that a running program still writes is locked by it, and passed over.
    """
    return [
        path
        for path in sorted(folder.glob(f"*{SUFFIX}"))
        if path.stat().st_size and not is_being_written(path)
    ]


def _block(payload: bytes) -> ForceBlock:
    index, samples, channels = _SAMPLES.unpack_from(payload)
    t_us = np.frombuffer(payload, "<i8", samples, _SAMPLES.size)
    force = np.frombuffer(payload, "<f8", samples * channels, _SAMPLES.size + 8 * samples)
    return ForceBlock(t_us, force.reshape(samples, channels), index)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _no_header(path: Path) -> DamagedJournalError:
    return DamagedJournalError(
        f"The beginning of {path} is damaged, so it is not known whose trial it is. The file is "
        "kept as it is, and nothing else is affected. Keep a copy for whoever looks after Myograph."
    )
