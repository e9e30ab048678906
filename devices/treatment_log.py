"""One treatment put together from a unit's telemetry: nothing filled in, nothing corrected."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from devices.modality import (
    Modality,
    SettingChange,
    StimulationDose,
    StimulationMode,
    StimulationSettings,
    UltrasoundDose,
    UltrasoundSettings,
    Waveform,
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

Settings = StimulationSettings | UltrasoundSettings
Counter = StimulationDose | UltrasoundDose
DISAGREEMENT = 0.2

_ON = frozenset({TherapyState.RAMP_UP, TherapyState.RUNNING, TherapyState.RAMP_DOWN})
_OVER = frozenset(
    {TherapyState.COMPLETE, TherapyState.STOPPED, TherapyState.EMERGENCY, TherapyState.FAULT}
)
_UNITS = {
    "amplitude_ma": "mA",
    "amplitude_v": "V",
    "amplitude_percent": "%",
    "pulse_rate_hz": "Hz",
    "phase_us": "µs",
    "interphase_us": "µs",
    "carrier_hz": "Hz",
    "electrode_cm2": "cm²",
    "burst_hz": "Hz",
    "on_s": "s",
    "off_s": "s",
    "ramp_up_s": "s",
    "ramp_down_s": "s",
    "frequency_mhz": "MHz",
    "intensity_w_cm2": "W/cm²",
    "pulse_repetition_hz": "Hz",
    "era_cm2": "cm²",
}
_KNOBS = {
    EventKind.RATE: "pulse_rate_hz",
    EventKind.WIDTH: "phase_us",
    EventKind.INTENSITY: "intensity_w_cm2",
    EventKind.DUTY: "duty",
}


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stretch in which telemetry is missing, seconds since the treatment began."""

    start_s: float
    end_s: float
    cause: str


