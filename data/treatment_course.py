"""How a treatment went over time: when it ran, what was turned, what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.treatment_record import Stretch, TreatmentMark
from devices.modality import SettingChange

__all__ = ["Course"]


@dataclass(frozen=True, slots=True)
class Course:
    """Times are seconds since the treatment began; `elapsed_s` is from there to the end, pauses
    included. `without_contact` are stretches in which nothing reached the person, `unheard` those
    in which a connected unit was not heard. `is_timed`: a timer ran beside it."""

    started_at: datetime
    utc_offset_min: int
    elapsed_s: float
    changes: tuple[SettingChange, ...] = ()
    pauses: tuple[Stretch, ...] = ()
    marks: tuple[TreatmentMark, ...] = ()
    without_contact: tuple[Stretch, ...] = ()
    unheard: tuple[Stretch, ...] = ()
    is_timed: bool = False

    @classmethod
    def typed(cls, ended_at: datetime, utc_offset_min: int, seconds: float) -> Course:
        """Of a treatment that is written down afterwards: nothing is known but how long it was."""
        return cls(ended_at - timedelta(seconds=seconds), utc_offset_min, seconds)

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.elapsed_s)

    @property
    def on_s(self) -> float:
        """Time without the pauses."""
        return sum(end - start for start, end in self.runs(self.pauses))

    @property
    def delivering(self) -> list[tuple[float, float]]:
        """Stretches in which something reached the person as far as is known."""
        return self.runs((*self.pauses, *self.without_contact, *self.unheard))

    def runs(self, breaks: tuple[Stretch, ...]) -> list[tuple[float, float]]:
        """What is left of the whole time without `breaks`, in order."""
        found: list[tuple[float, float]] = []
        at_s = 0.0
        for each in sorted(breaks, key=lambda stretch: stretch.start_s):
            if each.start_s > at_s:
                found.append((at_s, min(each.start_s, self.elapsed_s)))
            at_s = max(at_s, self.elapsed_s if each.end_s is None else each.end_s)
        if at_s < self.elapsed_s:
            found.append((at_s, self.elapsed_s))
        return [(start, end) for start, end in found if end > start]
