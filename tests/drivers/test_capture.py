from __future__ import annotations

import asyncio
import json
import math
import os
import struct
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.capture import CaptureLink
from drivers.capture_format import CaptureFormatError, RecordKind, read_capture
from drivers.link import LinkDeniedError, LinkEndedError, LinkLostError, LinkNotFoundError
from drivers.memory import MemoryLink
from drivers.replay import ReplayLink
from tests.drivers.ears import Ears, until

OPEN_FILES = Path("/proc/self/fd")


async def recorded(path: Path, pieces: list[tuple[float, bytes]], loss: str | None = None) -> None:
    """A capture of `pieces`, each after a pause in seconds."""
    memory = MemoryLink("memory")
    link = CaptureLink(memory, path, {"model": "counter"})
    await link.open()
    for pause_s, piece in pieces:
        await asyncio.sleep(pause_s)
        memory.deliver(piece)
    await asyncio.sleep(0)
    if loss is not None:
        memory.cut(loss)
        await asyncio.sleep(0)
    await link.close()


def fill_disk_under(path: Path) -> None:
    """What this process has open as `path` behaves as a full disk from now on."""
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, next(int(n.name) for n in OPEN_FILES.iterdir() if n.resolve() == path))
    os.close(full)


def by_hand(*records: tuple[int, int, bytes]) -> bytes:
    """A capture file put together from docs/capture-format.md, without the code under test."""
    lines = json.dumps({"format": "myograph-bytes", "version": 1}).encode() + b"\n"
    for kind, t_us, data in records:
        body = bytes([kind]) + t_us.to_bytes(8, "little") + struct.pack("<I", len(data)) + data
        lines += body + struct.pack("<I", zlib.crc32(body))
    return lines


async def test_a_capture_holds_both_directions_in_order(tmp_path: Path) -> None:
    memory = MemoryLink("memory")
    path = tmp_path / "a.bytes"
    link = CaptureLink(memory, path, {"model": "counter"})
    ears = Ears(link)
    await link.open()
    await link.write(b"start")
    memory.deliver(b"one")
    await asyncio.sleep(0.02)
    memory.deliver(b"two")
    memory.cut("unplugged")
    await asyncio.sleep(0)
    await link.close()
    assert ears.order == ["data", "data", "lost"]
    capture = read_capture(path)
    assert [(r.kind, r.data) for r in capture.records] == [
        (RecordKind.OPENED, b""),
        (RecordKind.OUTBOUND, b"start"),
        (RecordKind.INBOUND, b"one"),
        (RecordKind.INBOUND, b"two"),
        (RecordKind.LOST, b"memory was lost: unplugged."),
        (RecordKind.CLOSED, b""),
    ]
    times = [r.t_us for r in capture.records]
    assert times == sorted(times)
    assert times[3] - times[2] >= 19_000
    assert (capture.header["address"], capture.header["model"]) == ("memory", "counter")
    assert (capture.inbound, capture.damaged_tail_bytes) == (b"onetwo", 0)


