"""Behaviour of a Go Direct hand dynamometer: force_devices.md §4."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.loads import constant, isometric_hold
from protocols.events import (
    BatteryLevel,
    Event,
    Identity,
    RatedLoad,
    SamplesLost,
    StreamStarted,
    StreamStopped,
)
from protocols.godirect import GoDirectCodec
from protocols.godirect_packets import pieces
from tests.firmware_sim.host import Host, force_of, times_of


class PiecesHost(Host):
    """Writes as the link does: 20 bytes at a time."""

    def send(self, request: bytes) -> list[Event]:
        heard: list[Event] = []
        for piece in pieces(request):
            heard += super().send(piece)
        return heard


def greeted(firmware: GoDirectFirmware) -> PiecesHost:
    host = PiecesHost(firmware, GoDirectCodec())
    host.identify()
    return host


def streaming(firmware: GoDirectFirmware) -> PiecesHost:
    host = greeted(firmware)
    assert host.send(host.codec.start()) == [StreamStarted(50.0)]
    return host


def test_it_says_who_it_is() -> None:
    assert greeted(GoDirectFirmware()).events == [
        Identity(firmware="1.13"),
        BatteryLevel(percent=81.0),
        Identity(model="GDX-HD", serial="0H1000A1"),
        RatedLoad(0, 600.0),
    ]


def test_nothing_it_sends_is_longer_than_20_bytes() -> None:
    firmware = GoDirectFirmware(readings_per_packet=12)
    host = streaming(firmware)
    sent = firmware.advance(2.0)
    assert max(map(len, sent)) == 20
    # 100 readings in packets of 12, the last of them unfinished
    assert len(times_of(host.hear(sent))) == 96


def test_it_sends_at_the_period_it_was_told() -> None:
    times = times_of(streaming(GoDirectFirmware()).wait(10.0))
    assert set(np.diff(times).tolist()) == {20_000}
    assert len(times) == 500


def test_a_period_that_is_too_short_is_not_done_and_not_asked_for() -> None:
    host = greeted(GoDirectFirmware(shortest_period_us=100_000))
    assert host.send(host.codec.start()) == [StreamStarted(10.0)]
    times = times_of(host.wait(10.0))
    assert set(np.diff(times).tolist()) == {100_000}
    assert len(times) == 100


def test_force_comes_back_within_its_step() -> None:
    load = isometric_hold()
    events = streaming(GoDirectFirmware(load, noise_n=0.0)).wait(20.0)
    expected = load(times_of(events) / np.float64(1e6))
    assert np.abs(force_of(events) - expected).max() <= 0.05 + 1e-4


def test_a_later_stream_begins_at_zero_in_the_same_load() -> None:
    host = streaming(GoDirectFirmware(lambda t: 10.0 * t[:, np.newaxis], noise_n=0.0))
    host.wait(1.0)
    assert host.send(host.codec.stop()) == [StreamStopped()]
    host.wait(1.0)
    host.send(host.codec.start())
    events = host.wait(1.0)
    assert times_of(events)[0] == 0
    assert force_of(events)[0, 0] == pytest.approx(20.0, abs=0.06)


def test_dropped_readings_are_said_and_missing() -> None:
    events = streaming(GoDirectFirmware(constant(50.0), drop_at_s=(0.5,))).wait(2.0)
    losses = [event for event in events if isinstance(event, SamplesLost)]
    assert [loss.samples for loss in losses] == [None]
    assert len(times_of(events)) == 98


def test_when_the_link_is_gone_it_measures_no_more() -> None:
    firmware = GoDirectFirmware()
    streaming(firmware)
    firmware.disconnected()
    assert firmware.advance(1.0) == []


def test_a_damaged_request_is_not_answered() -> None:
    assert GoDirectFirmware().receive(bytes.fromhex("58 05 FD 6B 10")) == []
    assert GoDirectFirmware().receive(bytes.fromhex("58 05 FD 6A 10")) != []


@given(st.lists(st.integers(1, 700_000), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_step_gives_the_same_bytes(steps_us: list[int]) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        firmware = GoDirectFirmware(isometric_hold(), noise_n=1.0, drop_at_s=(1.0, 2.0))
        for piece in pieces(GoDirectCodec().start()):
            firmware.receive(piece)
        return b"".join(b"".join(firmware.advance(step / 1e6)) for step in steps)

    assert bytes_of(steps_us) == bytes_of([sum(steps_us)])
