from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from devices.modality import (
    StimulationDose,
    StimulationSettings,
    UltrasoundDose,
    UltrasoundSettings,
)
from devices.treatment_log import TreatmentLog, Unheard
from firmware_sim.ott import OttFirmware
from firmware_sim.sessions import Session, Step, tens_interrupted, ultrasound
from firmware_sim.therapy import Therapy
from protocols.codec import Framing
from protocols.events import Event, Restarted
from protocols.ott import (
    EsDose,
    EsSettings,
    OttCodec,
    OttModality,
    SessionInfo,
    StimulationMode,
    TherapyState,
    UnitEvent,
    UnitState,
    Waveform,
)

FITTED = EsSettings(
    0,
    channel=0,
    waveform=Waveform.SYMMETRIC,
    mode=StimulationMode.CONVENTIONAL,
    amplitude_ma=0.0,
    pulse_rate_hz=100.0,
    phase_us=200,
    interphase_us=100,
    carrier_hz=0,
)
UC_PER_MA_S = 0.2 * 100  # 200 µs of 1 mA are 0.2 µC, a hundred times a second


def session(*steps: Step) -> Session:
    return Session(SessionInfo(0, 12, 60, OttModality.TENS, 3, "CONV TEN"), (FITTED,), steps)


def turn(milliamperes: float) -> Callable[[Therapy], None]:
    return lambda therapy: therapy.set_amplitude(0, milliamperes)


# Nothing of it falls on the half seconds at which a unit tells its state.
ODD = session(
    Step(2.3, Therapy.start),
    Step(3.1, turn(10.0)),
    Step(8.7, turn(25.0)),
    Step(20.4, Therapy.pause),
    Step(26.6, Therapy.resume),
    Step(40.2, Therapy.complete),
)
ODD_UC = UC_PER_MA_S * (10 * (8.7 - 3.1) + 25 * ((20.4 - 8.7) + (40.2 - 26.6)))


class Unit:
    """A unit that plays a session, its telemetry decoded into a log; time is virtual."""

    def __init__(self, played: Session) -> None:
        self.firmware = OttFirmware(played, Framing.PACKETS)
        self.codec = OttCodec(Framing.PACKETS)
        self.log = TreatmentLog()
        self.heard: list[Event] = []
        self.now_s = 0.0
        self.is_heard = True
        self.firmware.connected()
        self.ask(self.codec.get_hello(), self.codec.get_snapshot())

    def ask(self, *requests: bytes) -> None:
        for request in requests:
            self._hear(self.firmware.receive(request))

    def live(self, seconds: float) -> Unit:
        for _ in range(round(seconds / 0.05)):
            self.now_s += 0.05
            self._hear(self.firmware.advance(0.05))
        return self

    def unheard(self, seconds: float, cause: str = "out of range") -> Unit:
        """Lose the link, and come back as the device does: who, how, and what happened."""
        self.log.interrupted(cause)
        self.firmware.disconnected()
        self.live(seconds)
        self.firmware.connected()
        self.codec.reset()
        self.ask(self.codec.get_hello(), self.codec.get_snapshot())
        assert self.log.last_event_id is not None
        self.ask(self.codec.get_events(self.log.last_event_id + 1))
        return self

    def _hear(self, messages: Sequence[bytes]) -> None:
        for message in messages:
            for event in self.codec.receive(message):
                self.heard.append(event)
                self.log.take(event, self.now_s)


def turned(log: TreatmentLog) -> list[tuple[float, float, float, str]]:
    """(at, from, to, by) of the amplitude."""
    assert {(change.channel, change.parameter, change.unit) for change in log.changes} <= {
        (1, "amplitude_ma", "mA")
    }
    return [
        (round(change.at_s, 6), float(change.old or 0), float(change.new or 0), change.by)
        for change in log.changes
    ]


def stimulated(log: TreatmentLog) -> StimulationDose:
    (dose,) = log.counters
    assert isinstance(dose, StimulationDose)
    return dose


