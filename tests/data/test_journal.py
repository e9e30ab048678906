from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DamagedJournalError, JournalWriteError, StoreError
from data.frames import MAGIC, FrameFile, is_being_written, read_frames
from data.journal import JournalWriter, Mark, open_journals, read_journal
from data.records import TrialState
from data.values import to_json
from devices.types import ForceBlock, Gap
from tests.data import samples

RUNS = samples.messages(samples.recording(0.2))
GAP = Gap(59_000, 80_000, 20, "link lost")


def _written(folder: Path, state: TrialState | None = TrialState.COMPLETE) -> Path:
    journal = JournalWriter.create(folder, samples.header())
    for run in RUNS[:3]:
        journal.append(run)
    journal.gap(GAP)
    journal.mark(Mark(79_000, "saturated", 1))
    for run in RUNS[4:]:
        journal.append(run)
    if state is None:
        journal.close()
    else:
        journal.finish(state)
    return journal.path


def _begun(folder: Path) -> FrameFile:
    first = json.dumps({"record": "trial", "header": to_json(samples.header())}).encode()
    return FrameFile(folder / "x.fj", 1, first)


def _same(ours: ForceBlock, theirs: ForceBlock) -> bool:
    return (
        ours.index == theirs.index
        and ours.t_us.tobytes() == theirs.t_us.tobytes()
        and np.ascontiguousarray(ours.force).tobytes() == theirs.force.tobytes()
    )


def test_everything_comes_back(tmp_path: Path):
    header = samples.header()
    journal = JournalWriter.create(tmp_path / "captures", header)
    journal.append(RUNS[0])
    journal.gap(GAP)
    journal.mark(Mark(79_000, "saturated", 1))
    journal.append(RUNS[4])
    journal.finish(TrialState.INTERRUPTED)
    assert journal.path == tmp_path / "captures" / f"{header.id}.fj"
    capture = read_journal(journal.path)
    assert capture.header == header
    assert all(map(_same, (RUNS[0], RUNS[4]), capture.blocks))
    assert capture.gaps == (GAP,)
    assert capture.marks == (Mark(79_000, "saturated", 1),)
    assert capture.state is TrialState.INTERRUPTED
    assert capture.lost_tail_bytes == 0
    assert (capture.samples, capture.duration_s) == (40, 0.099)


def test_a_capture_without_an_end_is_a_recovered_one(tmp_path: Path):
    capture = read_journal(_written(tmp_path, state=None))
    assert capture.state is TrialState.RECOVERED
    assert capture.samples == 180


def test_samples_are_plain_little_endian(tmp_path: Path):
    journal = JournalWriter.create(tmp_path, samples.header())
    journal.append(ForceBlock(np.array([7, 8]), np.array([[1.0, -2.0], [3.0, 4.5]]), 99))
    journal.close()
    frames, _ = read_frames(journal.path)
    assert json.loads(frames[0].payload)["record"] == "trial"
    assert frames[1].payload == struct.pack("<qIH2q4d", 99, 2, 2, 7, 8, 1.0, -2.0, 3.0, 4.5)


def test_a_block_is_in_the_file_when_append_returns(tmp_path: Path):
    journal = JournalWriter.create(tmp_path, samples.header())
    for number, run in enumerate(RUNS, start=1):
        journal.append(run)
        assert read_journal(journal.path).samples == 20 * number
    journal.close()


@settings(max_examples=150, deadline=None)
@given(junk=st.binary(max_size=300))
def test_junk_after_the_last_frame_is_left_over(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
):
    path = _written(tmp_path_factory.mktemp("junk"))
    with path.open("ab") as file:
        file.write(junk)
    capture = read_journal(path)
    assert (capture.samples, capture.lost_tail_bytes) == (180, len(junk))


def test_zeros_at_the_end_are_no_frames(tmp_path: Path):
    path = _written(tmp_path, state=None)  # what a power cut may leave of a grown file
    with path.open("ab") as file:
        file.write(bytes(4096))
    assert read_journal(path).lost_tail_bytes == 4096


