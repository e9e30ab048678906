"""One treatment put together from what a controlling program ordered: nothing filled in."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace

from devices.modality import SettingChange, StimulationSettings

MOST_CHANGES = 500
BY = "controlling program"

_UNITS = {
    "amplitude_ma": "mA",
    "pulse_rate_hz": "Hz",
    "phase_us": "µs",
    "interphase_us": "µs",
    "burst_hz": "Hz",
    "ramp_up_s": "s",
}


@dataclass(frozen=True, slots=True)
class PulseTrain:
    """What one channel is to do. `phase_charge_uc` is that of the larger phase of a pulse;
    `pulses_per_s` is None where they come one by one."""

    settings: StimulationSettings
    phase_charge_uc: float
    pulses_per_s: float | None


@dataclass(slots=True)
class Delivered:
    """What the orders amount to on one channel; charge is of one phase, summed."""

    pulses: float = 0.0
    charge_uc: float = 0.0

    def add(self, pulses: float, phase_charge_uc: float) -> None:
        self.pulses += pulses
        self.charge_uc += pulses * phase_charge_uc


class StimulationRecording:
    """Told what was ordered, in order; `t_s` counts from the beginning of the recording.

    All times are None where the recording carries none: then nothing is summed up. Output is on
    from the first order with current on; it ends by order, by the unit's own word, or when
    nothing sustained it for `timeout_s`. `changes` are in seconds since output began, a channel
    that comes later or goes earlier among them.
    """

    def __init__(self, timeout_s: float) -> None:
        self.changes: list[SettingChange] = []
        self.unlisted_changes = 0
        self.delivered: dict[int, Delivered] = {}
        self.on_s = 0.0
        self.began_s: float | None = None
        self.ended_s: float | None = None
        self.has_begun = False
        self.is_on = False
        self._timeout_s = timeout_s
        self._first: dict[int, StimulationSettings] = {}
        self._shown: dict[int, StimulationSettings] = {}
        self._trains: dict[int, PulseTrain] = {}
        self._ordered: set[int] = set()
        self._faults: Mapping[int, str] = {}
        self._off: Set[int] = frozenset()
        self._incidents: dict[str, _Incident] = {}
        self._last_s: float | None = None
        self._alive_s: float | None = None

    @property
    def settings(self) -> tuple[StimulationSettings, ...]:
        """Of each channel when it first had current."""
        return tuple(self._first[number] for number in sorted(self._first))

    @property
    def last_trains(self) -> tuple[PulseTrain, ...]:
        """As each channel was last set while it had current."""
        return tuple(self._trains[number] for number in sorted(self._trains))

    @property
    def flags(self) -> list[str]:
        """What a reader must know, a plain sentence each."""
        sentences = [f"{what}{each.words()}." for what, each in self._incidents.items()]
        if self.unlisted_changes:
            sentences.append(
                f"{self.unlisted_changes} more changes of settings are not listed; "
                "the sums take all of them into account."
            )
        return sentences

    def order(self, t_s: float | None, trains: Mapping[int, PulseTrain]) -> None:
        """All channels are set anew; one that is not in `trains` is off from now on."""
        self._advance(t_s)
        self._alive_s = t_s
        live = {n: train for n, train in trains.items() if train.phase_charge_uc > 0}
        is_first = self._begin(t_s) if live else False
        for number in sorted({*self._shown, *live}):
            self._turn(t_s, number, live.get(number), is_first=is_first)
        self._ordered, self._off = set(live), frozenset()
        self.is_on = bool(live)

    def order_pulses(self, t_s: float | None, number: int, train: PulseTrain, pulses: int) -> None:
        """So many pulses now, and no more."""
        self._advance(t_s)
        if train.phase_charge_uc <= 0:
            return
        self._turn(t_s, number, train, is_first=self._begin(t_s))
        self.delivered.setdefault(number, Delivered()).add(pulses, train.phase_charge_uc)
        self.ended_s = t_s

    def sustain(self, t_s: float | None) -> None:
        """Something came that keeps output going, if there is any."""
        self._advance(t_s)
        self._alive_s = t_s

    def report(
        self, t_s: float | None, faults: Mapping[int, str], off: Set[int] = frozenset()
    ) -> None:
        """The unit told which channels do not deliver now, and why, and which it has `off`,
        until it is ordered anew; the others deliver."""
        self._advance(t_s)
        for number in sorted(self._ordered & (off - self._off)):
            self.note(t_s, f"Channel {number}: the unit has it off, not counted meanwhile")
        self._off = off
        for number in sorted(self._ordered & (faults.keys() - self._faults.keys())):
            self.note(t_s, f"Channel {number}: {faults[number]}, not counted meanwhile")
        self._faults = dict(faults)

    def end(self, t_s: float | None, why: str = "") -> None:
        """Output is off; `why` is given where it was not the order to stop."""
        self._advance(t_s)
        if self.is_on and why:
            self.note(t_s, f"Output ended: {why}")
        self._switch_off()

    def finish(self, t_s: float | None) -> None:
        """The recording ends here."""
        self._advance(t_s)
        if self.is_on:
            self.note(None, "The recording ends while output is on: what came after is not known")
        self._switch_off()

    def note(self, t_s: float | None, what: str) -> None:
        """Something a reader must know; the same again is counted."""
        at_s = None if t_s is None or self.began_s is None else t_s - self.began_s
        incident = self._incidents.setdefault(what, _Incident(at_s))
        incident.times += 1

    def _begin(self, t_s: float | None) -> bool:
        """There is current; True where there was none before."""
        is_first = not self.has_begun
        if is_first:
            self.has_begun = True
            self.began_s = self.ended_s = t_s
        return is_first

    def _advance(self, t_s: float | None) -> None:
        """Move on, and add up what was ordered until then."""
        last_s, self._last_s = self._last_s, t_s
        if t_s is None or last_s is None or self._alive_s is None or not self.is_on:
            return
        end_s = min(t_s, self._alive_s + self._timeout_s)
        seconds = max(end_s - last_s, 0.0)
        delivering = self._ordered - self._off - self._faults.keys()
        for number in delivering:
            train = self._trains[number]
            pulses = (train.pulses_per_s or 0.0) * seconds
            self.delivered.setdefault(number, Delivered()).add(pulses, train.phase_charge_uc)
        if delivering:
            self.on_s += seconds
        self.ended_s = end_s
        if end_s < t_s:
            self.note(end_s, f"Output ended: nothing sustained it for {self._timeout_s:g} s")
            self._switch_off()

    def _switch_off(self) -> None:
        self.is_on = False
        self._ordered = set()

    def _turn(
        self, t_s: float | None, number: int, train: PulseTrain | None, *, is_first: bool
    ) -> None:
        """To `train`, or off; what differs from before is a change."""
        before = self._shown.get(number)
        if train is not None:
            self._trains[number] = train
            after = train.settings
        elif before is not None:
            after = replace(before, amplitude_ma=0.0)
        else:
            return
        self._shown[number] = after
        self._first.setdefault(number, after)
        if before is not None:
            self._note_differences(t_s, number, before, after)
        elif not is_first:
            self._change(t_s, number, "amplitude_ma", None, after.amplitude_ma)

    def _note_differences(
        self,
        t_s: float | None,
        number: int,
        before: StimulationSettings,
        after: StimulationSettings,
    ) -> None:
        for name in (field.name for field in fields(after)):
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                self._change(t_s, number, name, old, new)

    def _change(
        self,
        t_s: float | None,
        number: int,
        name: str,
        old: float | str | None,
        new: float | str | None,
    ) -> None:
        if len(self.changes) == MOST_CHANGES:
            self.unlisted_changes += 1
            return
        at_s = 0.0 if t_s is None or self.began_s is None else t_s - self.began_s
        self.changes.append(SettingChange(at_s, number, name, old, new, _UNITS.get(name, ""), BY))


@dataclass(slots=True)
class _Incident:
    first_s: float | None
    times: int = 0

    def words(self) -> str:
        often = f"{self.times} times" if self.times > 1 else ""
        first = "" if self.first_s is None else f"at {self.first_s:.1f} s"
        found = ", first ".join(each for each in (often, first) if each)
        return f" ({found})" if found else ""