def test_each_setting_is_kept_at_its_time_and_the_dose_is_that_of_the_script() -> None:
    log = Unit(ODD).live(45.0).log
    (first,) = log.settings
    assert isinstance(first, StimulationSettings)
    assert (first.amplitude_ma, first.pulse_rate_hz, first.phase_us) == (0.0, 100.0, 200.0)
    assert turned(log) == [(0.8, 0.0, 10.0, "panel"), (6.4, 10.0, 25.0, "panel")]
    assert log.on_s == pytest.approx((20.4 - 2.3) + (40.2 - 26.6))
    assert log.elapsed_s == pytest.approx(40.2 - 2.3)
    assert stimulated(log).charge_uc == pytest.approx(ODD_UC, abs=1.0)
    assert log.integrals() == {
        ("ch1", "settings_charge_uc"): (pytest.approx(ODD_UC, rel=1e-9), "µC")
    }
    assert (log.state, log.is_over) == (TherapyState.COMPLETE, True)
    assert (log.gaps, log.flags, log.disagreements()) == ([], [], [])
    assert stimulated(log).peak_ma == 25.0  # of the running treatment, not of its end


def test_without_contact_nothing_is_counted_and_the_clock_runs() -> None:
    log = Unit(tens_interrupted()).live(115.0).log
    # 15 mA from 2 s on, without contact from 32 s to 42 s, paused from 62 s to 82 s, stopped 112 s
    with_current_s = 30 + 20 + 30
    expected_uc = UC_PER_MA_S * 15 * with_current_s
    assert stimulated(log).charge_uc == pytest.approx(expected_uc, abs=1.0)
    assert log.integrals()["ch1", "settings_charge_uc"][0] == pytest.approx(expected_uc)
    assert log.on_s == pytest.approx((62 - 1) + (112 - 82))
    assert log.state is TherapyState.EMERGENCY
    assert log.disagreements() == []


def test_a_lifted_head_stops_the_counter_and_not_the_clock() -> None:
    log = Unit(ultrasound()).live(310.0).log
    (dose,) = log.counters
    assert isinstance(dose, UltrasoundDose)
    # 1 W/cm² at a duty of 20 % over 5 cm² is 1 W; 300 s of it, 20 s of them uncoupled
    assert dose.energy_j == pytest.approx(280.0, abs=0.1)
    assert dose.coupled_s == pytest.approx(280.0, abs=0.1)
    assert log.integrals() == {("head1", "settings_energy_j"): (pytest.approx(280.0), "J")}
    assert log.on_s == pytest.approx(300.0)
    assert log.planned_s == 300.0
    (settings,) = log.settings
    assert isinstance(settings, UltrasoundSettings)
    assert (settings.intensity_w_cm2, settings.duty, settings.era_cm2) == (1.0, 0.2, 5.0)


def test_what_was_turned_while_nobody_heard_is_kept_at_its_own_time() -> None:
    played = session(
        Step(1.0, Therapy.start),
        Step(2.0, turn(10.0)),
        Step(14.3, turn(12.0)),
        Step(17.9, turn(15.0)),
        Step(40.0, Therapy.complete),
    )
    unit = Unit(played).live(10.0).unheard(20.0).live(15.0)
    log = unit.log
    assert turned(log) == [
        (1.0, 0.0, 10.0, "panel"),
        (13.3, 10.0, 12.0, "panel"),
        (16.9, 12.0, 15.0, "panel"),
    ]
    expected_uc = UC_PER_MA_S * (10 * 12.3 + 12 * 3.6 + 15 * 22.1)
    assert stimulated(log).charge_uc == pytest.approx(expected_uc, abs=1.0)
    (gap,) = log.gaps
    assert gap.start_s == pytest.approx(9.0, abs=0.5)
    assert (gap.end_s, gap.cause) == (pytest.approx(29.0), "out of range")
    assert log.on_s == pytest.approx(39.0)
    assert log.disagreements() == []  # the settings of the gap are not known for sure


def test_a_pause_that_nobody_heard_is_no_time_with_output() -> None:
    played = session(
        Step(1.0, Therapy.start),
        Step(1.5, turn(10.0)),
        Step(12.0, Therapy.pause),
        Step(22.0, Therapy.resume),
        Step(40.0, Therapy.complete),
    )
    log = Unit(played).live(10.0).unheard(20.0).live(15.0).log
    # The unit tells its own clock in whole seconds.
    assert log.on_s == pytest.approx((12.0 - 1.0) + (40.0 - 22.0), abs=1.0)
    assert stimulated(log).charge_uc == pytest.approx(UC_PER_MA_S * 10 * 28.5, abs=1.0)


