"""One treatment put together from a unit's telemetry: nothing filled in, nothing corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devices.modality import Modality, SettingChange, StimulationSettings, UltrasoundSettings
from devices.treatment_values import (
    UNITS,
    Counter,
    Key,
    Settings,
    added,
    amount,
    amplitude_of,
    counter,
    differences,
    dose_rate,
    merged,
    with_moment_of,
)
from protocols.events import Event, Restarted
from protocols.ott import (
    EsDose,
    EsDuty,
    EsModulation,
    EsSettings,
    EventKind,
    SessionInfo,
    TelemetryLost,
    TherapyState,
    UnitEvent,
    UnitFlag,
    UnitState,
    UsDose,
    UsSettings,
)

DISAGREEMENT = 0.2
IDLE_DOSE = "The dose rose while the unit said it was idle. Switch it off and check it."
_SEEN = "unit"  # who turned it is not known: the settings show a new value

_ON = frozenset({TherapyState.RAMP_UP, TherapyState.RUNNING, TherapyState.RAMP_DOWN})
_OVER = frozenset(
    {TherapyState.COMPLETE, TherapyState.STOPPED, TherapyState.EMERGENCY, TherapyState.FAULT}
)
_STATES: Mapping[EventKind, TherapyState] = {
    EventKind.START: TherapyState.RUNNING,
    EventKind.PAUSE: TherapyState.PAUSED,
    EventKind.RESUME: TherapyState.RUNNING,
    EventKind.STOP: TherapyState.STOPPED,
    EventKind.COMPLETE: TherapyState.COMPLETE,
    EventKind.EMERGENCY: TherapyState.EMERGENCY,
    EventKind.FAULT: TherapyState.FAULT,
}
_KNOBS: Mapping[EventKind, str] = {
    EventKind.RATE: "pulse_rate_hz",
    EventKind.WIDTH: "phase_us",
    EventKind.INTENSITY: "intensity_w_cm2",
    EventKind.DUTY: "duty",
}
_CONTACT: Mapping[EventKind, tuple[type, bool]] = {
    EventKind.ELECTRODE_OFF: (StimulationSettings, False),
    EventKind.ELECTRODE_OK: (StimulationSettings, True),
    EventKind.LOW_COUPLING: (UltrasoundSettings, False),
    EventKind.COUPLING_OK: (UltrasoundSettings, True),
}


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stretch in which telemetry is missing, seconds since the treatment began."""

    start_s: float
    end_s: float
    cause: str


@dataclass(frozen=True, slots=True)
class Interruption:
    """A pause of all channels (`channel` 0), or a channel without contact; an open one lasted to
    the end. Seconds since the treatment began."""

    start_s: float
    end_s: float | None
    channel: int = 0


@dataclass(frozen=True, slots=True)
class _Turn:
    """The value that one setting has from then on."""

    at_s: float
    value: float | str | None
    by: str


