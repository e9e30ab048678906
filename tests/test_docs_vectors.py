"""The worked bytes of the two specifications, as a builder of a board or unit reads them.

The pages' bytes were packed by hand from the layouts; the codecs must read them as the pages say.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from protocols.checksum import with_crc16
from protocols.codec import Decoder, Framing
from protocols.events import ForceSamples, Noise
from protocols.framing import Cobs, cobs
from protocols.gate import RequestClass
from protocols.onb import OnbCodec
from protocols.onb_frames import (
    CLOCK,
    EVENT_HEAD,
    HEARTBEAT,
    RESPONSE_HEAD,
    START,
    STOPPED,
    ZERO_READING,
    CalibrationRecord,
    EventCode,
    FrameType,
    IdentityRecord,
    Opcode,
    SampleRows,
    Status,
    decode_frame,
)
from protocols.ott import OttCodec, Request
from protocols.ott_message import HEADER, OttMessage
from protocols.ott_unit import Ident, UnitEvent

DEVICES = Path(__file__).parent.parent / "docs" / "devices"
ONB_TYPES = {
    FrameType.REQUEST: "REQ",
    FrameType.RESPONSE: "RSP",
    FrameType.EVENT: "EVENT",
    FrameType.HEARTBEAT: "HEARTBEAT",
    FrameType.SAMPLES: "SAMPLES",
}
OTT_TYPES = {
    0x01: "HELLO",
    0x02: "IDENT",
    0x10: "STATE",
    0x11: "SESSION",
    0x20: "ES_SET",
    0x21: "ES_MOD",
    0x22: "ES_DUTY",
    0x28: "US_SET",
    0x2E: "GEN_SET",
    0x30: "ES_DOSE",
    0x31: "ES_LOAD",
    0x38: "US_DOSE",
    0x3E: "GEN_DOSE",
    0x40: "EVENT",
}

_BLOCK = re.compile(
    r"^### (?P<title>.+?)$.*?```\n(?P<bytes>(?:frame|message) .*?)```\s+```json\n(?P<says>.*?)```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Vector:
    """One block of a page: the message, the same on a serial line, and what it says."""

    title: str
    packet: bytes
    wire: bytes
    says: dict[str, Any]


def vectors(page: str) -> list[Vector]:
    text = (DEVICES / page).read_text("utf-8")
    _, worked, check_list = re.split(r"^## Worked bytes$|^## Check list.*$", text, flags=re.M)[:3]
    assert check_list
    return [_vector(found) for found in _BLOCK.finditer(worked)]


def _vector(found: re.Match[str]) -> Vector:
    _, packet, wire = re.split(r"\b(?:frame|wire|message|serial)\b", found["bytes"])
    says: dict[str, Any] = json.loads(found["says"])
    return Vector(found["title"], bytes.fromhex(packet), bytes.fromhex(wire), says)


ONB, OTT = vectors("onb.md"), vectors("ott.md")


def onb_says(packet: bytes) -> dict[str, Any]:
    frame = decode_frame(packet)
    assert frame is not None
    says: dict[str, Any] = {"type": ONB_TYPES[FrameType(frame.type)], "seq": frame.seq}
    payload = frame.payload
    match frame.type:
        case FrameType.REQUEST:
            opcode = Opcode(payload[0])
            return says | {"opcode": opcode.name} | _asked(opcode, payload[1:])
        case FrameType.RESPONSE:
            ref_seq, code, status = RESPONSE_HEAD.unpack_from(payload)
            opcode = Opcode(code)
            says |= {"ref_seq": ref_seq, "opcode": opcode.name, "status": Status(status).name}
            return says | _answered(opcode, payload[RESPONSE_HEAD.size :])
        case FrameType.EVENT:
            t_us, code = EVENT_HEAD.unpack_from(payload)
            rest = payload[EVENT_HEAD.size :]
            says |= {"t_us": t_us, "code": EventCode(code).name}
            if rest:
                says |= dict(zip(("channel", "counts"), struct.unpack("<Bi", rest), strict=True))
            return says
        case FrameType.HEARTBEAT:
            t_us, state, percent, mv, temperature, sent, dropped = HEARTBEAT.unpack(payload)
            return says | {
                "t_us": t_us,
                "state": state,
                "battery_percent": percent,
                "battery_mv": mv,
                "temperature_c": temperature / 100,
                "frames_sent": sent,
                "samples_dropped": dropped,
            }
        case _:
            return says | _rows(payload)


def _asked(opcode: Opcode, arguments: bytes) -> dict[str, Any]:
    match opcode:
        case Opcode.GET_CAL:
            return {"channel": arguments[0]}
        case Opcode.START:
            return _start(arguments)
        case Opcode.TIME_SYNC:
            return {"host_us": int.from_bytes(arguments, "little")}
        case _:
            assert not arguments
            return {}


def _answered(opcode: Opcode, data: bytes) -> dict[str, Any]:
    match opcode:
        case Opcode.HELLO:
            identity = IdentityRecord.decode(data)
            assert identity is not None
            return {"identity": asdict(identity) | {"uid": identity.uid.hex()}}
        case Opcode.GET_CAL:
            record = CalibrationRecord.decode(data)
            assert record is not None
            return {"calibration": asdict(record)}
        case Opcode.START:
            return _start(data)
        case Opcode.STOP:
            return dict(zip(("last_index", "dropped"), STOPPED.unpack(data), strict=True))
        case Opcode.ZERO_READ:
            readings = ZERO_READING.iter_unpack(data)
            names = ("mean", "sd_x16", "n")
            return {"zero": [dict(zip(names, reading, strict=True)) for reading in readings]}
        case Opcode.TIME_SYNC:
            names = ("host_us", "received_us", "sent_us")
            return dict(zip(names, CLOCK.unpack(data), strict=True))
        case _:
            assert not data
            return {}


def _start(arguments: bytes) -> dict[str, Any]:
    names = ("rate_hz", "unit", "layout", "batch", "flags", "duration_ms")
    return dict(zip(names, START.unpack(arguments), strict=True))


def _rows(payload: bytes) -> dict[str, Any]:
    rows = SampleRows.decode(payload)
    assert rows is not None
    says: dict[str, Any] = {
        "t0_us": rows.t0_us,
        "index": rows.index,
        "span_us": rows.span_us,
        "layout": 3 if rows.angle_deg is None else 7,
        "status": rows.status,
        "counts": rows.counts.tolist(),
    }
    if rows.angle_deg is not None:
        says["angle_deg"] = pytest.approx(rows.angle_deg.tolist())
    return says


def plain(value: Any) -> Any:
    """As JSON has it: sets in order, tuples as lists."""
    match value:
        case frozenset():
            return sorted(cast("frozenset[str]", value))
        case tuple():
            return [plain(item) for item in cast("tuple[Any, ...]", value)]
        case dict():
            return {key: plain(item) for key, item in cast("dict[str, Any]", value).items()}
        case _:
            return value


def decode(codec: Decoder, data: bytes) -> list[Any]:
    events = codec.receive(data)
    assert not [event for event in events if isinstance(event, Noise)]
    return list(events)


def title(vector: Vector) -> str:
    return vector.title


def test_every_kind_of_message_has_worked_bytes():
    # LOG is free text
    assert {v.says["type"] for v in ONB} == set(ONB_TYPES.values())
    requests = {request.name for request in Request}
    assert {v.says["type"] for v in OTT} == set(OTT_TYPES.values()) | requests


@pytest.mark.parametrize("vector", ONB, ids=title)
def test_a_worked_frame_of_the_board_travels_as_the_page_says(vector: Vector):
    assert cobs(vector.packet) == vector.wire
    assert Cobs().split(vector.wire) == [vector.packet]


@pytest.mark.parametrize("vector", ONB, ids=title)
def test_a_worked_frame_of_the_board_says_what_the_page_says(vector: Vector):
    of_the_stream = {"newtons", "t_us"} if vector.says["type"] == "SAMPLES" else set[str]()
    expected = {key: value for key, value in vector.says.items() if key not in of_the_stream}
    assert plain(onb_says(vector.packet)) == expected


@pytest.mark.parametrize("vector", [v for v in ONB if v.says["type"] == "REQ"], ids=title)
def test_a_worked_request_to_the_board_may_leave(vector: Vector):
    allowed = {RequestClass.QUERY, RequestClass.STREAM}
    assert OnbCodec(Framing.PACKETS).request_class(vector.packet) in allowed
    assert OnbCodec(Framing.STREAM).request_class(vector.wire) in allowed


def test_the_worked_samples_become_the_newtons_of_the_page():
    codec = OnbCodec(Framing.STREAM)
    for vector in ONB:
        if "calibration" in vector.says:
            decode(codec, vector.wire)
    worked = [vector for vector in ONB if vector.says["type"] == "SAMPLES"]
    assert len(worked) == 2
    for vector in worked:
        (block,) = [e for e in decode(codec, vector.wire) if isinstance(e, ForceSamples)]
        assert block.t_us.tolist() == vector.says["t_us"]
        for row, expected in zip(block.force.tolist(), vector.says["newtons"], strict=True):
            assert row == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("vector", OTT, ids=title)
def test_a_worked_message_of_a_unit_travels_as_the_page_says(vector: Vector):
    assert cobs(with_crc16(vector.packet)) == vector.wire


@pytest.mark.parametrize("vector", [v for v in OTT if v.packet[0] < 0x80], ids=title)
def test_a_worked_message_of_a_unit_says_what_the_page_says(vector: Vector):
    kind, seq, _ = HEADER.unpack_from(vector.packet)
    for framing, data in ((Framing.PACKETS, vector.packet), (Framing.STREAM, vector.wire)):
        (event,) = decode(OttCodec(framing), data)
        assert isinstance(event, OttMessage | Ident)
        says = {"type": OTT_TYPES[kind], "seq": seq} | plain(asdict(event))
        if isinstance(event, UnitEvent):
            del says["code"]
            says["kind"] = event.kind
        assert says == vector.says


@pytest.mark.parametrize("vector", [v for v in OTT if v.packet[0] >= 0x80], ids=title)
def test_a_worked_request_to_a_unit_is_one_of_the_four(vector: Vector):
    assert OttCodec(Framing.PACKETS).request_class(vector.packet) is RequestClass.QUERY
    assert OttCodec(Framing.STREAM).request_class(vector.wire) is RequestClass.QUERY
    kind, seq, _ = HEADER.unpack_from(vector.packet)
    request, body = Request(kind), vector.packet[HEADER.size :]
    says: dict[str, Any] = {"type": request.name, "seq": seq}
    if request is Request.GET_EVENTS:
        says["from_id"] = int.from_bytes(body, "little")
    if request is Request.TIME:
        says |= dict(zip(("unix_s", "milliseconds"), struct.unpack("<IH", body), strict=True))
    assert says == vector.says