def test_counters_that_begin_again_after_a_reboot_are_added_up() -> None:
    played = session(Step(1.0, Therapy.start), Step(2.0, turn(20.0)), Step(22.0, Therapy.complete))
    unit = Unit(played).live(12.0)
    unit.firmware.reboot()
    unit.live(5.0)
    unit.firmware.begin_again()
    log = unit.live(25.0).log
    # 10 s before and 20 s after; the counter of a running treatment comes once a second.
    uc_per_s = UC_PER_MA_S * 20
    assert stimulated(log).charge_uc == pytest.approx(uc_per_s * 30, abs=uc_per_s)
    assert stimulated(log).charge_uc > uc_per_s * 28
    (gap,) = log.gaps
    assert gap.cause == "the unit restarted"
    assert 0.4 <= gap.end_s - gap.start_s <= 1.1  # its first word comes half a second after
    assert log.elapsed_s == pytest.approx((12.0 - 1.0) + 5.0 + 22.0, abs=0.1)
    assert log.on_s == pytest.approx((12.0 - 1.0) + (22.0 - 1.0), abs=1.0)
    assert log.flags == ["The unit restarted during the treatment; its counters were added up."]


def test_a_finished_treatment_stays_as_it_is_when_the_unit_goes_on() -> None:
    unit = Unit(ODD).live(45.0)
    log = unit.log
    was = (log.counters, log.settings_now, tuple(log.changes), log.on_s, log.elapsed_s)
    unit.firmware.reboot()
    unit.live(5.0)
    unit.firmware.begin_again()
    unit.live(12.0)
    assert (log.counters, log.settings_now, tuple(log.changes), log.on_s, log.elapsed_s) == was
    assert (log.state, log.flags) == (TherapyState.COMPLETE, [])


def test_a_treatment_that_was_joined_late_says_so() -> None:
    unit = Unit(ODD)
    unit.log = TreatmentLog()
    unit.firmware.disconnected()
    unit.live(12.3)
    unit.firmware.connected()
    unit.codec.reset()
    unit.ask(unit.codec.get_hello(), unit.codec.get_snapshot())
    log = unit.live(32.0).log
    (gap,) = log.gaps
    assert gap == Unheard(0.0, 10.0, "the unit was connected late")
    (first,) = log.settings
    assert isinstance(first, StimulationSettings)
    assert first.amplitude_ma == 25.0  # as it was when we came
    assert stimulated(log).charge_uc == pytest.approx(ODD_UC, abs=1.0)  # the unit counted it all
    assert log.on_s == pytest.approx((20.4 - 2.3) + (40.2 - 26.6), abs=1.0)


def test_missing_messages_are_a_gap_and_the_counters_are_right_afterwards() -> None:
    unit = Unit(ODD).live(10.0)
    unit.firmware.advance(2.0)  # what it sends in two seconds never arrives
    unit.now_s += 2.0
    log = unit.live(33.0).log
    (gap,) = log.gaps
    assert "messages are missing" in gap.cause
    assert 2.0 <= gap.end_s - gap.start_s <= 3.0
    assert stimulated(log).charge_uc == pytest.approx(ODD_UC, abs=1.0)
    assert log.on_s == pytest.approx((20.4 - 2.3) + (40.2 - 26.6), abs=1.0)


STATE = UnitState(
    0,
    state=TherapyState.IDLE,
    active_channels=(),
    flags=frozenset(),
    elapsed_s=0,
    remaining_s=60,
    session_no=12,
    battery_percent=87,
    contact_channels=(0,),
    last_event_id=0,
)
DOSE = EsDose(
    0,
    channel=0,
    is_measured=True,
    has_contact=True,
    peak_ma=0.0,
    rms_ma=0.0,
    pulses=0,
    charge_uc=0,
)


def test_a_dose_that_rises_while_the_unit_says_it_is_idle_is_told() -> None:
    log = TreatmentLog()
    log.take(STATE, 0.0)
    log.take(DOSE, 0.1)
    log.take(replace(DOSE, t_ms=1000, charge_uc=500), 1.1)
    assert log.flags == [
        "The dose rose while the unit said it was idle. Switch it off and check it."
    ]


