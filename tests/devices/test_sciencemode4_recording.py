"""Expected sums in closed form: charge of a phase (mA · µs / 1000 = µC) · rate · seconds."""

from __future__ import annotations

import pytest

from devices.modality import SettingChange, StimulationSettings, Waveform
from devices.recorded_stream import Direction, Piece, Understood, recorded_events
from devices.sciencemode4_recording import understand
from devices.stimulation_recording import MOST_CHANGES
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from protocols.sciencemode4 import ScienceMode4Codec
from tests.controlling_program import Point, ScienceMode4Program
from tests.laboratory import Laboratory

BIPHASIC: list[Point] = [(200, 20.0), (100, 0.0), (200, -20.0)]
# The worked Ml_update of electrotherapy.md §1.2.
WORKED = "F0 81 55 81 49 81 E9 81 28 04 20 01 25 00 50 0C 85 50 00 06 44 B0 00 0C 84 10 00 0F"


def read(pieces: list[Piece]) -> Understood:
    return understand(recorded_events(ScienceMode4Codec, pieces))


class Driven(Laboratory):
    """A P24 that obeys, initialised."""

    def __init__(self) -> None:
        self.unit = ScienceMode4Firmware(obeys=True)
        super().__init__(self.unit)
        self.program = ScienceMode4Program()
        self.send(self.program.send(52))
        self.send(self.program.send(68))
        self.send(self.program.init())

    def set_current(self, current_ma: float, channels: tuple[int, ...] = (0,)) -> None:
        points = [(us, current_ma * (ma > 0) - current_ma * (ma < 0)) for us, ma in BIPHASIC]
        self.send(self.program.update(dict.fromkeys(channels, (20.0, points))))

    def hold(self, seconds: float) -> None:
        self.keep(seconds, self.program.get_current_data())


def test_the_worked_update_becomes_typed_settings():
    (settings,) = read([Piece(bytes.fromhex(WORKED))]).recording.settings
    # "50 Hz, biphasic 200/100/200 us, 20 mA, ramp 5" of 20 ms each.
    assert settings == StimulationSettings(
        channel=1,
        waveform=Waveform.SYMMETRIC,
        mode=None,
        amplitude_ma=20.0,
        pulse_rate_hz=50.0,
        phase_us=200.0,
        interphase_us=100.0,
        ramp_up_s=0.1,
    )


def test_current_that_is_turned_up_is_a_change_at_its_time_and_in_the_sum():
    lab = Driven()
    lab.wait(3)
    lab.set_current(10)
    lab.hold(4)
    lab.set_current(20)
    lab.hold(6)
    lab.send(lab.program.stop())
    lab.wait(5)
    found = read(lab.pieces)
    recording = found.recording
    assert (found.serial, found.firmware) == ("P24-000123", "1.2.0")
    assert recording.began_s == pytest.approx(3.0)
    assert recording.ended_s == pytest.approx(13.0)
    assert recording.on_s == pytest.approx(10.0)
    (change,) = recording.changes
    assert change == SettingChange(
        change.at_s, 1, "amplitude_ma", 10.0, 20.0, "mA", "controlling program"
    )
    assert change.at_s == pytest.approx(4.0)
    assert recording.delivered[1].pulses == pytest.approx(50 * 10)
    assert recording.delivered[1].charge_uc == pytest.approx(50 * (4 * 2.0 + 6 * 4.0))
    assert lab.unit.output_s == pytest.approx(10.0)
    assert recording.flags == []


def test_what_was_ordered_alone_gives_the_same_sums():
    lab = Driven()
    lab.set_current(20)
    lab.hold(5)
    lab.send(lab.program.stop())
    whole, ordered = read(lab.pieces), read(lab.one_way(Direction.TO_UNIT))
    assert ordered.recording.delivered == whole.recording.delivered
    assert ordered.serial is None


def test_output_that_nothing_sustains_ends_after_two_seconds():
    lab = Driven()
    lab.set_current(20)
    lab.hold(3)
    lab.wait(30)
    lab.send(lab.program.get_current_data())
    recording = read(lab.pieces).recording
    assert recording.on_s == pytest.approx(5.0)
    assert recording.ended_s == pytest.approx(5.0)
    assert lab.unit.output_s == pytest.approx(5.0)
    assert recording.flags[0] == "Output ended: nothing sustained it for 2 s (at 5.0 s)."


def test_questions_sustain_nothing():
    lab = Driven()
    lab.set_current(20)
    lab.keep(10, lab.program.send(62))
    recording = read(lab.pieces).recording
    assert recording.on_s == pytest.approx(2.0)
    assert lab.unit.output_s == pytest.approx(2.0)


def test_a_channel_without_an_electrode_is_not_counted_meanwhile():
    lab = Driven()
    lab.set_current(20, (0, 1))
    lab.hold(2)
    lab.unit.without_electrode = {1}
    lab.hold(3)
    lab.unit.without_electrode = set()
    lab.hold(1)
    lab.send(lab.program.stop())
    recording = read(lab.pieces).recording
    # The unit told it 0.5 s after it happened, and that it was good again as late.
    assert recording.delivered[1].pulses == pytest.approx(50 * 6)
    assert recording.delivered[2].pulses == pytest.approx(50 * 3)
    assert recording.flags == ["Channel 2: electrode error, not counted meanwhile (at 2.5 s)."]


