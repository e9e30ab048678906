"""Expected lines and rules: force_devices.md §11.2."""

from __future__ import annotations

import pytest

from firmware_sim.loads import constant
from firmware_sim.mark10 import Mark10Firmware
from protocols.events import Identity, LowBattery, Rejected, UntimedSamples
from protocols.mark10 import Mark10Codec
from tests.firmware_sim.host import Host


def told(firmware: Mark10Firmware, request: bytes, seconds: float = 0.015) -> list[bytes]:
    firmware.receive(request)
    return firmware.advance(seconds)


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"?C\r", b"-83.5 N\r\n"),
        (b"?C\r\n", b"-83.5 N\r\n"),
        (b"RS\r", b"3512345\r\n"),
        (b"LIST\r", b"V1.00;LBF;CUR;FLTC8;FLTP1;AOUT00;AOFF5;FULL;MIT;POL;B0\r\n"),
        (b"HELLO\r", b"*10\r\n"),
    ],
)
def test_the_replies(request_: bytes, reply: bytes) -> None:
    assert told(Mark10Firmware(constant(83.5), noise_n=0.0), request_) == [reply]


def test_an_answer_takes_its_time_and_holds_the_force_of_that_moment() -> None:
    firmware = Mark10Firmware(lambda t: 1000.0 * t[:, None], noise_n=0.0, answer_s=0.02)
    told(firmware, b"?C\r", 0.02)
    firmware.receive(b"?C\r")
    assert firmware.advance(0.019) == []
    assert firmware.advance(0.001) == [b"-20.0 N\r\n"]


def test_what_would_change_it_is_kept_for_the_test_to_see() -> None:
    firmware = Mark10Firmware()
    for request in (b"Z\r", b"LB\r", b"FLTC0\r", b"SAVE\r"):
        told(firmware, request)
    assert firmware.changes == ["Z", "LB", "FLTC0", "SAVE"]


def test_the_codec_reads_it_in_any_unit() -> None:
    firmware = Mark10Firmware(constant(83.5), noise_n=0.0, unit="lbF", battery="B3")
    host = Host(firmware, Mark10Codec())
    for request in host.codec.identify():
        host.send(request)
        host.wait(0.02)
    host.send(host.codec.start())
    (*_, sample) = host.wait(0.02)
    assert Identity(serial="3512345") in host.events
    assert LowBattery() in host.events
    assert isinstance(sample, UntimedSamples)
    assert sample.force[0, 0] == pytest.approx(83.5, abs=0.05 * 4.4482216152605)


def test_without_its_unit_nothing_is_read() -> None:
    host = Host(Mark10Firmware(has_unit=False), Mark10Codec())
    host.send(host.codec.start())
    (event,) = host.wait(0.02)
    assert isinstance(event, Rejected)


def test_it_may_send_readings_by_itself() -> None:
    assert len(Mark10Firmware(every_s=0.1).advance(1.0)) == 10
