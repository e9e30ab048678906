"""The therapy half of a simulated unit: panel, output and counters, with time as an argument."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

from protocols.ott import (
    EsDose,
    EsDuty,
    EsModulation,
    EsSettings,
    EventKind,
    EventOrigin,
    OttMessage,
    SessionInfo,
    StimulationMode,
    TherapyState,
    UnitEvent,
    UnitFlag,
    UnitState,
    UsDose,
    UsSettings,
)
from protocols.ott_unit import code_of_event

Fitted = EsSettings | EsDuty | EsModulation | UsSettings

LOG_ENTRIES = 64
COUPLED_FROM_PERCENT = 65  # below, an applicator reduces its output and stops counting

_RUNNING = (TherapyState.RAMP_UP, TherapyState.RUNNING)


class Therapy:
    """One session at a unit's panel. `changed` collects settings that were turned since last asked.

    Counters count only while output flows into a patient: with contact, or coupled.
    """

    def __init__(self, info: SessionInfo) -> None:
        self.info = info
        self.t_ms = 0
        self.unix_at_boot: float | None = None
        self.state = TherapyState.IDLE
        self.log: deque[UnitEvent] = deque(maxlen=LOG_ENTRIES)
        self.changed: list[OttMessage] = []
        self.stimulation: dict[int, EsSettings] = {}
        self.applicators: dict[int, UsSettings] = {}
        self.duties: dict[int, EsDuty] = {}
        self.modulations: dict[int, EsModulation] = {}
        self._pulses: dict[int, _Counter] = {}
        self._sound: dict[int, _Counter] = {}
        self._contact: set[int] = set()
        self._coupling: dict[int, int] = {}
        self._elapsed_ms = 0
        self._next_event_id = 1
        self._leaks = False
        self._counts = 1.0

    @property
    def is_running(self) -> bool:
        return self.state in _RUNNING or self._leaks

    def pass_time(self, to_ms: int) -> None:
        """Count what flows until then."""
        passed_ms = to_ms - self.t_ms
        self.t_ms = to_ms
        if not self.is_running:
            return
        from_ms, self._elapsed_ms = self._elapsed_ms, self._elapsed_ms + passed_ms
        for channel, settings in self.stimulation.items():
            if channel in self._contact and settings.amplitude_ma and settings.pulse_rate_hz:
                on_ms = self._on_ms(channel, self._elapsed_ms) - self._on_ms(channel, from_ms)
                pulses = self._pulse_rate_hz(settings) * on_ms / 1000
                phase_uc = settings.amplitude_ma * (settings.phase_us or 0) / 1000
                self._pulses[channel].add(pulses, phase_uc * pulses * self._counts)
        for head in self.applicators:
            if self._is_coupled(head):
                energy_j = self._power_w(head) * passed_ms / 1000
                self._sound[head].add(passed_ms, energy_j * self._counts)

    def fit(self, settings: Fitted) -> None:
        """Put a channel's electrodes or an applicator on, or set how a channel goes on and off."""
        match settings:
            case EsSettings():
                self.stimulation[settings.channel] = settings
                self._contact.add(settings.channel)
                self._pulses[settings.channel] = _Counter()
            case UsSettings():
                self.applicators[settings.head] = settings
                self._coupling[settings.head] = 96
                self._sound[settings.head] = _Counter()
            case EsDuty():
                self.duties[settings.channel] = settings
            case EsModulation():
                self.modulations[settings.channel] = settings
        self.changed.append(settings)

    def start(self) -> None:
        self._become(TherapyState.RUNNING, EventKind.START, EventOrigin.PANEL)

    def pause(self) -> None:
        self._become(TherapyState.PAUSED, EventKind.PAUSE, EventOrigin.PANEL)

    def resume(self) -> None:
        self._become(TherapyState.RUNNING, EventKind.RESUME, EventOrigin.PANEL)

    def complete(self) -> None:
        self._become(TherapyState.COMPLETE, EventKind.COMPLETE, EventOrigin.DEVICE)

    def emergency_stop(self) -> None:
        self._become(TherapyState.EMERGENCY, EventKind.EMERGENCY, EventOrigin.PATIENT)

    def leak(self) -> None:
        """A broken unit: it says that it is idle, and its output goes on."""
        self.state, self._leaks = TherapyState.IDLE, True

    def miscount(self, share: float) -> None:
        """A broken unit: from now on it counts this share of the dose that it gives."""
        self._counts = share

    def set_amplitude(self, channel: int, amplitude_ma: float) -> None:
        settings = replace(self.stimulation[channel], amplitude_ma=amplitude_ma)
        self.stimulation[channel] = settings
        self.changed.append(settings)
        self._note(EventKind.AMPLITUDE, EventOrigin.PANEL, channel, amplitude_ma)

    def lift_electrode(self, channel: int) -> None:
        self._contact.discard(channel)
        self._note(EventKind.ELECTRODE_OFF, EventOrigin.DEVICE, channel)

    def press_electrode(self, channel: int) -> None:
        self._contact.add(channel)
        self._note(EventKind.ELECTRODE_OK, EventOrigin.DEVICE, channel)

    def couple(self, head: int, percent: int) -> None:
        was_coupled = self._is_coupled(head)
        self._coupling[head] = percent
        if self._is_coupled(head) != was_coupled:
            kind = EventKind.LOW_COUPLING if was_coupled else EventKind.COUPLING_OK
            self._note(kind, EventOrigin.DEVICE, head, percent)

    def settings(self) -> list[OttMessage]:
        """All settings now."""
        now = [
            *self.stimulation.values(),
            *self.modulations.values(),
            *self.duties.values(),
            *self.applicators.values(),
        ]
        return [replace(settings, t_ms=self.t_ms) for settings in now]

    def turned(self) -> list[OttMessage]:
        """Settings turned since this was last asked."""
        turned, self.changed = self.changed, []
        return [replace(settings, t_ms=self.t_ms) for settings in turned]

    def session(self) -> SessionInfo:
        return replace(self.info, t_ms=self.t_ms)

    def unit_state(self) -> UnitState:
        flags: set[UnitFlag] = set()
        if set(self.stimulation) - self._contact:
            flags.add(UnitFlag.ELECTRODE_OFF)
        if not all(self._is_coupled(head) for head in self.applicators):
            flags.add(UnitFlag.LOW_COUPLING)
        if self.state is TherapyState.EMERGENCY:
            flags.add(UnitFlag.PATIENT_STOP)
        fitted = (*self.stimulation, *self.applicators)
        elapsed_s = self._elapsed_ms // 1000
        return UnitState(
            self.t_ms,
            state=self.state,
            active_channels=fitted if self.is_running else (),
            flags=frozenset(flags),
            elapsed_s=elapsed_s,
            remaining_s=max((self.info.prescribed_s or 0) - elapsed_s, 0),
            session_no=self.info.session_no,
            battery_percent=87,
            contact_channels=tuple(sorted(self._contact)),
            last_event_id=self.log[-1].id if self.log else 0,
        )

    def dose(self) -> list[OttMessage]:
        """The counters now."""
        return [
            *(self._es_dose(settings) for settings in self.stimulation.values()),
            *(self._us_dose(head) for head in self.applicators),
        ]

    def _es_dose(self, settings: EsSettings) -> EsDose:
        peak_ma = settings.amplitude_ma or 0.0
        # both phases of a symmetric pulse carry current
        share = 2 * (settings.phase_us or 0) * self._pulse_rate_hz(settings) * 1e-6
        counter = self._pulses[settings.channel]
        has_contact = settings.channel in self._contact
        flows = self.is_running and has_contact
        return EsDose(
            self.t_ms,
            channel=settings.channel,
            is_measured=True,
            has_contact=has_contact,
            peak_ma=peak_ma if flows else 0.0,
            rms_ma=peak_ma * math.sqrt(share) if flows else 0.0,
            pulses=round(counter.units),
            charge_uc=round(counter.amount),
        )

    def _us_dose(self, head: int) -> UsDose:
        flows = self.is_running and self._is_coupled(head)
        return UsDose(
            self.t_ms,
            head=head,
            coupling_percent=self._coupling[head],
            power_w=self._power_w(head) if flows else 0.0,
            energy_j=self._sound[head].amount,
            coupled_s=self._sound[head].units / 1000,
            head_temperature_c=31.2,
        )

    def _on_ms(self, channel: int, elapsed_ms: int) -> float:
        """How much of the treatment so far was contraction; all of it without a duty."""
        duty = self.duties.get(channel)
        if duty is None or not duty.on_s or not duty.off_s:
            return elapsed_ms
        on_ms, cycle_ms = 1000 * duty.on_s, 1000 * (duty.on_s + duty.off_s)
        whole, rest = divmod(elapsed_ms, cycle_ms)
        return whole * on_ms + min(rest, on_ms)

    def _pulse_rate_hz(self, settings: EsSettings) -> float:
        """Pulses that really come a second: in bursts, fewer than their rate within one."""
        bursts = self.modulations.get(settings.channel)
        is_burst = settings.mode is StimulationMode.BURST
        if is_burst and bursts and bursts.burst_hz and bursts.pulses_per_burst:
            return bursts.burst_hz * bursts.pulses_per_burst
        return settings.pulse_rate_hz or 0.0

    def _is_coupled(self, head: int) -> bool:
        return self._coupling[head] >= COUPLED_FROM_PERCENT

    def _power_w(self, head: int) -> float:
        """Averaged over the pulse cycle."""
        settings = self.applicators[head]
        intensity = settings.intensity_w_cm2 or 0.0
        share = 1.0 if settings.intensity_is_sata else settings.duty or 1.0
        return intensity * share * (settings.era_cm2 or 0.0)

    def _become(self, state: TherapyState, kind: EventKind, origin: EventOrigin) -> None:
        self.state = state
        self._note(kind, origin)

    def _note(
        self, kind: EventKind, origin: EventOrigin, channel: int | None = None, value: float = 0.0
    ) -> None:
        boot = self.unix_at_boot
        self.log.append(
            UnitEvent(
                self.t_ms,
                id=self._next_event_id,
                code=code_of_event(kind),
                channel=channel,
                origin=origin,
                value=value,
                unix_s=None if boot is None else int(boot + self.t_ms / 1000),
            )
        )
        self._next_event_id = self._next_event_id % 0xFFFE + 1


@dataclass(slots=True)
class _Counter:
    """Pulses and charge, or coupled milliseconds and energy."""

    units: float = 0.0
    amount: float = 0.0

    def add(self, units: float, amount: float) -> None:
        self.units += units
        self.amount += amount
