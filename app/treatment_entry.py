"""A treatment as it is being entered: its draft, what it repeats, and who knows its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.treatment_questions import Question, questions
from app.units import local_offset_min
from app.wording import date_text, local_time
from data.clinical.dose import DoseNumber
from data.clinical.dose_suggestion import suggestion_of
from data.clinical.modalities import Part, Plain, number_of
from data.ids import uuid7
from data.records import Session, Treatment
from data.store import Store
from data.treatment_course import Course
from data.treatment_dose import dose_numbers
from data.treatment_draft import Difference, Draft, differences, treatment_of
from data.treatment_journal import finish
from data.treatment_record import Placement, ScreeningRecord, Value
from data.treatment_timer import TreatmentTimer
from devices.modality import Modality, Origin

_ALL = (Part.SETTINGS, Part.BEFORE, Part.DURING, Part.AFTER)
_WHILE = (Part.SETTINGS, Part.BEFORE, Part.DURING)
_BESIDE_UNIT = (Part.BEFORE, Part.DURING, Part.AFTER)
_MEANT = "meant as it is"


@dataclass(frozen=True, slots=True, eq=False)
class TreatmentEntry:
    """`last` is the treatment that it repeats, `timer` the one that runs beside it. Where it
    `is_of_unit`, a connected unit tells settings and time, and the rest is typed."""

    draft: Draft
    last: Treatment | None = None
    timer: TreatmentTimer | None = None
    is_of_unit: bool = False

    @property
    def shown(self) -> Draft:
        """While a treatment runs, its settings as they were turned last."""
        if self.timer is None:
            return self.draft
        values = dict(self.draft.values)
        for key, value in self.draft.values.items():
            if key in self.draft.form and self.draft.form.field(key).part is Part.SETTINGS:
                values[key] = replace(value, value=self.timer.now(key))
        return replace(self.draft, values=values)

    @property
    def changes(self) -> list[Difference]:
        """What somebody made different from last time; a new field's default is no change."""
        shown = self.shown
        found = differences(shown, self.last) if self.last is not None else []
        untouched = {key for key, value in shown.values.items() if value.is_default}
        return [
            each
            for each in found
            if each.key != "clinician" and (each.before or each.key not in untouched)
        ]

    @property
    def changed_from(self) -> dict[str, str]:
        """How each changed field was last time, by its key."""
        return {each.key: each.before or "nothing" for each in self.changes}

    @property
    def origin_words(self) -> str:
        """``As on 3 Nov 2026``, or what it was filled from."""
        if self.last is not None:
            last = self.last
            return f"As on {date_text(local_time(last.started_at, last.utc_offset_min))}"
        words = self.draft.origin_words
        return words[:1].upper() + words[1:]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the form that are typed."""
        return _BESIDE_UNIT if self.is_of_unit else _ALL

    @property
    def open_questions(self) -> list[Question]:
        return questions(self.asked_draft, self.parts)

    @property
    def asked_draft(self) -> Draft:
        """The time taken is not asked where it is known: by the timer, the unit or the plan."""
        planned = self.draft.values.get("planned_min")
        is_known = self.is_of_unit or self.timer is not None or planned is not None
        if is_known and "actual_min" not in self.draft.values:
            minutes = planned or Value(0.0, "min")
            return replace(self.draft, values={**self.draft.values, "actual_min": minutes})
        return self.draft

    @property
    def asked_parts(self) -> tuple[Part, ...]:
        """Those that can be answered by now: what comes after is asked after the timer's end."""
        return _WHILE if self.is_running and not self.is_of_unit else self.parts

    @property
    def next_step(self) -> str:
        """What is to be done when nothing is asked any more."""
        if self.is_running:
            return "All is answered so far. End the timer when the treatment is over."
        if not self.draft.screening.answers:
            return "All but the screening is answered: S asks it. Ctrl+Enter saves."
        return "Everything is answered. Ctrl+Enter saves."

    @property
    def is_running(self) -> bool:
        """Its timer was started and not ended; it may pause."""
        return self.timer is not None and not self.timer.is_ended

    @property
    def is_touched(self) -> bool:
        """Something was typed that is worth more than a step back."""
        return any(not value.is_default for value in self.draft.values.values())

    def is_turned(self, key: str) -> bool:
        """A setting of a treatment that is running: a change has its time."""
        return self.is_running and self.draft.form.field(key).part is Part.SETTINGS

    def dose(self, now: datetime) -> Mapping[str, DoseNumber]:
        """Over the timer's course, or over the time that was typed."""
        course = self.timer.course if self.timer is not None else _typed_course(self.draft, now)
        return dose_numbers(self.draft.modality, self.draft.plain, course)

    @property
    def suggested_dose(self) -> str:
        """What a school suggests for ultrasound; else empty."""
        is_ultrasound = self.draft.modality is Modality.ULTRASOUND
        return suggestion_of(self.draft.plain) if is_ultrasound else ""

    def edited(self, key: str, value: Plain | None) -> TreatmentEntry:
        draft = self.draft
        share = draft.values.get("mvic_percent")
        if key == "evoked_force_n" and share is not None and share.origin is Origin.DERIVED:
            draft = draft.with_value("mvic_percent", None)  # it was that of another force
        return replace(self, draft=draft.with_value(key, value))

    def asked_anew(self, key: str) -> TreatmentEntry:
        """What was said of the value before does not hold for the one it was turned to."""
        if key not in self.draft.values:
            return self
        values = {**self.draft.values, key: replace(self.draft.values[key], confirmed="")}
        return replace(self, draft=replace(self.draft, values=values))

    def meant(self, key: str) -> TreatmentEntry:
        """An unusual value is meant."""
        return replace(self, draft=self.draft.confirmed(key, _MEANT))

    def screened(self, record: ScreeningRecord, by: str) -> TreatmentEntry:
        return replace(self, draft=replace(self.draft, screening=replace(record, by=by)))

    def placed(self, placement: Placement) -> TreatmentEntry:
        return replace(self, draft=replace(self.draft, placement=placement))

    def evoked(self, peak_n: float, share: float | None, method: str) -> TreatmentEntry:
        """A force that was measured beside it in N, and its share of the own maximum in %."""
        draft = self.draft.with_value("evoked_force_n", peak_n, Origin.MEASURED)
        origin = Origin.ENTERED if share is None else Origin.DERIVED
        draft = draft.with_value("mvic_percent", share, origin, method)
        if share is not None:
            draft = draft.confirmed("mvic_percent", "measured")
        return replace(self, draft=draft)


def save_entry(store: Store, entry: TreatmentEntry, session: Session, now: datetime) -> Treatment:
    """In the store's thread. One with a timer after its end, from memory where its file failed."""
    draft, timer = entry.draft, entry.timer
    if timer is None:
        record = treatment_of(draft, session, _typed_course(draft, now), uuid7())
    elif timer.path is not None and timer.problem is None:
        return finish(store, timer.path, draft)
    else:
        record = treatment_of(draft, session, timer.course, timer.started.id)
    return store.treatments.save(record)


def _typed_course(draft: Draft, now: datetime) -> Course:
    """That of a treatment that is written down after it was given: as long as was typed."""
    filled = draft.plain
    minutes = number_of(filled.get("actual_min"))
    if minutes is None:  # nothing was said; 0 minutes are an answer: it was stopped at once
        minutes = number_of(filled.get("planned_min"))
    return Course.typed(now, local_offset_min(now), 60 * (minutes or 0.0))
