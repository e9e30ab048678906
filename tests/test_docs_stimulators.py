"""What the pages of the stimulators say, against the codecs and the reader of captures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from drivers.capture_format import Record, RecordKind, read_capture
from protocols.codec import Decoder
from protocols.events import Noise
from protocols.gate import RequestClass
from protocols.sciencemode2 import ScienceMode2Decoder
from protocols.sciencemode4 import ScienceMode4Codec
from tests.controlling_program import ScienceMode2Program, ScienceMode4Program

PAGES = Path(__file__).parent.parent / "docs" / "devices"
CLASSES = {
    "question": RequestClass.QUERY,
    "sustains output": RequestClass.SUSTAINS,
    "sets": RequestClass.SETS,
    "begins output": RequestClass.ENERGISES,
    "begins output, or moves the trainer": RequestClass.ENERGISES,
}


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def numbers(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize(
    ("name", "decoder", "frames"),
    [("sciencemode4", ScienceMode4Codec, 5), ("sciencemode2", ScienceMode2Decoder, 3)],
)
def test_every_worked_frame_of_a_page_is_read(name: str, decoder: type[Decoder], frames: int):
    found = re.findall(r"\bF0(?: [0-9A-F]{2})+ 0F$", page(name), re.MULTILINE)
    assert len(found) == frames
    for frame in found:
        (event,) = decoder().receive(bytes.fromhex(frame))
        assert not isinstance(event, Noise)


@pytest.mark.parametrize(
    ("name", "decoder", "program", "most"),
    [
        ("sciencemode4", ScienceMode4Codec, ScienceMode4Program, 1024),
        ("sciencemode2", ScienceMode2Decoder, ScienceMode2Program, 256),
    ],
)
def test_the_table_of_classes_is_the_one_of_the_gate(
    name: str,
    decoder: type[Decoder],
    program: type[ScienceMode4Program | ScienceMode2Program],
    most: int,
):
    table = dict(re.findall(r"^\| ([a-z, ]+) \| ([^|]+) \|$", page(name), re.MULTILINE))
    on_page = {kind: numbers(table[words]) for words, kind in CLASSES.items() if words in table}
    of_gate: dict[RequestClass, set[int]] = {kind: set() for kind in on_page}
    for number in range(most):
        kind = decoder().request_class(program().send(number))
        of_gate.setdefault(kind, set()).add(number)
    del of_gate[RequestClass.UNKNOWN]
    assert on_page == of_gate


def test_a_capture_written_by_the_lines_on_the_page_is_read(tmp_path: Path):
    (lines,) = re.findall(r"```python\n(.*?)```", page("sciencemode4"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(lines, names)
    path = tmp_path / "own.bytes"
    capture = names["Capture"](path, "/dev/ttyACM0")
    capture.keep(True, b"\xf0\x0f")
    capture.keep(False, b"")
    capture.file.close()
    found = read_capture(path)
    assert found.damaged_tail_bytes == 0
    assert found.header["address"] == "/dev/ttyACM0"
    assert [Record(r.kind, 0, r.data) for r in found.records] == [
        Record(RecordKind.OUTBOUND, 0, b"\xf0\x0f"),
        Record(RecordKind.INBOUND, 0, b""),
    ]