def test_a_channel_that_comes_and_goes_is_told_and_counted_while_it_is_on():
    lab = Driven()
    lab.set_current(20)
    lab.hold(2)
    lab.set_current(20, (0, 2))
    lab.hold(3)
    lab.set_current(20)
    lab.hold(1)
    lab.send(lab.program.stop())
    recording = read(lab.pieces).recording
    assert [(c.at_s, c.channel, c.old, c.new) for c in recording.changes] == [
        (pytest.approx(2.0), 3, None, 20.0),
        (pytest.approx(5.0), 3, 20.0, 0.0),
    ]
    assert recording.delivered[1].pulses == pytest.approx(50 * 6)
    assert recording.delivered[3].pulses == pytest.approx(50 * 3)


def test_an_order_that_the_unit_refused_counts_nothing():
    unit, program = ScienceMode4Firmware(obeys=True), ScienceMode4Program()
    lab = Laboratory(unit)
    lab.send(program.update({0: (20.0, BIPHASIC)}))  # before it was initialised
    lab.wait(1)
    found = read(lab.pieces)
    assert not found.recording.has_begun
    assert found.recording.flags == ["An order was refused: not initialised."]


def test_an_order_without_its_answer_is_not_taken_where_others_have_one():
    lab = Driven()
    lab.set_current(20)
    lab.hold(1)
    lost = lab.program.update({0: (20.0, [(500, 100.0)])})
    lab.pieces.append(Piece(lost, Direction.TO_UNIT, lab.t_s))
    lab.hold(1)
    lab.send(lab.program.stop())
    recording = read(lab.pieces).recording
    assert recording.delivered[1].charge_uc == pytest.approx(50 * 2 * 4.0)
    assert "1 orders were never answered: not taken." in recording.flags


def test_a_recording_that_ends_early_says_so():
    lab = Driven()
    lab.set_current(20)
    lab.hold(1)
    recording = read(lab.pieces).recording
    assert recording.on_s == pytest.approx(1.0)
    assert recording.flags == [
        "The recording ends while output is on: what came after is not known."
    ]


def test_without_times_settings_and_their_order_are_read_and_nothing_is_summed_up():
    lab = Driven()
    lab.set_current(10)
    lab.hold(2)
    lab.set_current(20)
    lab.send(lab.program.stop())
    recording = read([Piece(lab.raw())]).recording
    assert recording.settings[0].amplitude_ma == 10.0
    assert [(c.old, c.new) for c in recording.changes] == [(10.0, 20.0)]
    assert recording.delivered == {}
    assert (recording.began_s, recording.ended_s, recording.on_s) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("points", "waveform", "phase_us", "gap_us", "charge_uc", "notes"),
    [
        ([(300, 15.0)], Waveform.MONOPHASIC, 300.0, None, 4.5, 0),
        ([(50, 0.0), (300, -15.0), (50, 0.0)], Waveform.MONOPHASIC, 300.0, None, 4.5, 0),
        ([(200, 20.0), (200, -20.0)], Waveform.SYMMETRIC, 200.0, 0.0, 4.0, 0),
        ([(100, 20.0), (100, 20.0), (200, -20.0)], Waveform.SYMMETRIC, 200.0, 0.0, 4.0, 0),
        ([(200, -20.0), (80, 0.0), (400, 10.0)], Waveform.ASYMMETRIC, 200.0, 80.0, 4.0, 0),
        ([(200, 20.0), (80, 0.0), (200, -10.0)], Waveform.ASYMMETRIC, 200.0, 80.0, 4.0, 1),
        ([(100, 10.0), (100, 20.0), (200, -15.0)], None, None, None, 3.0, 0),
        ([(200, 20.0), (100, 0.0), (200, 20.0)], None, None, None, 8.0, 0),
    ],
)
def test_pulses_are_named_by_their_shape_and_their_charge_is_that_of_the_larger_phase(
    points: list[Point],
    waveform: Waveform | None,
    phase_us: float | None,
    gap_us: float | None,
    charge_uc: float,
    notes: int,
):
    program = ScienceMode4Program()
    found = read([Piece(program.update({0: (20.0, points)}))])
    (train,) = found.recording.last_trains
    assert train.settings.waveform is waveform
    assert (train.settings.phase_us, train.settings.interphase_us) == (phase_us, gap_us)
    assert train.phase_charge_uc == pytest.approx(charge_uc)
    balance = [flag for flag in found.recording.flags if "balance" in flag]
    assert len(balance) == notes


def test_a_program_that_turns_all_the_time_stays_within_bounds():
    program = ScienceMode4Program()
    pieces = [
        Piece(program.update({0: (20.0, [(200, 10.0 + i % 2)])}), Direction.TO_UNIT, i * 0.02)
        for i in range(3000)
    ]
    recording = read(pieces).recording
    assert len(recording.changes) == MOST_CHANGES
    assert recording.unlisted_changes == 2999 - MOST_CHANGES
    # 20 ms at 50 Hz is one pulse: 10 mA and 11 mA in turn for 200 µs.
    assert recording.delivered[1].charge_uc == pytest.approx(1500 * 2.0 + 1499 * 2.2)


def test_an_unknown_kind_of_order_is_told_and_not_guessed():
    program = ScienceMode4Program()
    found = read([Piece(program.send(2, b"\x80" + bytes(4)))])
    assert found.recording.flags == ["Pulses ordered one by one (low level) are not read."]
    assert not found.recording.has_begun


def test_noise_is_counted_and_changes_nothing():
    lab = Driven()
    lab.set_current(20)
    lab.hold(2)
    lab.send(lab.program.stop())
    clean = read(lab.pieces)
    noisy = [Piece(b"\x00\xf0\x81garbage", p.direction, p.t_s) for p in lab.pieces]
    mixed = [piece for pair in zip(noisy, lab.pieces, strict=True) for piece in pair]
    found = read(mixed)
    assert found.noise_bytes == 10 * len(noisy)
    assert found.recording.delivered == clean.recording.delivered
    assert found.messages == clean.messages
