"""Expected sums in closed form: charge of a phase (mA · µs / 1000 = µC) · rate · seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.modality import StimulationSettings, Waveform
from devices.recorded_stream import Direction, Piece, Understood, recorded_events
from devices.sciencemode2_recording import understand
from firmware_sim.sciencemode2 import ScienceMode2Firmware
from protocols.sciencemode2 import ScienceMode2Decoder
from tests.controlling_program import ScienceMode2Program
from tests.laboratory import Laboratory

# The worked packets of electrotherapy.md §1.1.
LIST = "F0 81 26 81 5C 04 1E 00 03 00 0D 00 26 00 0F"
START = "F0 81 7A 81 59 05 20 00 01 2C 14 00 00 81 A5 81 5A 0F"


def read(pieces: list[Piece]) -> Understood:
    return understand(recorded_events(ScienceMode2Decoder, pieces))


class Driven(Laboratory):
    """A RehaStim2 that obeys, and was answered."""

    def __init__(self) -> None:
        self.unit = ScienceMode2Firmware(obeys=True)
        super().__init__(self.unit)
        self.program = ScienceMode2Program()
        self.wait(0.5)
        self.send(self.program.init_ack())

    def hold(self, seconds: float) -> None:
        self.keep(seconds, self.program.watchdog())


def test_the_worked_packets_become_typed_settings():
    found = read([Piece(bytes.fromhex(LIST + START))])
    first = StimulationSettings(
        channel=1,
        waveform=Waveform.SYMMETRIC,
        mode=None,
        amplitude_ma=20,
        pulse_rate_hz=50,
        phase_us=300,
        interphase_us=100,
    )
    second = replace(first, channel=2, amplitude_ma=15, phase_us=240)
    assert found.recording.settings == (first, second)


def test_a_list_is_summed_up_from_its_start_to_its_stop():
    lab = Driven()
    lab.send(lab.program.init_list([0, 1], 20))
    lab.hold(2)
    lab.send(lab.program.start((0, 300, 20), (0, 240, 16)))
    lab.hold(4)
    lab.send(lab.program.start((0, 300, 30), (0, 240, 16)))
    lab.hold(2)
    lab.send(lab.program.stop())
    lab.hold(5)
    recording = read(lab.pieces).recording
    assert recording.on_s == pytest.approx(6.0)
    assert lab.unit.output_s == pytest.approx(6.0)
    assert recording.delivered[1].charge_uc == pytest.approx(50 * (4 * 6.0 + 2 * 9.0))
    assert recording.delivered[2].charge_uc == pytest.approx(50 * 6 * 3.84)
    assert [(c.at_s, c.channel, c.parameter, c.old, c.new) for c in recording.changes] == [
        (pytest.approx(4.0), 1, "amplitude_ma", 20.0, 30.0)
    ]
    assert recording.flags == []


def test_low_rate_channels_leave_groups_out_and_triplets_count_three():
    lab = Driven()
    lab.send(lab.program.init_list([0, 5], 50, group_ms=10, low_rate=[5], factor=3))
    lab.send(lab.program.start((2, 200, 10), (0, 200, 10)))
    lab.hold(10)
    lab.send(lab.program.stop())
    recording = read(lab.pieces).recording
    first, sixth = recording.settings
    assert (first.burst_hz, first.pulses_per_burst, first.pulse_rate_hz) == (20.0, 3, 100.0)
    assert (sixth.channel, sixth.pulse_rate_hz, sixth.burst_hz) == (6, 5.0, None)
    assert recording.delivered[1].pulses == pytest.approx(20 * 3 * 10)
    assert recording.delivered[6].pulses == pytest.approx(5 * 10)


def test_single_pulses_and_one_shot_starts_are_counted_one_by_one():
    lab = Driven()
    for _ in range(7):
        lab.send(lab.program.single_pulse(3, 400, 25))
        lab.wait(0.5)
    lab.send(lab.program.init_list([0], 0))
    for _ in range(3):
        lab.send(lab.program.start((1, 300, 20)))
        lab.wait(0.5)
    recording = read(lab.pieces).recording
    assert recording.delivered[4].pulses == 7
    assert recording.delivered[4].charge_uc == pytest.approx(7 * 10.0)
    assert recording.delivered[1].pulses == 3 * 2
    assert recording.settings[1].pulse_rate_hz is None
    assert lab.unit.single_pulses == 7


def test_output_that_nothing_sustains_ends_at_the_watchdog():
    lab = Driven()
    lab.send(lab.program.init_list([0], 20))
    lab.send(lab.program.start((0, 300, 20)))
    lab.hold(3)
    lab.wait(10)
    lab.send(lab.program.watchdog())
    heard, ordered = (read(p).recording for p in (lab.pieces, lab.one_way(Direction.TO_UNIT)))
    assert heard.flags == ["Output ended: the unit began anew (at 4.2 s)."]
    assert ordered.flags == ["Output ended: nothing sustained it for 1.2 s (at 4.2 s)."]
    assert heard.on_s == pytest.approx(4.2)
    assert ordered.on_s == pytest.approx(4.2)
    assert lab.unit.output_s == pytest.approx(4.2)


def test_an_electrode_error_ends_output_and_is_told():
    lab = Driven()
    lab.send(lab.program.init_list([0], 20))
    lab.send(lab.program.start((0, 300, 20)))
    lab.hold(2)
    lab.hear(lab.unit.lift_electrode())
    lab.hold(4)
    recording = read(lab.pieces).recording
    assert recording.on_s == pytest.approx(2.0)
    assert recording.flags == ["Output ended: electrode error (at 2.0 s)."]


def test_an_order_that_the_unit_refused_counts_nothing():
    lab = Driven()
    lab.send(lab.program.start((0, 300, 20)))
    lab.hold(2)
    found = read(lab.pieces)
    assert not found.recording.has_begun
    assert found.recording.flags == ["An order was refused: wrong mode."]


def test_a_start_without_its_list_is_told_and_not_guessed():
    found = read([Piece(bytes.fromhex(START))])
    assert not found.recording.has_begun
    assert found.recording.flags == ["A start does not go with its list of channels: not read."]


def test_without_directions_and_times_the_settings_are_read():
    lab = Driven()
    lab.send(lab.program.init_list([0], 25))
    lab.send(lab.program.start((0, 300, 20)))
    lab.hold(2)
    recording = read([Piece(lab.raw())]).recording
    assert [s.pulse_rate_hz for s in recording.settings] == [40.0]
    assert recording.delivered == {}