class TreatmentLog:
    """Fed with telemetry; times are seconds since output began, on the unit's clock.

    Settings are those at the beginning, `changes` what was turned afterwards. Counters that
    began again after a reboot are added up; what they held before the treatment, as the log
    `before` heard it, is taken off. `on_s` is the time with output; in a gap, as far as
    the unit's own treatment clock went on. A treatment that is over stays as it is, whatever the
    unit does next. `flags` are plain sentences for a reader.
    """

    def __init__(self, before: TreatmentLog | None = None) -> None:
        self.modality: Modality | None = before.modality if before else None
        self.state: TherapyState | None = None
        self.name = before.name if before else ""
        self.planned_s: float | None = None
        self.battery_percent: int | None = None
        self.unit_flags: frozenset[UnitFlag] = frozenset()
        self.gaps: list[Unheard] = []
        self.flags: list[str] = []
        self.on_s = 0.0
        self.last_event_id: int | None = before.last_event_id if before else None
        self._told: dict[Key, Counter] = dict(before.told) if before else {}
        self._at_begin = dict(self._told)
        self._now_settings: dict[Key, Settings] = {}
        self._first_settings: dict[Key, Settings] = {}
        self._turns: dict[tuple[Key, str], list[_Turn]] = {}
        self._counters: dict[Key, Counter] = {}
        self._carried: dict[Key, Counter] = {}
        self._expected: dict[Key, float] = {}
        self._without_contact: set[Key] = set()
        self._states: list[tuple[float, TherapyState | None]] = []
        self._contacts: dict[int, list[tuple[float, bool]]] = {}
        self._session_no: int | None = None
        self._began_ms: int | None = None
        self._shift_s = 0.0
        self._last_s = 0.0
        self._last_host_s: float | None = None
        self._break_cause: str | None = None
        self._unsettled_s = 0.0  # length of gaps for which the unit has not told its clock yet
        self._on_before_boot_s = 0.0
        self._has_rebooted = False
        self._is_closed = False
        self._has_ended = False
        self._idle: dict[Key, float] = {}

    @property
    def has_begun(self) -> bool:
        return self._began_ms is not None

    @property
    def is_over(self) -> bool:
        return self._has_ended

    @property
    def elapsed_s(self) -> float:
        """From the beginning of output to the last message, pauses included."""
        return self._last_s if self.has_begun else 0.0

    @property
    def settings(self) -> tuple[Settings, ...]:
        """As they were when output began; before that, as they are."""
        chosen = self._first_settings or self._now_settings
        return tuple(chosen[key] for key in sorted(chosen, key=_order))

    @property
    def settings_now(self) -> tuple[Settings, ...]:
        return tuple(self._now_settings[key] for key in sorted(self._now_settings, key=_order))

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """Each at its own time, also those of which the unit told later."""
        found: list[SettingChange] = []
        for (key, name), turns in self._turns.items():
            value = getattr(self._first_settings[key], name)
            for turn in sorted(turns, key=lambda each: (each.at_s, each.by == _SEEN)):
                if turn.value != value:
                    unit = UNITS.get(name, "")
                    found.append(
                        SettingChange(turn.at_s, key[1], name, value, turn.value, unit, turn.by)
                    )
                value = turn.value
        return tuple(sorted(found, key=lambda change: change.at_s))

    @property
    def pauses(self) -> tuple[Interruption, ...]:
        """Each at its own time, also those of which the unit told later."""
        told = [(at_s, state is TherapyState.PAUSED) for at_s, state in self._states]
        return tuple(Interruption(start_s, end_s) for start_s, end_s in _stretches(told))

    @property
    def contact_losses(self) -> tuple[Interruption, ...]:
        """By channel or head; as `pauses`."""
        return tuple(
            Interruption(start_s, end_s, channel)
            for channel, told in sorted(self._contacts.items())
            for start_s, end_s in _stretches([(at_s, not has) for at_s, has in told])
        )

    @property
    def told(self) -> Mapping[Key, Counter]:
        """The unit's counters as they stand."""
        return self._told

    @property
    def counters(self) -> tuple[Counter, ...]:
        """What the unit counted, over all its restarts."""
        keys = sorted({*self._counters, *self._carried}, key=_order)
        return tuple(self._total(key) for key in keys)

    def interrupted(self, cause: str) -> None:
        """The link is gone; what comes next follows a gap."""
        if self._break_cause is None:
            self._break_cause = cause

    def take(self, event: Event, host_s: float) -> None:
        """One event of the codec; `host_s` is the host's monotonic time of arrival."""
        if isinstance(event, UnitEvent):
            self.last_event_id = event.id
        elif isinstance(event, Restarted):
            self.last_event_id = None
            self._told.clear()
        elif isinstance(event, (EsDose, UsDose)):
            key, told = counter(event)
            self._told[key] = told
        self._is_closed = self._is_closed or (self.is_over and self._is_another(event))
        if self._is_closed:
            return
        match event:
            case Restarted():
                self._restart()
            case TelemetryLost():
                self.interrupted(f"{event.messages} messages are missing")
            case UnitState():
                self._advance(event.t_ms, host_s)
                self._take_state(event)
            case SessionInfo():
                self.planned_s = event.prescribed_s or self.planned_s
                self.name = event.name or self.name
                if event.modality is not None and event.modality in list(Modality):
                    self.modality = Modality(event.modality.value)
            case EsSettings() | EsDuty() | EsModulation() | UsSettings():
                self._advance(event.t_ms, host_s)
                self._take_settings(event)
            case EsDose() | UsDose():
                self._advance(event.t_ms, host_s)
                self._take_counter(event)
            case UnitEvent():
                self._take_event(event, host_s)
            case _:
                pass

    def integrals(self) -> dict[tuple[str, str], tuple[float, str]]:
        """(channel, quantity) -> (amount, unit): settings integrated over the time heard."""
        return {
            (f"ch{number}", "settings_charge_uc")
            if kind is StimulationSettings
            else (f"head{number}", "settings_energy_j"): (
                total,
                "µC" if kind is StimulationSettings else "J",
            )
            for (kind, number), total in self._expected.items()
        }

    def disagreements(self) -> list[str]:
        """Sentences where counters and the integral of the settings differ by more than 20 %."""
        found: list[str] = []
        if self.gaps:
            return found
        for key, expected in self._expected.items():
            total = self._total(key) if key in self._counters else None
            if total is None or expected <= 0:
                continue
            counted = amount(total)
            if abs(counted - expected) > DISAGREEMENT * expected:
                unit = "µC" if key[0] is StimulationSettings else "J"
                found.append(
                    f"Channel {key[1]}: the unit counted {counted:.0f} {unit}, its settings over "
                    f"time give {expected:.0f} {unit}: more than 20 % apart. Both are kept."
                )
        return found

    def _is_another(self, event: Event) -> bool:
        """Whether the unit has gone on to something else after the treatment's end."""
        match event:
            case Restarted():
                return True
            case UnitEvent(kind=EventKind.START):
                return True
            case UnitState():
                return event.state in _ON and event.session_no != self._session_no
            case _:
                return False

    def _advance(self, t_ms: int, host_s: float) -> None:
        """Move the treatment's time on, add up what the settings should have given meanwhile."""
        silent_s = 0.0 if self._last_host_s is None else host_s - self._last_host_s
        self._last_host_s = host_s
        if self._began_ms is None:
            self._break_cause = None
            return
        if self._has_rebooted:  # only the host knows how long its clock was off
            self._has_rebooted = False
            self._began_ms, self._shift_s = t_ms, self._last_s + silent_s
        if self._has_ended:  # the clock of the unit goes on, the treatment does not
            self._break_cause = None
            return
        now_s = max(self._time_of(t_ms, self._began_ms), self._last_s)
        passed_s, self._last_s = now_s - self._last_s, now_s
        if self._break_cause is not None:
            self.gaps.append(Unheard(now_s - passed_s, now_s, self._break_cause))
            self._break_cause = None
            self._unsettled_s += passed_s
        elif self.state in _ON:
            self.on_s += passed_s
            self._integrate(passed_s)

    def _time_of(self, t_ms: int, began_ms: int) -> float:
        return (t_ms - began_ms) / 1000 + self._shift_s

    def _integrate(self, seconds: float) -> None:
        for key, now in self._now_settings.items():
            rate = dose_rate(now)
            if rate is not None and key not in self._without_contact:
                self._expected[key] = self._expected.get(key, 0.0) + rate * seconds

    def _take_state(self, event: UnitState) -> None:
        if self._began_ms is None and event.state in _ON:
            self._join(event)
        if self._unsettled_s:
            self._settle(event.elapsed_s, was_on=self.state in _ON)
        self._become(event.state, self._time_of(event.t_ms, self._began_ms or 0))
        self.unit_flags = event.flags or frozenset()
        before = self._without_contact
        self._without_contact = {key for key in self._now_settings if _is_off(key, event)}
        for key in before ^ self._without_contact if self.has_begun else ():
            has_contact = key not in self._without_contact
            self._touch(key[1], self._time_of(event.t_ms, self._began_ms or 0), has_contact)
        self.battery_percent = event.battery_percent
        self._session_no = event.session_no
        if self.planned_s is None and event.elapsed_s is not None and event.remaining_s:
            self.planned_s = float(event.elapsed_s + event.remaining_s)

    def _become(self, state: TherapyState | None, at_s: float) -> None:
        if state in _ON and self._has_ended:  # the same session goes on: meanwhile it was off
            self._last_s = max(at_s, self._last_s)
            self._has_ended = False
        if self.has_begun and not self._has_ended:
            self._states.append((at_s, state))
            self._has_ended = state in _OVER
        self.state = state

    def _settle(self, elapsed_s: int | None, *, was_on: bool) -> None:
        """Count of a gap as output what the unit's own clock, in whole seconds, allows."""
        gap_s, self._unsettled_s = self._unsettled_s, 0.0
        if elapsed_s is None:
            self.on_s += gap_s if was_on else 0.0
            return
        most_s = self._on_before_boot_s + elapsed_s + 1.0
        self.on_s += min(gap_s, max(most_s - self.on_s, 0.0))

    def _join(self, event: UnitState) -> None:
        """Output is on, and nothing was told of its beginning."""
        joined_s = event.elapsed_s or 0
        self._begin(event.t_ms - 1000 * joined_s)
        self._last_s = self.on_s = float(joined_s)
        if joined_s > 2:
            self.gaps.append(Unheard(0.0, float(joined_s), "the unit was connected late"))

    def _begin(self, began_ms: int) -> None:
        self._began_ms = began_ms
        self._first_settings = dict(self._now_settings)

    def _restart(self) -> None:
        """The unit booted: its clock and counters begin again, the treatment's time goes on."""
        if self._began_ms is None:
            self._at_begin = {}
            return
        self._carried = {key: self._total(key) for key in {*self._carried, *self._counters}}
        self._counters, self._at_begin = {}, {}
        self._on_before_boot_s = self.on_s
        self._has_rebooted = True
        self.interrupted("the unit restarted")
        self._flag("The unit restarted during the treatment; its counters were added up.")

    def _take_settings(self, event: EsSettings | EsDuty | EsModulation | UsSettings) -> None:
        key, new = merged(event, self._now_settings)
        old = self._now_settings.get(key)
        self._now_settings[key] = new
        if self._began_ms is None:
            return
        if old is None:
            self._first_settings.setdefault(key, new)
            return
        for name, _, value in differences(old, new):
            self._turns.setdefault((key, name), []).append(_Turn(self._last_s, value, _SEEN))

    def _take_counter(self, event: EsDose | UsDose) -> None:
        key, new = counter(event)
        old = self._counters.get(key)
        if key in self._at_begin and amount(new) < amount(self._at_begin[key]):
            del self._at_begin[key]  # a unit that counts each session for itself
        self._counters[key] = new if self.state in _ON or old is None else with_moment_of(new, old)
        if self.state is not TherapyState.IDLE:
            self._idle.clear()
            return
        before = self._idle.get(key)  # the first one in idle may count what flowed before
        self._idle[key] = amount(new)
        if before is not None and amount(new) > before:
            self._flag(IDLE_DOSE)

    def _flag(self, sentence: str) -> None:
        if sentence not in self.flags:
            self.flags.append(sentence)

    def _take_event(self, event: UnitEvent, host_s: float) -> None:
        """At its own time: one that is replayed after a gap lies before what is known by now."""
        if event.kind is None:
            return
        if self._began_ms is None:
            if event.kind is EventKind.START:
                self._begin(event.t_ms)
                self.state = TherapyState.RUNNING
                self._last_host_s = host_s
            return
        if self._has_rebooted:
            self._advance(event.t_ms, host_s)
        at_s = self._time_of(event.t_ms, self._began_ms)
        number = (event.channel or 0) + 1
        if event.kind in _CONTACT and at_s >= 0.0:
            self._touch(number, at_s, _CONTACT[event.kind][1])
        if 0.0 <= at_s < self._last_s and event.kind in _STATES:
            self._states.append((at_s, _STATES[event.kind]))
        if at_s >= self._last_s:
            self._advance(event.t_ms, host_s)
            if event.kind in _STATES:
                self._become(_STATES[event.kind], at_s)
            if event.kind in _CONTACT:
                kind, has_contact = _CONTACT[event.kind]
                change = self._without_contact.discard if has_contact else self._without_contact.add
                change((kind, number))
        if at_s >= 0.0:
            self._turn(event.kind, event, number, at_s)

    def _touch(self, channel: int, at_s: float, has_contact: bool) -> None:
        self._contacts.setdefault(channel, []).append((at_s, has_contact))

    def _turn(self, kind: EventKind, event: UnitEvent, number: int, at_s: float) -> None:
        for key, now in self._now_settings.items():
            name = amplitude_of(now) if kind is EventKind.AMPLITUDE else _KNOBS.get(kind)
            if key[1] != number or name is None or not hasattr(now, name):
                continue
            turns = self._turns.setdefault((key, name), [])
            if all(turn.at_s <= at_s for turn in turns):
                self._now_settings[key] = replace(now, **{name: event.value})
            by = event.origin.value if event.origin else _SEEN
            turns.append(_Turn(at_s, event.value, by))

    def _total(self, key: Key) -> Counter:
        now, before = self._counters.get(key), self._carried.get(key)
        if now is None:
            return self._carried[key]
        return added(added(now, before), self._at_begin.get(key), -1)


def _stretches(told: list[tuple[float, bool]]) -> list[tuple[float, float | None]]:
    """From, to of what was so, in order of time whatever the order in which it was told."""
    found: list[tuple[float, float | None]] = []
    for at_s, is_so in sorted(told, key=lambda each: each[0]):
        is_open = bool(found) and found[-1][1] is None
        if is_so and not is_open:
            found.append((at_s, None))
        elif not is_so and is_open:
            found[-1] = (found[-1][0], at_s)
    return found


def _is_off(key: Key, state: UnitState) -> bool:
    """Whether the unit says that nothing flows on this channel for want of contact."""
    flags = state.flags or frozenset()
    if key[0] is UltrasoundSettings:
        return UnitFlag.LOW_COUPLING in flags
    touching = state.contact_channels or ()
    return UnitFlag.ELECTRODE_OFF in flags and key[1] - 1 not in touching


def _order(key: Key) -> tuple[str, int]:
    return key[0].__name__, key[1]
