from __future__ import annotations

import errno
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import DamagedJournalError, JournalFullError, JournalWriteError
from data.frames import MAGIC, FrameFile, read_frames
from data.journal import JournalWriter, read_journal
from data.records import TrialState
from tests.data import samples

RUNS = samples.messages(samples.recording(0.2))


def _written(folder: Path) -> Path:
    journal = JournalWriter.create(folder, samples.header())
    for run in RUNS[:9]:
        journal.append(run)
    journal.finish(TrialState.COMPLETE)
    return journal.path


def test_the_bytes_are_as_written_down(tmp_path: Path):
    # docs/storage.md, put together here by hand
    file = FrameFile(tmp_path / "x.fj", 4, b"abc")
    file.end(5, b"")
    first = struct.pack("<BII", 4, 0, 3)
    last = struct.pack("<BII", 5, 1, 0)
    assert (tmp_path / "x.fj").read_bytes() == b"".join(
        (
            b"\x89MYOFJ\x01\n",
            *(first, struct.pack("<I", zlib.crc32(first + b"abc")), b"abc"),
            *(last, struct.pack("<I", zlib.crc32(last))),
        )
    )


def test_cutting_the_file_anywhere_leaves_all_whole_frames(tmp_path: Path):
    path = _written(tmp_path)
    data = path.read_bytes()
    frames, ends = read_frames(path)
    for length in range(ends[0], len(data)):
        path.write_bytes(data[:length])
        found, found_ends = read_frames(path)
        whole = sum(end <= length for end in ends)
        assert found == frames[:whole]
        assert read_journal(path).lost_tail_bytes == length - found_ends[-1]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_byte_costs_no_frame_before_it(tmp_path: Path, data: st.DataObject):
    path = next(tmp_path.glob("*.fj"), None) or _written(tmp_path)
    whole = path.read_bytes()
    try:
        frames, ends = read_frames(path)
        at = data.draw(st.integers(len(MAGIC), len(whole) - 1))
        damaged = bytearray(whole)
        damaged[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(damaged)
        good = sum(end <= at for end in ends)
        assert read_frames(path)[0] == frames[:good]
        if good:
            assert read_journal(path).lost_tail_bytes == len(whole) - ends[good - 1]
        else:
            with pytest.raises(DamagedJournalError, match="kept as it is"):
                read_journal(path)
        assert path.read_bytes() == bytes(damaged)
    finally:
        path.write_bytes(whole)


def test_nothing_but_the_capture_is_left_in_the_folder(tmp_path: Path):
    path = _written(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def test_closing_twice_and_syncing_a_closed_file_is_harmless(tmp_path: Path):
    journal = JournalWriter.create(tmp_path, samples.header())
    journal.append(RUNS[0])
    journal.sync()
    journal.close()
    journal.close()
    journal.sync()


class _Disk:
    """`os.write` of a disk with room for so many bytes more; it takes parts, as real ones do."""

    def __init__(self, room: int, error: int = errno.ENOSPC, most: int = 1000) -> None:
        self.room = room
        self.most = most
        self.error = error
        self.write = os.write

    def __call__(self, fd: int, data: bytes) -> int:
        if not self.room:
            raise OSError(self.error, os.strerror(self.error))
        part = min(self.room, len(data), self.most)
        self.room -= part
        return self.write(fd, data[:part])


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "write", _Disk(10_000_000, most=7))
    path = _written(tmp_path)
    monkeypatch.undo()
    assert read_journal(path).samples == 180
    assert read_journal(path).lost_tail_bytes == 0


@pytest.mark.parametrize("room", [0, 1, 12, 13, 200, 506, 507, 508, 1500])
def test_a_full_disk_keeps_whole_frames_and_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
):
    journal = JournalWriter.create(tmp_path, samples.header())
    journal.append(RUNS[0])
    disk = _Disk(room)
    monkeypatch.setattr(os, "write", disk)
    kept = 1
    while disk.room >= len(RUNS[kept].t_us) * 24 + 27:  # a frame: 9 + 4 of its own, 14 of the run
        journal.append(RUNS[kept])
        kept += 1
    for _ in range(2):
        with pytest.raises(JournalFullError, match="is safe in"):
            journal.append(RUNS[kept])
    disk.room = 10_000_000  # what was held back is let go
    journal.finish(TrialState.INTERRUPTED)
    monkeypatch.undo()
    capture = read_journal(journal.path)
    assert capture.samples == 20 * kept
    assert capture.state is TrialState.INTERRUPTED
    assert capture.lost_tail_bytes == 0


def test_a_failing_disk_is_told_apart_from_a_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    journal = JournalWriter.create(tmp_path, samples.header())
    journal.append(RUNS[0])
    monkeypatch.setattr(os, "write", _Disk(0, errno.EIO))
    with pytest.raises(JournalWriteError, match="Input/output error") as failure:
        journal.append(RUNS[1])
    assert not isinstance(failure.value, JournalFullError)
    monkeypatch.undo()
    journal.close()
    assert read_journal(journal.path).samples == 20


def test_no_recording_is_started_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(JournalFullError, match="no recording was started"):
        JournalWriter.create(tmp_path, samples.header())
    assert list(tmp_path.iterdir()) == []