@pytest.mark.parametrize("content", [b"", b"\x89MYOFJ\x01\r\n", b"hello" * 100, MAGIC, bytes(500)])
def test_a_file_without_its_beginning_is_refused_and_kept(tmp_path: Path, content: bytes):
    path = tmp_path / "x.fj"
    path.write_bytes(content)
    with pytest.raises(DamagedJournalError, match="kept as it is"):
        read_journal(path)
    assert path.read_bytes() == content


def test_a_header_that_is_none_is_refused(tmp_path: Path):
    for number, payload in enumerate((b"{}", b"\xff", b'{"header": {"id": 1}}', b"[]")):
        file = FrameFile(tmp_path / f"{number}.fj", 1, payload)
        file.close()
        with pytest.raises(DamagedJournalError):
            read_journal(file.path)


def test_a_missing_file_is_a_plain_sentence(tmp_path: Path):
    with pytest.raises(StoreError, match="cannot be read"):
        read_journal(tmp_path / "gone.fj")


def test_frames_of_a_newer_version_are_passed_over(tmp_path: Path):
    file = _begun(tmp_path)
    journal = JournalWriter(file)
    journal.append(RUNS[0])
    file.append(77, b"who knows")
    journal.append(RUNS[1])
    journal.finish(TrialState.COMPLETE)
    capture = read_journal(journal.path)
    assert (capture.samples, capture.lost_tail_bytes) == (40, 0)


def test_a_frame_that_makes_no_sense_ends_the_reading(tmp_path: Path):
    file = _begun(tmp_path)
    journal = JournalWriter(file)
    journal.append(RUNS[0])
    file.append(2, b"too short")
    journal.append(RUNS[1])
    journal.close()
    capture = read_journal(journal.path)
    assert capture.samples == 20
    assert capture.lost_tail_bytes > 0


def test_a_running_capture_is_not_offered(tmp_path: Path):
    done = _written(tmp_path)
    journal = JournalWriter.create(tmp_path, samples.header())
    journal.append(RUNS[0])
    assert is_being_written(journal.path)
    assert open_journals(tmp_path) == [done]
    journal.close()
    assert open_journals(tmp_path) == sorted([done, journal.path])


def test_a_capture_of_another_program_is_not_offered(tmp_path: Path):
    # Another process holds the lock, and lets go of it by being killed.
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from data.journal import JournalWriter\n"
        "from tests.data import samples\n"
        "journal = JournalWriter.create(Path(sys.argv[1]), samples.header())\n"
        "print(journal.path, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        path = Path(other.stdout.readline().strip())
        assert open_journals(tmp_path) == []
        other.kill()
    assert open_journals(tmp_path) == [path]


def test_a_file_without_a_byte_is_not_offered(tmp_path: Path):
    (tmp_path / "0197.fj").touch()  # a program killed between making and filling it
    assert open_journals(tmp_path) == []


def test_no_folder_means_no_captures(tmp_path: Path):
    assert open_journals(tmp_path / "none") == []


def test_two_captures_never_share_a_file(tmp_path: Path):
    header = samples.header()
    JournalWriter.create(tmp_path, header).close()
    before = (tmp_path / f"{header.id}.fj").read_bytes()
    with pytest.raises(JournalWriteError, match="No capture file can be made"):
        JournalWriter.create(tmp_path, header)
    assert (tmp_path / f"{header.id}.fj").read_bytes() == before


def test_appending_costs_less_than_a_tenth_of_a_millisecond(tmp_path: Path):
    journal = JournalWriter.create(tmp_path, samples.header())
    took: list[float] = []
    for number in range(1000):
        begin = time.perf_counter()
        journal.append(RUNS[number % len(RUNS)])
        took.append(time.perf_counter() - begin)
    journal.close()
    assert sorted(took)[500] < 1e-4
