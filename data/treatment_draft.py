"""A treatment as it is being filled in: from defaults, a preset or the last one, to the record.

The road of a form: `new_draft`, `preset_draft` or `as_last_time`; `Draft.with_value` for each field
that is touched; `Draft.judgements` beside the fields, `Draft.open_points` before saving;
`treatment_of` makes the record, with its dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, timezone
from uuid import UUID

from data.clinical.field_check import Judgement, Verdict, judge, judge_all
from data.clinical.modalities import (
    Field,
    ModalityForm,
    Part,
    Plain,
    channel_of,
    field_id,
    form,
    number_of,
)
from data.clinical.presets import Preset
from data.clinical.screening import ScreeningList, open_items
from data.episodes import Episode
from data.records import Session, Stage, Treatment
from data.sides import Side
from data.treatment_course import Course
from data.treatment_dose import dose_of
from data.treatment_record import Placement, ScreeningRecord, Value
from data.treatment_values import (
    plain_values,
    reached_values,
    settings_of,
    unusual_reports,
    values_of,
)
from devices.modality import Modality, Origin
from devices.types import DeviceInfo

__all__ = [
    "Difference",
    "Draft",
    "as_last_time",
    "differences",
    "new_draft",
    "of_episode",
    "preset_draft",
    "treatment_of",
    "with_form",
]

SEEN_TODAY = (
    "skin_before",
    "sensation_test",
    "pain_before",
    "pain_movement",
    "days_since_injury",
    "last_response",
    "consent",
    "consent_on",
    "consent_warning",
    "tissue_stage",
    "eyewear",
)
"""Never taken over from another day: each has to be looked at or asked again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`values` by key of the modality's form. `origin_words` says what it was filled from."""

    modality: Modality
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    placement: Placement = field(default_factory=Placement)
    screening: ScreeningRecord = field(default_factory=ScreeningRecord)
    origin_words: str = ""
    episode_id: UUID | None = None

    @property
    def form(self) -> ModalityForm:
        return form(self.modality)

    @property
    def plain(self) -> dict[str, Plain | None]:
        return plain_values(self.values)

    @property
    def judgements(self) -> dict[str, Judgement]:
        """Of every field that is there; one that a person confirmed is not asked about again."""
        found = judge_all(self.modality, self.plain)
        for key, judgement in found.items():
            value = self.values.get(key)
            if judgement.verdict is Verdict.ASK and value is not None and value.confirmed:
                found[key] = Judgement(Verdict.OK, "", judgement.source, judgement.limit)
        return found

    def with_value(
        self, key: str, plain: Plain | None, origin: Origin = Origin.ENTERED, method: str = ""
    ) -> Draft:
        """A field as somebody filled it in: it is no default any more, and asked about anew.

        Fields that hang on it take their new default as long as nobody touched them.
        Raises KeyError for a field the modality has not.
        """
        unit = self.form.field(key).unit
        values = dict(self.values)
        values[key] = Value(plain, unit, origin, method=method)
        return replace(self, values=_followed(self.form, values, self.plain))

    def confirmed(self, key: str, words: str) -> Draft:
        """A person says that an unusual value is meant, and why."""
        values = {**self.values, key: replace(self.values[key], confirmed=words)}
        return replace(self, values=values)

    def open_points(self, lists: tuple[ScreeningList, ...] = (), *parts: Part) -> list[str]:
        """What stands against saving, as sentences; with `parts`, only of fields in those."""
        known = self.form
        wrong = (Verdict.REFUSE, Verdict.ASK, Verdict.MISSING)
        found = [
            each.reason
            for key, each in self.judgements.items()
            if each.verdict in wrong and (not parts or known.field(key).part in parts)
        ]
        found += open_items(lists, self.screening.answers, self.screening.reasons)
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as it was: `before` and `now` as they are read, empty for nothing."""

    key: str
    label: str
    before: str
    now: str

    @property
    def words(self) -> str:
        """``Amplitude 20 mA → 24 mA``"""
        return f"{self.label} {self.before or 'nothing'} → {self.now or 'nothing'}"


def new_draft(modality: Modality) -> Draft:
    """An empty form with its defaults."""
    known = form(modality)
    values = {
        key: Value(plain, known.field(key).unit, Origin.ENTERED, is_default=True)
        for key, plain in known.defaults().items()
    }
    return Draft(modality, values)


def preset_draft(preset: Preset) -> Draft:
    """A form filled from a preset; its values are defaults until they are touched."""
    modality = Modality(preset.modality)
    known = form(modality)
    values: dict[str, Value] = {}
    for key, plain in preset.values.items():
        values[key] = Value(plain, known.field(key).unit, Origin.ENTERED, is_default=True)
    followed = _followed(known, values, plain_values(values))
    return Draft(modality, followed, origin_words=preset.name)


def as_last_time(last: Treatment) -> Draft:
    """Everything as in `last` that can be the same on another day; the session counts on.

    A setting that was turned in the course of it is as it was turned last (`reached_values`).
    What is seen or asked on the day itself (`SEEN_TODAY`, and all that comes during and after)
    stays open. Screening answers are taken over with the day on which they were given.
    """
    known = form(last.modality)
    values: dict[str, Value] = {}
    for key, value in reached_values(last).items():
        if key in known and _is_lasting(known.field(key)):
            values[key] = Value(value.value, known.field(key).unit, is_default=True)
    session_n = values.get("session_n")
    if session_n is not None and isinstance(session_n.value, int | float):
        values["session_n"] = replace(session_n, value=session_n.value + 1)
    given = last.screening
    return Draft(
        last.modality,
        values,
        placement=last.placement,
        screening=replace(given, asked_on=given.asked_on or _day(last), asked_again=()),
        origin_words=f"as on {_day(last)}",
        episode_id=last.episode_id,
    )


def of_episode(draft: Draft, episode: Episode | None, on: date) -> Draft:
    """The draft as part of the open injury: its stage on that day, and the days since. Without
    one it is part of none, whatever the last treatment belonged to."""
    values = dict(draft.values)
    values.pop("stage", None)  # that of another day
    if episode is None:
        return replace(draft, values=values, episode_id=None)
    stage, days = episode.stage_on(on), episode.day(on)
    if stage is not None:
        method = "stage of the injury on the day"
        values["stage"] = Value(stage.value, "", Origin.DERIVED, True, method=method)
    if days >= 0:
        method = "day of the treatment − day of the injury"
        values["days_since_injury"] = Value(days, "d", Origin.DERIVED, True, method=method)
    return replace(draft, values=values, episode_id=episode.id)


def differences(draft: Draft, last: Treatment) -> list[Difference]:
    """What is not as last time, in the order of the form; electrodes and areas last."""
    before, now, known = reached_values(last), draft.values, draft.form
    found: list[Difference] = []
    for key in [*now, *(key for key in before if key not in now)]:
        if key not in known or not _is_lasting(known.field(key)):
            continue
        asked = known.field(key)
        old, new = (side[key].value if key in side else None for side in (before, now))
        if old != new and asked.id != "session_n":
            found.append(Difference(key, _label(asked, key), asked.words(old), asked.words(new)))
    order = [each.id for each in known.fields]
    found.sort(key=lambda each: (order.index(field_id(each.key)), channel_of(each.key)))
    if draft.placement != last.placement:
        old, new = _count(last.placement), _count(draft.placement)
        found.append(Difference("placement", "Placement", old, "moved" if old == new else new))
    return found


def treatment_of(
    draft: Draft,
    session: Session,
    course: Course,
    treatment_id: UUID,
    *,
    device: DeviceInfo | None = None,
) -> Treatment:
    """The record of a treatment that was typed in, with its dose over the course it took.

    Values outside what can be are not kept: check `Draft.open_points` before. `course` says when
    it ran, what was turned and where it paused.
    """
    values = {key: value for key, value in draft.values.items() if _is_kept(draft, key)}
    minutes = values.get("actual_min")
    if minutes is None or minutes.value is None or course.is_timed:
        values["actual_min"] = Value(course.on_s / 60, "min", Origin.DERIVED)
    plain = plain_values(values)
    record = Treatment(
        id=treatment_id,
        session_id=session.id,
        person_id=session.person_id,
        modality=draft.modality,
        source=Origin.ENTERED,
        started_at=course.started_at,
        utc_offset_min=course.utc_offset_min,
        ended_at=course.ended_at,
        site="",
        side=None,
        planned_s=_seconds(plain.get("planned_min")),
        actual_s=_seconds(plain.get("actual_min")),
        settings=settings_of(draft.modality, plain),
        changes=course.changes,
        dose=dose_of(draft.modality, plain, course),
        device=device,
        pauses=course.pauses,
        marks=course.marks,
    )
    return _with_values(record, values, draft)


def with_form(told: Treatment, draft: Draft) -> Treatment:
    """The record of a connected unit with what was typed beside it: site, answers, pain, note.

    What the unit reported stays as reported, unusual or not; `flags` say so.
    """
    values = {key: value for key, value in draft.values.items() if _is_kept(draft, key)}
    reported = {key: value for key, value in values_of(told).items() if key in draft.form}
    typed = {
        key: value
        for key, value in values.items()
        if key not in reported or reported[key].origin is Origin.ENTERED
    }
    record = _with_values(told, typed, draft)
    return replace(record, flags=tuple(dict.fromkeys((*told.flags, *unusual_reports(told)))))


def _with_values(record: Treatment, values: dict[str, Value], draft: Draft) -> Treatment:
    """The attributes that the form holds too."""
    plain = plain_values(values)
    side, stage = plain.get("side"), plain.get("stage")
    return replace(
        record,
        site=str(plain.get("site") or ""),
        side=Side(side) if side in tuple(Side) else None,
        area_cm2=number_of(plain.get("area_cm2")),
        pain_before=_whole(plain.get("pain_before")),
        pain_after=_whole(plain.get("pain_after")),
        note=str(plain.get("note") or ""),
        values=values,
        placement=draft.placement,
        screening=draft.screening,
        stage=Stage(stage) if stage in tuple(Stage) else None,
        episode_id=draft.episode_id,
        clinician=str(plain.get("clinician") or ""),
    )


def _followed(
    known: ModalityForm, values: dict[str, Value], before: Mapping[str, Plain | None]
) -> dict[str, Value]:
    """What hangs on other fields, renewed where nobody touched it; what does not apply is gone.

    `before` is how the form stood: a value is renewed only where its default has become another.
    """
    kept = dict(values)
    for _ in range(2):  # the second round sees what the first one changed
        plain = plain_values(kept)
        for each in known.fields:
            value = kept.get(each.id)
            if not each.applies(plain):
                kept.pop(each.id, None)
                continue
            default = each.default_for(plain)
            is_other = default is not None and default != each.default_for(before)
            is_open = value is None and default is not None and each.id not in values
            if is_open or (value is not None and value.is_default and is_other):
                kept[each.id] = Value(default, each.unit, is_default=True)
    return kept


def _is_lasting(asked: Field) -> bool:
    return asked.part in (Part.BEFORE, Part.SETTINGS) and asked.id not in SEEN_TODAY


def _is_kept(draft: Draft, key: str) -> bool:
    value = draft.values[key]
    if value.value is None or key not in draft.form:
        return False
    return judge(draft.modality, key, draft.plain).verdict is not Verdict.REFUSE


def _label(asked: Field, key: str) -> str:
    channel = channel_of(key)
    return asked.label if channel == 1 else f"{asked.label}, channel {channel}"


def _count(placement: Placement) -> str:
    points, areas = len(placement.points), len(placement.areas)
    parts = [f"{points} points"] if points else []
    parts += [f"{areas} areas"] if areas else []
    return ", ".join(parts)


def _day(treatment: Treatment) -> date:
    """By the clock on the clinic's wall."""
    offset = timezone(timedelta(minutes=treatment.utc_offset_min))
    return treatment.started_at.astimezone(offset).date()


def _seconds(minutes: Plain | None) -> float | None:
    number = number_of(minutes)
    return None if number is None else 60 * number


def _whole(value: Plain | None) -> int | None:
    number = number_of(value)
    return None if number is None else round(number)
