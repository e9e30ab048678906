"""Behaviour of the gauge: force_devices.md §11.4; the form of its answers is our own."""

from __future__ import annotations

import pytest

from firmware_sim.loads import constant, delayed
from firmware_sim.nextech import NextechFirmware
from protocols.events import LogLine
from protocols.nextech import NextechCodec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed


def host(firmware: NextechFirmware) -> Host:
    ready = Host(firmware, NextechCodec())
    ready.codec.calibrate(0, 1.0, 0.0)
    return ready


def test_it_says_what_it_is() -> None:
    assert host(NextechFirmware()).identify() == [LogLine("DFS100 +0.02 3")]


def test_it_only_answers() -> None:
    ready = host(NextechFirmware(constant(123.45), noise_n=0.0))
    assert ready.wait(5.0) == []
    assert untimed(ready.send(ready.codec.start())) == [[pytest.approx(123.45)]]


def test_the_load_begins_with_the_first_reading() -> None:
    ready = host(NextechFirmware(delayed(constant(100.0), 3.0), noise_n=0.0))
    ready.wait(5.0)
    assert untimed(ready.send(ready.codec.start())) == [[0.0]]
    ready.wait(3.1)
    assert untimed(ready.send(ready.codec.poll())) == [[100.0]]


def test_a_unit_that_somebody_changes_is_noticed() -> None:
    firmware = NextechFirmware(constant(98.0665), noise_n=0.0)
    ready = host(firmware)
    assert untimed(ready.send(ready.codec.start()))
    firmware.unit = "kgf"
    assert untimed(ready.send(ready.codec.poll())) == []


@pytest.mark.parametrize("request_", ["z", "r", "m", "u"])
def test_what_would_change_it_is_seen(request_: str) -> None:
    firmware = NextechFirmware()
    assert firmware.receive(request_.encode()) == []
    assert firmware.changes == [request_]