class TreatmentLog:
    """Fed with telemetry; times are seconds since output began, on the unit's clock.

    Settings are those at the beginning, `changes` what was turned afterwards. Counters that
    began again after a reboot are added up. `flags` are plain sentences for a reader.
    """

    def __init__(self) -> None:
        self.modality: Modality | None = None
        self.state: TherapyState | None = None
        self.name = ""
        self.planned_s: float | None = None
        self.battery_percent: int | None = None
        self.unit_flags: frozenset[UnitFlag] = frozenset()
        self.changes: list[SettingChange] = []
        self.gaps: list[Unheard] = []
        self.flags: list[str] = []
        self.on_s = 0.0
        self.last_event_id: int | None = None
        self._now_settings: dict[tuple[type, int], Settings] = {}
        self._first_settings: dict[tuple[type, int], Settings] = {}
        self._counters: dict[tuple[type, int], Counter] = {}
        self._carried: dict[tuple[type, int], Counter] = {}
        self._expected: dict[tuple[type, int], float] = {}
        self._began_ms: int | None = None
        self._shift_s = 0.0
        self._last_s = 0.0
        self._last_host_s: float | None = None
        self._break_cause: str | None = None

    @property
    def has_begun(self) -> bool:
        return self._began_ms is not None

    @property
    def is_over(self) -> bool:
        return self.has_begun and self.state in _OVER

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
        match event:
            case Restarted():
                self._restart(host_s)
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
                self._take_event(event)
            case _:
                pass

    def integrals(self) -> dict[tuple[str, str], tuple[float, str]]:
        """(channel, quantity) -> (amount, unit): settings integrated over the time heard."""
        return {
            (f"ch{number}", "settings_charge_uc")
            if kind is StimulationSettings
            else (f"head{number}", "settings_energy_j"): (
                amount,
                "µC" if kind is StimulationSettings else "J",
            )
            for (kind, number), amount in self._expected.items()
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
            counted = _amount(total)
            if abs(counted - expected) > DISAGREEMENT * expected:
                found.append(
                    f"Channel {key[1]}: the unit counted {counted:.0f}, its settings over time "
                    f"give {expected:.0f} ({'µC' if key[0] is StimulationSettings else 'J'}): "
                    "more than 20 % apart. Both are kept."
                )
        return found

    def _advance(self, t_ms: int, host_s: float) -> None:
        """Move the treatment's time on, add up what the settings should have given meanwhile."""
        self._last_host_s = host_s
        if self._began_ms is None:
            self._break_cause = None
            return
        if self.state in _OVER:  # the clock of the unit goes on, the treatment does not
            self._break_cause = None
            return
        now_s = max((t_ms - self._began_ms) / 1000 + self._shift_s, self._last_s)
        if self._break_cause is not None:
            self.gaps.append(Unheard(self._last_s, now_s, self._break_cause))
            self._break_cause = None
        elif self.state in _ON:
            self._integrate(now_s - self._last_s)
        if self.state in _ON:
            self.on_s += now_s - self._last_s
        self._last_s = now_s

    def _integrate(self, seconds: float) -> None:
        for key, now in self._now_settings.items():
            match now:
                case StimulationSettings(
                    amplitude_ma=float(ma), pulse_rate_hz=float(hz), phase_us=float(us)
                ):
                    rate = ma * us / 1000 * hz
                case UltrasoundSettings(intensity_w_cm2=float(i), era_cm2=float(era)):
                    duty = 1.0 if now.intensity_is_sata else now.duty
                    if duty is None or UnitFlag.LOW_COUPLING in self.unit_flags:
                        continue
                    rate = i * duty * era
                case _:
                    continue
            self._expected[key] = self._expected.get(key, 0.0) + rate * seconds

    def _take_state(self, event: UnitState) -> None:
        if self._began_ms is None and event.state in _ON:
            self._begin(event)
        self.state = event.state
        self.unit_flags = event.flags or frozenset()
        self.battery_percent = event.battery_percent
        if self.planned_s is None and event.elapsed_s is not None and event.remaining_s:
            self.planned_s = float(event.elapsed_s + event.remaining_s)

    def _begin(self, event: UnitState) -> None:
        joined_s = event.elapsed_s or 0
        self._began_ms = event.t_ms - 1000 * joined_s
        self._last_s = float(joined_s)
        self._first_settings = dict(self._now_settings)
        if joined_s > 2:
            self.gaps.append(Unheard(0.0, float(joined_s), "the unit was connected late"))

    def _restart(self, host_s: float) -> None:
        """The unit booted: its clock and counters begin again, the treatment's time goes on."""
        if self._began_ms is None:
            return
        self._carried = {key: self._total(key) for key in {*self._carried, *self._counters}}
        self._counters = {}
        silent_s = host_s - self._last_host_s if self._last_host_s is not None else 0.0
        self._began_ms = 0
        self._shift_s = self._last_s + silent_s
        self.interrupted("the unit restarted")
        self._flag("The unit restarted during the treatment; its counters were added up.")

    def _take_settings(self, event: EsSettings | EsDuty | EsModulation | UsSettings) -> None:
        key, new = _merged(event, self._now_settings)
        old = self._now_settings.get(key)
        self._now_settings[key] = new
        if self._began_ms is None:
            return
        if old is None:
            self._first_settings.setdefault(key, new)
            return
        for name, before, after in _differences(old, new):
            self._changed(key[1], name, before, after, "unit")

    def _take_counter(self, event: EsDose | UsDose) -> None:
        key, new = _counter(event)
        old = self._counters.get(key)
        self._counters[key] = new if self.state in _ON or old is None else _kept(new, old)
        if self.state is TherapyState.IDLE and old is not None and _amount(new) > _amount(old):
            self._flag("The dose rose while the unit said it was idle. Switch it off and check it.")

    def _flag(self, sentence: str) -> None:
        if sentence not in self.flags:
            self.flags.append(sentence)

    def _take_event(self, event: UnitEvent) -> None:
        self.last_event_id = event.id
        if self._began_ms is None or event.kind is None:
            return
        number = (event.channel or 0) + 1
        for key, now in self._now_settings.items():
            name = _amplitude(now) if event.kind is EventKind.AMPLITUDE else _KNOBS.get(event.kind)
            if key[1] != number or name is None or not hasattr(now, name):
                continue
            before = getattr(now, name)
            if before != event.value:
                self._now_settings[key] = replace(now, **{name: event.value})
                at_s = (event.t_ms - self._began_ms) / 1000 + self._shift_s
                by = event.origin.value if event.origin else "unit"
                self._changed(number, name, before, event.value, by, at_s)

    def _changed(
        self,
        number: int,
        name: str,
        before: float | str | None,
        after: float | str | None,
        by: str,
        at_s: float | None = None,
    ) -> None:
        unit = _UNITS.get(name, "")
        at_s = self._last_s if at_s is None else at_s
        self.changes.append(SettingChange(at_s, number, name, before, after, unit, by))

    def _total(self, key: tuple[type, int]) -> Counter:
        now, before = self._counters.get(key), self._carried.get(key)
        match now, before:
            case (None, _):
                assert before is not None
                return before
            case (StimulationDose(), StimulationDose()):
                return replace(
                    now,
                    pulses=now.pulses + before.pulses,
                    charge_uc=now.charge_uc + before.charge_uc,
                )
            case (UltrasoundDose(), UltrasoundDose()):
                return replace(
                    now,
                    energy_j=now.energy_j + before.energy_j,
                    coupled_s=now.coupled_s + before.coupled_s,
                )
            case _:
                return now


def _merged(
    event: EsSettings | EsDuty | EsModulation | UsSettings,
    known: dict[tuple[type, int], Settings],
) -> tuple[tuple[type, int], Settings]:
    """The settings that `event` leaves its channel with; channels count from 1 as on the panel."""
    if isinstance(event, UsSettings):
        number = event.head + 1
        return (UltrasoundSettings, number), UltrasoundSettings(
            head=number,
            frequency_mhz=event.frequency_mhz,
            intensity_w_cm2=event.intensity_w_cm2,
            intensity_is_sata=event.intensity_is_sata,
            duty=event.duty if event.is_pulsed or event.duty is not None else 1.0,
            pulse_repetition_hz=event.pulse_repetition_hz,
            era_cm2=event.era_cm2,
            beam_nonuniformity_ratio=event.beam_nonuniformity_ratio,
        )
    key = (StimulationSettings, event.channel + 1)
    before = known.get(key)
    if not isinstance(before, StimulationSettings):
        before = StimulationSettings(event.channel + 1, None, None)
    match event:
        case EsSettings():
            return key, replace(
                before,
                waveform=Waveform(event.waveform.value) if event.waveform else None,
                mode=StimulationMode(event.mode.value) if event.mode else None,
                amplitude_ma=event.amplitude_ma,
                amplitude_v=event.amplitude_v,
                amplitude_percent=event.amplitude_percent,
                pulse_rate_hz=event.pulse_rate_hz,
                phase_us=_float(event.phase_us),
                interphase_us=_float(event.interphase_us),
                carrier_hz=_float(event.carrier_hz),
            )
        case EsDuty():
            return key, replace(
                before,
                on_s=event.on_s,
                off_s=event.off_s,
                ramp_up_s=event.ramp_up_s,
                ramp_down_s=event.ramp_down_s,
                electrode_cm2=event.electrode_cm2,
            )
        case EsModulation():
            return key, replace(
                before, burst_hz=event.burst_hz, pulses_per_burst=event.pulses_per_burst
            )


def _counter(event: EsDose | UsDose) -> tuple[tuple[type, int], Counter]:
    if isinstance(event, EsDose):
        number = event.channel + 1
        return (StimulationSettings, number), StimulationDose(
            channel=number,
            peak_ma=event.peak_ma,
            rms_ma=event.rms_ma,
            pulses=event.pulses,
            charge_uc=float(event.charge_uc),
            is_measured=event.is_measured,
        )
    number = event.head + 1
    return (UltrasoundSettings, number), UltrasoundDose(
        head=number,
        power_w=event.power_w,
        energy_j=event.energy_j,
        coupled_s=event.coupled_s,
        coupling_percent=event.coupling_percent,
        head_temperature_c=event.head_temperature_c,
    )


def _kept(new: Counter, old: Counter) -> Counter:
    """Sums of `new`, momentary values of `old`: after the end those only say that it is off."""
    match new, old:
        case StimulationDose(), StimulationDose():
            return replace(new, peak_ma=old.peak_ma, rms_ma=old.rms_ma)
        case UltrasoundDose(), UltrasoundDose():
            return replace(
                new,
                power_w=old.power_w,
                coupling_percent=old.coupling_percent,
                head_temperature_c=old.head_temperature_c,
            )
        case _:
            return new


def _amount(counter: Counter) -> float:
    """What a counter counts: charge in µC, or energy in J."""
    return counter.charge_uc if isinstance(counter, StimulationDose) else counter.energy_j


def _differences(
    old: Settings, new: Settings
) -> list[tuple[str, float | str | None, float | str | None]]:
    pairs = ((f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(new))
    return [(name, before, after) for name, before, after in pairs if before != after]


def _amplitude(settings: Settings) -> str | None:
    names = ("amplitude_ma", "amplitude_v", "amplitude_percent")
    return next((name for name in names if getattr(settings, name, None) is not None), None)


def _order(key: tuple[type, int]) -> tuple[str, int]:
    return key[0].__name__, key[1]


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
