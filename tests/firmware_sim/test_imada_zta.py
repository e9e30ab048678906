"""Behaviour of the gauge as far as it is known: force_devices.md §11.3."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.imada_zta import ImadaZtaFirmware
from firmware_sim.loads import constant, isometric_hold
from protocols.imada_zta import ImadaZtaCodec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed


def streaming(firmware: ImadaZtaFirmware) -> Host:
    ready = Host(firmware, ImadaZtaCodec())
    ready.codec.calibrate(0, 1.0, 0.0)
    ready.send(ready.codec.start())
    return ready


def test_it_sends_records_until_it_is_stopped() -> None:
    ready = streaming(ImadaZtaFirmware(constant(50.0)))
    assert len(untimed(ready.wait(10.0))) == 1001
    ready.send(ready.codec.stop())
    assert ready.wait(1.0) == []


def test_force_comes_back_within_a_tenth_of_a_newton() -> None:
    load = isometric_hold()
    force = np.array(untimed(streaming(ImadaZtaFirmware(load, noise_n=0.0)).wait(20.0)))[:, 0]
    assert np.abs(force - load(np.arange(len(force)) / 100)[:, 0]).max() <= 0.05 + 1e-9


def test_every_record_has_twenty_characters() -> None:
    firmware = ImadaZtaFirmware(constant(-5000.0))
    firmware.receive(b"XAG\r")
    assert {len(message) for message in firmware.advance(1.0)} == {21}


def test_what_would_change_it_is_seen() -> None:
    firmware = ImadaZtaFirmware()
    assert firmware.receive(b"Z\rhello\r") == []
    assert firmware.changes == ["Z"]


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = ImadaZtaFirmware(isometric_hold(), noise_n=1.0)
        firmware.receive(b"XAG\r")
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