def test_the_last_word_of_a_counter_may_come_when_the_unit_is_idle_already() -> None:
    log = TreatmentLog()
    log.take(replace(STATE, state=TherapyState.RUNNING), 0.0)
    log.take(replace(DOSE, charge_uc=400), 0.1)
    log.take(replace(STATE, t_ms=1000), 1.0)
    log.take(replace(DOSE, t_ms=1000, charge_uc=500), 1.0)  # of the time since the last one
    log.take(replace(DOSE, t_ms=2000, charge_uc=500), 2.0)
    assert log.flags == []
    log.take(replace(DOSE, t_ms=3000, charge_uc=501), 3.0)
    assert len(log.flags) == 1


def test_a_unit_that_falls_idle_after_the_end_makes_the_treatment_no_longer() -> None:
    log = TreatmentLog()
    log.take(replace(STATE, state=TherapyState.RUNNING), 0.0)
    log.take(replace(STATE, t_ms=9000, state=TherapyState.RUNNING, elapsed_s=9), 9.0)
    log.take(replace(STATE, t_ms=10_000, state=TherapyState.COMPLETE, elapsed_s=10), 10.0)
    ended_s = log.elapsed_s
    for t_ms in (15_000, 60_000):
        log.take(replace(STATE, t_ms=t_ms, elapsed_s=10), t_ms / 1000)
        assert log.is_over
    assert log.elapsed_s == ended_s == 10.0


def test_counters_and_settings_more_than_a_fifth_apart_are_told() -> None:
    log = TreatmentLog()
    log.take(replace(FITTED, amplitude_ma=10.0), 0.0)
    log.take(replace(STATE, state=TherapyState.RUNNING), 0.0)
    log.take(replace(STATE, t_ms=10_000, state=TherapyState.RUNNING, elapsed_s=10), 10.0)
    log.take(replace(DOSE, t_ms=10_000, charge_uc=1500), 10.0)
    # 10 mA for 10 s give 2000 µC
    assert log.disagreements() == [
        "Channel 1: the unit counted 1500 µC, its settings over time give 2000 µC: "
        "more than 20 % apart. Both are kept."
    ]


def test_without_a_log_of_events_changes_show_with_the_settings() -> None:
    unit = Unit(session(Step(1.0, Therapy.start), Step(3.2, turn(10.0))))
    events_left_out = TreatmentLog()
    unit.live(6.0)
    for event in unit.heard:
        if not isinstance(event, UnitEvent):
            events_left_out.take(event, 0.0)
    assert turned(events_left_out) == [(2.2, 0.0, 10.0, "unit")]
    assert turned(unit.log) == [(2.2, 0.0, 10.0, "panel")]


def test_the_hosts_clock_tells_how_long_a_restarted_unit_was_off() -> None:
    log = TreatmentLog()
    log.take(replace(FITTED, amplitude_ma=10.0), 100.0)
    log.take(replace(STATE, t_ms=50_000, state=TherapyState.RUNNING), 100.0)
    log.take(replace(STATE, t_ms=58_000, state=TherapyState.RUNNING, elapsed_s=8), 108.0)
    log.take(Restarted(), 148.0)
    log.take(replace(STATE, t_ms=12_000, state=TherapyState.IDLE), 148.0)
    assert log.gaps == [Unheard(8.0, 48.0, "the unit restarted")]
    log.take(replace(STATE, t_ms=15_000, state=TherapyState.RUNNING), 151.0)
    assert log.elapsed_s == 51.0


def test_what_was_counted_before_a_treatment_is_not_its_dose() -> None:
    unit = Unit(ODD).live(45.0)
    unit.log = TreatmentLog(unit.log)
    unit.firmware.begin_again()
    unit.live(45.0)
    # This unit counts on, and its knob stays: 0.8 s more of 25 mA. The next unit counts each
    # session for itself.
    expected_uc = ODD_UC + UC_PER_MA_S * 25 * 0.8
    assert stimulated(unit.log).charge_uc == pytest.approx(expected_uc, abs=2.0)
    assert unit.log.disagreements() == []
    log = TreatmentLog()
    for amount in (5000, 800):
        log = TreatmentLog(log)
        log.take(replace(STATE, state=TherapyState.RUNNING), 0.0)
        log.take(replace(DOSE, t_ms=1000, charge_uc=amount), 1.0)
        assert stimulated(log).charge_uc == amount
