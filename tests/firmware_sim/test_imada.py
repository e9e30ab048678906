"""Behaviour of the gauge: force_devices.md §11.3."""

from __future__ import annotations

import pytest

from firmware_sim.imada import ImadaFirmware
from firmware_sim.loads import constant, delayed
from protocols.events import ChannelStatus, LogLine, Rejected
from protocols.imada import ImadaCodec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed


def host(firmware: ImadaFirmware) -> Host:
    return Host(firmware, ImadaCodec())


def test_it_says_once_that_it_started_and_then_only_answers() -> None:
    ready = host(ImadaFirmware())
    assert ready.wait(1.0) == [LogLine("Gauge Started.")]
    assert ready.wait(10.0) == []


def test_it_answers_each_question_with_a_tenth_of_a_newton() -> None:
    firmware = ImadaFirmware(constant(123.4), noise_n=0.0)
    assert firmware.receive(b"D\rD\r") == [b"+123.4NTO\r"] * 2
    assert ImadaFirmware(constant(-12.54), noise_n=0.0).receive(b"D\r") == [b"-012.5NTO\r"]


def test_a_request_may_come_in_pieces() -> None:
    firmware = ImadaFirmware(noise_n=0.0)
    assert firmware.receive(b"D") == []
    assert firmware.receive(b"\r") == [b"+000.0NTO\r"]


def test_the_load_begins_with_the_first_question() -> None:
    ready = host(ImadaFirmware(delayed(constant(100.0), 3.0), noise_n=0.0))
    ready.wait(5.0)
    assert untimed(ready.send(b"D\r")) == [[0.0]]
    ready.wait(2.9)
    assert untimed(ready.send(b"D\r")) == [[0.0]]
    ready.wait(0.2)
    assert untimed(ready.send(b"D\r")) == [[100.0]]


def test_beyond_its_range_it_shows_the_letter_of_overload() -> None:
    firmware = ImadaFirmware(constant(60.0), noise_n=0.0, range_n=50.0)
    assert firmware.receive(b"D\r") == [b"+050.0NTE\r"]
    assert isinstance(host(firmware).send(b"D\r")[0], ChannelStatus)


def test_left_on_peaks_it_is_refused() -> None:
    ready = host(ImadaFirmware(constant(50.0), mode="P"))
    assert isinstance(ready.send(ready.codec.start())[0], Rejected)


def test_left_on_kilograms_it_is_understood() -> None:
    ready = host(ImadaFirmware(constant(98.0665), noise_n=0.0, unit="K"))
    assert untimed(ready.send(b"D\r")) == [[pytest.approx(98.0665)]]


@pytest.mark.parametrize("request_", [b"Z", b"P", b"K", b"OC1", b"E1.002.00", b"Q"])
def test_what_would_change_it_is_seen(request_: bytes) -> None:
    firmware = ImadaFirmware()
    assert firmware.receive(request_ + b"\r") == [b"R\r"]
    assert firmware.changes == [request_.decode()]


def test_an_unknown_request_is_answered_with_an_error() -> None:
    assert ImadaFirmware().receive(b"hello\r") == [b"E\r"]
