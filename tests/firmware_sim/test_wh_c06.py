"""Behaviour of the scale: force_devices.md §5."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.loads import constant, isometric_hold
from firmware_sim.wh_c06 import MEASURED_LOSS, WhC06Firmware
from protocols.events import Rejected
from protocols.wh_c06 import WhC06Codec
from tests.firmware_sim.host import Host
from tests.protocols.plain import untimed


def host(firmware: WhC06Firmware) -> Host:
    return Host(firmware, WhC06Codec())


def test_it_advertises_eight_readings_a_second_without_being_asked() -> None:
    assert len(untimed(host(WhC06Firmware(constant(100.0))).wait(30.0))) == 241


def test_it_reads_hundredths_of_a_kilogram() -> None:
    events = host(WhC06Firmware(constant(123.4), noise_n=0.0)).wait(1.0)
    assert untimed(events)[0] == [pytest.approx(12.58 * 9.80665)]


def test_many_advertisements_are_not_heard() -> None:
    events = host(WhC06Firmware(loss=MEASURED_LOSS)).wait(600.0)
    assert len(untimed(events)) / 4801 == pytest.approx(1 - 0.38, abs=0.03)


def test_it_goes_on_whether_anybody_listens_or_not() -> None:
    firmware = WhC06Firmware(constant(50.0))
    ready = host(firmware)
    ready.wait(1.0)
    firmware.disconnected()
    assert len(firmware.advance(1.0)) == 8


def test_a_push_shows_as_nothing_and_too_much_as_the_most() -> None:
    assert untimed(host(WhC06Firmware(constant(-50.0), noise_n=0.0)).wait(1.0))[0] == [0.0]
    most = untimed(host(WhC06Firmware(constant(7000.0), noise_n=0.0)).wait(1.0))[0]
    assert most == [pytest.approx(655.35 * 9.80665)]


def test_set_to_pounds_it_is_refused() -> None:
    events = host(WhC06Firmware(unit=2)).wait(2.0)
    assert untimed(events) == []
    assert sum(isinstance(event, Rejected) for event in events) == 1


def test_what_is_sent_to_it_is_seen() -> None:
    firmware = WhC06Firmware()
    firmware.receive(b"\x01")
    assert firmware.changes == ["01"]


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = WhC06Firmware(isometric_hold(), noise_n=1.0, loss=0.38)
        firmware.connected()
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])


def test_its_load_tells_the_time_of_each_reading() -> None:
    firmware = WhC06Firmware(lambda t: np.column_stack([10.0 * t]), noise_n=0.0)
    force = np.array(untimed(host(firmware).wait(10.0)))[:, 0]
    assert np.abs(force - 10.0 * np.arange(81) / 8).max() <= 0.0981 / 2