def test_the_layout_is_the_documented_one(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(by_hand((3, 0, b""), (1, 1500, b"\x01\x02"), (5, 2_000_000, b"gone")))
    capture = read_capture(path)
    assert [(r.kind, r.t_us, r.data) for r in capture.records] == [
        (RecordKind.OPENED, 0, b""),
        (RecordKind.INBOUND, 1500, b"\x01\x02"),
        (RecordKind.LOST, 2_000_000, b"gone"),
    ]


async def test_what_is_written_is_the_documented_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    await recorded(path, [(0, b"x")])
    header, _, rest = path.read_bytes().partition(b"\n")
    assert json.loads(header)["format"] == "myograph-bytes"
    capture = read_capture(path)
    expected = by_hand(*((int(r.kind), r.t_us, r.data) for r in capture.records))
    assert rest == expected.partition(b"\n")[2]


async def test_a_capture_cut_at_any_byte_gives_all_whole_records(tmp_path: Path) -> None:
    whole = by_hand((3, 0, b""), (1, 10, b"abc"), (1, 20, b"defg"))
    head = len(by_hand())
    ends = [head + 17, head + 17 + 20, head + 17 + 20 + 21]  # 17 bytes around each record's data
    assert ends[-1] == len(whole)
    for length in range(head, len(whole) + 1):
        path = tmp_path / "cut.bytes"
        path.write_bytes(whole[:length])
        capture = read_capture(path)
        intact = sum(end <= length for end in ends)
        assert len(capture.records) == intact
        assert capture.damaged_tail_bytes == length - [head, *ends][intact]


def test_reading_stops_at_damage_and_invents_nothing(tmp_path: Path) -> None:
    whole = by_hand((1, 10, b"abc"), (1, 20, b"def"))
    head = len(by_hand())
    path = tmp_path / "damaged.bytes"
    for at in range(head, head + 20):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        path.write_bytes(damaged)
        assert read_capture(path).records == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\n", b"[]\n", b"{}\n", b'{"format": "myograph-bytes", "version": 2}\n'],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.bytes"
    path.write_bytes(content)
    with pytest.raises(CaptureFormatError):
        read_capture(path)
    with pytest.raises(LinkNotFoundError):
        ReplayLink(path)
    with pytest.raises(LinkNotFoundError, match="cannot be read"):
        ReplayLink(tmp_path / "absent")


async def test_a_replay_gives_the_same_bytes_with_the_same_timing(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    pieces = [(0.0, b"a"), (0.15, b"b"), (0.02, b"c"), (0.1, b"d")]
    await recorded(path, pieces)
    link = ReplayLink(path)
    heard: list[tuple[float, bytes]] = []
    clock = asyncio.get_running_loop().time
    link.on_data = lambda data: heard.append((clock(), data))
    ears = Ears(MemoryLink())
    link.on_lost = ears.losses.append
    await link.open()
    error = await ears.hears_loss()
    assert [data for _, data in heard] == [b"a", b"b", b"c", b"d"]
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(heard)]
    assert pauses == pytest.approx([0.15, 0.02, 0.1], abs=0.03)
    assert "ends here" in str(error)
    with pytest.raises(LinkLostError):
        await link.write(b"x")
    assert isinstance(error, LinkEndedError)
    with pytest.raises(LinkEndedError, match="Everything"):
        await link.open()


async def test_a_replay_knows_what_kind_of_link_was_captured(tmp_path: Path) -> None:
    packets = MemoryLink("memory")
    packets.framing = "packets"
    told = {"framing": "packets", "is_virtual": True}
    for name, link, about, expected in (
        ("a", MemoryLink(), None, ("stream", False)),
        ("b", packets, None, ("packets", False)),
        ("c", MemoryLink(), told, ("packets", True)),
    ):
        path = tmp_path / name
        capturing = CaptureLink(link, path, about)
        await capturing.open()
        await capturing.close()
        replay = ReplayLink(path)
        assert (replay.framing, replay.is_virtual) == expected


async def test_a_replay_can_be_as_fast_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(by_hand(*((1, n * 1_000_000, b"%04d" % n) for n in range(1000))))
    link = ReplayLink(path, speed=math.inf)
    ears = Ears(link)
    await link.open()
    await ears.hears_loss(within_s=2.0)
    assert ears.data == b"".join(b"%04d" % n for n in range(1000))


async def test_an_answer_waits_for_its_question(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(
        by_hand((3, 0, b""), (2, 10_000, b"who?"), (1, 20_000, b"me"), (2, 30_000, b"go"))
    )
    link = ReplayLink(path, speed=math.inf, patience_s=5.0)
    ears = Ears(link)
    await link.open()
    await asyncio.sleep(0.1)
    assert ears.chunks == []
    await link.write(b"who are you?")
    assert await ears.hears(2, within_s=0.5) == b"me"
    assert ears.losses == []
    await link.write(b"go")
    await ears.hears_loss(within_s=0.5)


async def test_a_listener_that_never_asks_hears_everything(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    questions = [(2, n * 1000, b"?") for n in range(0, 100, 2)]
    answers = [(1, n * 1000, b"!") for n in range(1, 100, 2)]
    records = sorted((*questions, *answers), key=lambda record: record[1])
    path.write_bytes(by_hand(*records))
    link = ReplayLink(path, patience_s=0.1)
    ears = Ears(link)
    await link.open()
    await ears.hears_loss(within_s=2.0)
    assert ears.data == b"!" * 50


async def test_each_recorded_connection_is_replayed_with_its_own_end(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    memory = MemoryLink("memory")
    link = CaptureLink(memory, path)
    for n in range(2):
        await link.open()
        memory.deliver(b"%d" % n)
        await asyncio.sleep(0)
        memory.cut("out of range")
        await asyncio.sleep(0)
        await link.close()
    await link.open()
    memory.deliver(b"2")
    await asyncio.sleep(0)
    await link.close()

    replay = ReplayLink(path, speed=math.inf)
    ears = Ears(replay)
    for n in range(3):
        await replay.open()
        await until(lambda n=n: len(ears.losses) == n + 1)
    assert ears.data == b"012"
    assert ["out of range" in str(error) for error in ears.losses] == [True, True, False]


async def test_a_cut_off_capture_is_replayed_up_to_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(by_hand((1, 0, b"whole"), (1, 10, b"half"))[:-3])
    link = ReplayLink(path)
    ears = Ears(link)
    await link.open()
    assert "cut off" in str(await ears.hears_loss())
    assert ears.data == b"whole"


async def test_a_replay_that_is_closed_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(by_hand(*((1, n * 10_000, b"x") for n in range(100))))
    link = ReplayLink(path)
    ears = Ears(link)
    await link.open()
    await ears.hears(3)
    await link.close()
    await link.close()
    heard = len(ears.data)
    await asyncio.sleep(0.1)
    assert len(ears.data) == heard
    assert ears.losses == []


async def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(b"precious")
    with pytest.raises(LinkDeniedError, match="new file"):
        await CaptureLink(MemoryLink(), path).open()
    assert path.read_bytes() == b"precious"


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="needs /dev/full and /proc")
async def test_a_full_disk_ends_the_capture_and_not_the_link(tmp_path: Path) -> None:
    memory = MemoryLink()
    link = CaptureLink(memory, tmp_path / "a.bytes")
    ears = Ears(link)
    await link.open()
    fill_disk_under(link.path)
    memory.deliver(b"one")
    memory.deliver(b"two")
    await asyncio.sleep(0)
    assert ears.chunks == [b"one", b"two"]
    assert link.problem is not None
    assert "No space left" in link.problem
    await link.close()
    assert [r.kind for r in read_capture(link.path).records] == [RecordKind.OPENED]
