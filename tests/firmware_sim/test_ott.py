"""Behaviour of the therapy unit: electrotherapy.md §3.3, §6.1 and §6.2."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.ott import OttFirmware, UnsafeRequestError
from firmware_sim.sessions import Session, tens_20min, tens_interrupted, ultrasound
from protocols.codec import Framing
from protocols.events import Event, Noise, Restarted
from protocols.framing import cobs
from protocols.ott import (
    EsDose,
    EsSettings,
    EventKind,
    Hello,
    Ident,
    IdentField,
    OttCodec,
    SessionInfo,
    TelemetryLost,
    TherapyState,
    UnitEvent,
    UnitFlag,
    UnitState,
    UsDose,
    UsSettings,
)


class Listener:
    def __init__(self, session: Session, framing: Framing = Framing.PACKETS) -> None:
        self.unit = OttFirmware(session, framing)
        self.codec = OttCodec(framing)
        self.events: list[Event] = []
        self.unit.connected()

    def send(self, request: bytes) -> list[Event]:
        return self._hear(self.unit.receive(request))

    def wait(self, seconds: float) -> list[Event]:
        return self._hear(self.unit.advance(seconds))

    def _hear(self, messages: list[bytes]) -> list[Event]:
        heard = [event for message in messages for event in self.codec.receive(message)]
        self.events += heard
        return heard


@pytest.mark.parametrize("framing", list(Framing))
def test_it_says_who_it_is(framing: Framing) -> None:
    listener = Listener(tens_20min(), framing)
    hello, *lines = listener.send(listener.codec.get_hello())
    assert isinstance(hello, Hello)
    assert hello.boot_id > 0
    assert {line.field: line.text for line in lines if isinstance(line, Ident)} == {
        IdentField.MAKER: "Myograph simulators",
        IdentField.MODEL: "SIM-COMBO",
        IdentField.SERIAL: "OTT-0001",
        IdentField.FIRMWARE: "1.4",
    }


def test_a_snapshot_holds_settings_state_and_session() -> None:
    listener = Listener(ultrasound())
    kinds = [type(event) for event in listener.send(listener.codec.get_snapshot())]
    assert kinds == [UsSettings, UnitState, SessionInfo]


def test_state_comes_twice_a_second_whatever_happens() -> None:
    listener = Listener(tens_20min())
    states = [event for event in listener.wait(1300.0) if isinstance(event, UnitState)]
    assert len(states) == 2600
    assert not [e for e in listener.events if isinstance(e, TelemetryLost | Noise | Restarted)]


def test_twenty_minutes_of_tens_count_pulses_and_charge() -> None:
    listener = Listener(tens_20min())
    listener.wait(1300.0)
    doses = [event for event in listener.events if isinstance(event, EsDose)]
    # 100 Hz from the first rise of the amplitude at 4 s until 1202 s
    assert doses[-1].pulses == 119_800
    # charge of one phase, amplitude · 200 µs · 100 Hz over each stretch
    stretches = [(8, 4), (12, 7), (16, 15), (18, 272), (20, 300), (22, 600)]
    assert doses[-1].charge_uc == sum(ma * 20 * seconds for ma, seconds in stretches)
    assert [dose.t_ms for dose in doses] == [*range(3000, 1_202_000, 1000), 1_202_000]
    assert max(dose.peak_ma or 0.0 for dose in doses) == 22.0


def test_the_effective_current_is_the_printed_one() -> None:
    # §3.3: 20 mA, 200 µs, 100 Hz symmetric: 4.00 mA rms
    listener = Listener(tens_20min())
    listener.wait(400.0)
    dose = [event for event in listener.events if isinstance(event, EsDose)][-1]
    assert (dose.peak_ma, dose.rms_ma) == (20.0, 4.0)


def test_each_turn_of_the_knob_is_an_event_and_a_setting() -> None:
    listener = Listener(tens_20min())
    listener.wait(1300.0)
    turns = [
        e for e in listener.events if isinstance(e, UnitEvent) and e.kind is EventKind.AMPLITUDE
    ]
    assert [turn.value for turn in turns] == [8.0, 12.0, 16.0, 18.0, 20.0, 22.0]
    for turn in turns:
        place = listener.events.index(turn)
        settings_now = listener.events[place + 1]
        assert isinstance(settings_now, EsSettings)
        assert settings_now.t_ms - turn.t_ms <= 250
        assert settings_now.amplitude_ma == turn.value


def test_settings_come_every_30_seconds() -> None:
    listener = Listener(ultrasound())
    regular = [e.t_ms for e in listener.wait(120.0) if isinstance(e, UsSettings)]
    assert regular == [30_000, 60_000, 90_000, 120_000]


def test_low_coupling_stops_the_dose_and_not_the_clock() -> None:
    listener = Listener(ultrasound())
    listener.wait(320.0)
    doses = [event for event in listener.events if isinstance(event, UsDose)]
    states = [event for event in listener.events if isinstance(event, UnitState)]
    # 1 W/cm² · 20 % · 5 cm² = 1 W for 300 s, less 20 s without coupling
    assert doses[-1].energy_j == pytest.approx(280.0)
    assert doses[-1].coupled_s == pytest.approx(280.0)
    assert states[-1].elapsed_s == 300
    assert states[-1].state is TherapyState.COMPLETE
    lifted = [dose for dose in doses if dose.coupling_percent == 35]
    assert len(lifted) == 20
    assert all(dose.power_w == 0.0 for dose in lifted)
    flagged = [state for state in states if state.flags and UnitFlag.LOW_COUPLING in state.flags]
    assert len(flagged) == 40


def test_interruptions_stop_the_counters() -> None:
    listener = Listener(tens_interrupted())
    listener.wait(130.0)
    dose = [event for event in listener.events if isinstance(event, EsDose)][-1]
    states = [event for event in listener.events if isinstance(event, UnitState)]
    # 2 to 32 s, 42 to 62 s and 82 to 112 s at 100 Hz
    assert dose.pulses == 8000
    assert states[-1].state is TherapyState.EMERGENCY
    assert states[-1].elapsed_s == 61 + 30
    kinds = [event.kind for event in listener.events if isinstance(event, UnitEvent)]
    assert kinds == [
        EventKind.START,
        EventKind.AMPLITUDE,
        EventKind.ELECTRODE_OFF,
        EventKind.ELECTRODE_OK,
        EventKind.PAUSE,
        EventKind.RESUME,
        EventKind.EMERGENCY,
    ]


def test_events_missed_while_away_are_sent_again() -> None:
    listener = Listener(tens_20min())
    listener.wait(10.0)
    listener.unit.disconnected()
    assert listener.wait(30.0) == []
    listener.unit.connected()
    listener.codec.reset()
    listener.send(listener.codec.get_snapshot())
    replayed = listener.send(listener.codec.get_events(4))
    assert [(e.t_ms, e.value) for e in replayed if isinstance(e, UnitEvent)] == [
        (15_000, 16.0),
        (30_000, 18.0),
    ]
    assert not [event for event in replayed if not isinstance(event, UnitEvent)]


def test_a_set_clock_dates_the_log() -> None:
    listener = Listener(tens_20min())
    listener.wait(1.0)
    listener.send(listener.codec.time(1_767_225_600, 500))
    events = [event for event in listener.wait(2.0) if isinstance(event, UnitEvent)]
    assert events[0].unix_s == 1_767_225_601  # started 1 s after it was told 00:00:00.5


def test_the_log_keeps_the_last_64() -> None:
    session = tens_20min()
    steps = tuple(session.steps[1:2]) * 100
    listener = Listener(Session(session.info, session.fitted, steps))
    listener.wait(10.0)
    replayed = listener.send(listener.codec.get_events(0))
    assert [event.id for event in replayed if isinstance(event, UnitEvent)] == [*range(37, 101)]


def test_a_reboot_in_mid_session_is_seen_and_the_output_stays_off() -> None:
    listener = Listener(tens_20min())
    listener.wait(60.0)
    listener.unit.reboot()
    events = listener.wait(60.0)
    assert events[0] == Restarted()
    states = [event for event in events if isinstance(event, UnitState)]
    assert {state.state for state in states} == {TherapyState.IDLE}
    assert not [event for event in events if isinstance(event, EsDose)]


@pytest.mark.parametrize("framing", list(Framing))
def test_the_therapist_begins_when_a_host_is_there(framing: Framing) -> None:
    unit = OttFirmware(framing=framing)
    assert unit.advance(100.0) == []
    unit.connected()
    codec = OttCodec(framing)
    events = [event for message in unit.advance(3.0) for event in codec.receive(message)]
    started = [event.t_ms for event in events if isinstance(event, UnitEvent)]
    assert started == [102_000]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.integers(0, 65_535))
@settings(max_examples=30, deadline=None)
def test_no_message_silence_or_disconnect_changes_the_output(whats: list[int], number: int) -> None:
    quiet = OttFirmware(framing=Framing.PACKETS, waits_for_host=False)
    asked = OttFirmware(framing=Framing.PACKETS, waits_for_host=False)
    codec = OttCodec(Framing.PACKETS)
    for what in whats:
        match what:
            case 0:
                asked.receive(codec.get_hello())
            case 1:
                asked.receive(codec.get_snapshot())
            case 2:
                asked.receive(codec.get_events(number))
            case 3:
                asked.receive(codec.time(number))
            case 4:
                asked.connected()
            case _:
                asked.disconnected()
        for unit in (quiet, asked):
            unit.advance(20.0)
    ends: list[list[Event]] = []
    for unit in (quiet, asked):
        unit.connected()
        reader = OttCodec(Framing.PACKETS)
        messages = unit.advance(1300.0 - 20.0 * len(whats))
        heard = [event for message in messages for event in reader.receive(message)]
        ends.append([[e for e in heard if isinstance(e, kind)][-1] for kind in (UnitState, EsDose)])
    assert ends[0] == ends[1]


@pytest.mark.parametrize("kind", [0x00, 0x10, 0x20, 0x80, 0x85, 0xFF])
def test_any_other_request_fails_the_test(kind: int) -> None:
    message = bytes((kind, 0, 0, 0, 0, 0))
    with pytest.raises(UnsafeRequestError):
        OttFirmware(framing=Framing.PACKETS).receive(message)


@pytest.mark.parametrize("size", [1, 5, 7, 20])
def test_a_request_of_another_size_fails_the_test(size: int) -> None:
    with pytest.raises(UnsafeRequestError):
        OttFirmware(framing=Framing.PACKETS).receive(bytes((0x81,)) + bytes(size - 1))


def test_what_is_damaged_on_the_way_is_no_request() -> None:
    unit = OttFirmware(framing=Framing.STREAM)
    unit.connected()
    assert unit.receive(cobs(b"\x20\x01\x02\x03")) == []
    assert unit.receive(b"\xff" * 5000 + b"\0") == []


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=12), st.sampled_from(list(Framing)))
@settings(max_examples=30, deadline=None)
def test_any_step_gives_the_same_bytes(steps_ms: list[int], framing: Framing) -> None:
    def bytes_of(steps: list[int]) -> bytes:
        unit = OttFirmware(tens_interrupted(), framing)
        unit.connected()
        return b"".join(b"".join(unit.advance(step / 1000)) for step in steps)

    assert bytes_of(steps_ms) == bytes_of([sum(steps_ms)])
