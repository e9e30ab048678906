"""What the record of one treatment says on paper: every value with its unit and origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.plain_text import plain
from app.report.compose import person_facts
from app.report.content import Fact
from app.report.treatments import NAMES
from app.units import clock as minutes_of
from app.units import number
from app.version import program_version
from app.wording import (
    ORIGINS,
    clock,
    date_text,
    dose_name,
    dose_value,
    duration,
    fixed,
    local_time,
    sentence,
    short_method,
)
from data.clinical.dose_limits import LIMITS, Limit, note_over
from data.clinical.modalities import ModalityForm, Part, Plain, channel_of, field_id, form
from data.clinical.screening import Answer
from data.records import Person, Session, Treatment
from data.treatment_record import MarkKind, Placement, ScreeningRecord, TreatmentMark, Value
from data.treatment_values import adverse_words, setting_key, setting_value, values_of
from devices.modality import SettingChange

_UNIT = (
    "unit_make", "unit_model", "unit_serial", "unit_udi", "applicator", "applicator_serial",
    "calibration_due",
)  # fmt: skip
_CONSENT = ("consent", "consent_warning", "consent_on", "skin_before", "sensation_test")
_ADVERSE = ("adverse_event", "adverse_text", "adverse_action")  # stand above all, if any
_ELSEWHERE = ("clinician", "planned_min", "actual_min", "pain_before")
_WHO = ("Born", "Injured limb")
# Which limit a dose is held against, by the end of its key.
_LIMIT_OF = {
    "rms_ma": "rms",
    "density_ma_cm2": "density",
    "power_density_mw_cm2": "power_density",
    "energy_per_pulse_mj": "pulse_energy",
    "sata_w_cm2": "ultrasound",
    "coverage_heads": "coverage",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A group of values; `aside` says what holds for all of them. With `is_running` they follow
    each other in lines of text."""

    title: str
    facts: tuple[Fact, ...]
    aside: str = ""
    texts: tuple[str, ...] = ()
    is_running: bool = False
    name_pt: float = 78


@dataclass(frozen=True, slots=True)
class TreatmentSheet:
    name: str
    when: str
    person: tuple[Fact, ...]
    title: str
    is_virtual: bool
    warnings: tuple[str, ...]
    settings: Section
    placement: Placement
    placement_words: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: str


def treatment_sheet(
    person: Person,
    session: Session,
    treatment: Treatment,
    placement_words: Iterable[str],
    made: str,
    output: str = "",
) -> TreatmentSheet:
    """`placement_words` is the placement in words, `made` when this is written, `output` the last
    output check of the head before the treatment (`app.output_checks.printed_words`)."""
    known, values = form(treatment.modality), values_of(treatment)
    by = plain(treatment.clinician or session.clinician)
    when = clock(treatment.started_at, treatment.utc_offset_min)
    who = [fact for fact in person_facts(person, session) if fact.name in _WHO]
    return TreatmentSheet(
        name=plain(person.name),
        when=f"{when}{f', by {by}' if by else ''}",
        person=tuple(who),
        title=NAMES.get(treatment.modality, treatment.modality.value),
        is_virtual=treatment.is_virtual,
        warnings=tuple(_warnings(treatment)),
        settings=_values("Settings", known, values, _keys(known, values, Part.SETTINGS)),
        placement=treatment.placement,
        placement_words=tuple(plain(each) for each in placement_words),
        sections=tuple(
            section
            for section in (
                _values("Why and where", known, values, _keys(known, values, Part.BEFORE)),
                _unit(treatment, known, values, output),
                _consent(known, values),
                _screening(treatment.screening),
                _course(treatment, known),
                _changes(treatment, known),
                _dose(treatment),
                _after(treatment, known, values),
            )
            if section.facts or section.texts
        ),
        foot=f"Treatment {treatment.id} · Myograph {program_version()} · made {made}",
    )


def _keys(known: ModalityForm, values: Mapping[str, Value], *parts: Part) -> list[str]:
    """Of these parts of the form; a key that the form has not was set on a unit."""
    left_out = (*_UNIT, *_CONSENT, *_ELSEWHERE)
    return [
        key
        for key in values
        if field_id(key) not in left_out
        and (known.field(key).part if key in known else Part.SETTINGS) in parts
    ]


def _values(
    title: str, known: ModalityForm, values: Mapping[str, Value], keys: Iterable[str]
) -> Section:
    """The origin that most have is said once, in the heading."""
    there = [key for key in keys if values[key].value not in (None, "")]
    origins = Counter(values[key].origin for key in there)
    common = origins.most_common(1)[0][0] if origins else None
    facts: list[Fact] = []
    for key in there:
        value = values[key]
        marks = [ORIGINS[value.origin]] if value.origin is not common else []
        marks += [f"confirmed: {plain(value.confirmed)}"] if value.confirmed else []
        marks += [plain(value.method)] if value.method else []
        facts.append(Fact(_label(known, key), _words(known, key, value), "; ".join(marks)))
    several = " unless marked" if len(origins) > 1 else ""
    aside = ORIGINS[common] + several if common else ""
    return Section(title, tuple(facts), aside, is_running=title != "Settings")


def _consent(known: ModalityForm, values: Mapping[str, Value]) -> Section:
    found = _values("Consent and skin before", known, values, [k for k in _CONSENT if k in values])
    return found if found.facts else replace(found, texts=("not noted",))


def _unit(
    treatment: Treatment, known: ModalityForm, values: Mapping[str, Value], output: str
) -> Section:
    typed = _values("Unit and applicator", known, values, [k for k in _UNIT if k in values])
    if output:
        typed = replace(typed, facts=(*typed.facts, Fact("Output check", plain(output))))
    device = treatment.device
    if device is None:
        return typed
    read = Fact(
        "Connected",
        plain(
            f"{device.name or device.model}, serial {device.serial or 'unknown'}, "
            f"firmware {device.firmware or 'unknown'}, {treatment.link}"
        ),
    )
    return replace(typed, facts=(*typed.facts, read))


def _screening(given: ScreeningRecord) -> Section:
    if not given.lists and not given.answers:
        return Section("Screening", (), texts=("No screening list was asked.",), is_running=True)
    facts = [Fact("Lists asked", ", ".join(map(plain, given.lists)) or "not noted")]
    if given.by:
        facts.append(Fact("Asked by", plain(given.by)))
    if given.asked_on is not None:
        facts.append(Fact("Answers of", date_text(given.asked_on)))
    if given.asked_again:
        again = "; ".join(plain(given.texts.get(key, key)) for key in given.asked_again)
        facts.append(Fact("Asked again on the day", again))
    texts: list[str] = []
    for answer, word in ((Answer.YES, "Yes"), (Answer.NO, "No"), (Answer.NOT_ASKED, "Not asked")):
        asked = [key for key, each in given.answers.items() if each is answer]
        if answer is Answer.YES:
            texts += [_yes(given, key) for key in asked]
        elif asked:
            items = "; ".join(plain(given.texts.get(key, key)) for key in asked)
            texts.append(f"{word} ({len(asked)}): {items}.")
    if not any(answer is Answer.YES for answer in given.answers.values()):
        texts.insert(0, "Nothing was answered with yes.")
    return Section("Screening", tuple(facts), texts=tuple(texts), is_running=True)


def _yes(given: ScreeningRecord, key: str) -> str:
    reason = plain(given.reasons.get(key, "")) or "no reason was given"
    return f"Yes: {plain(given.texts.get(key, key))}. Why it went on: {reason}."


def _course(treatment: Treatment, known: ModalityForm) -> Section:
    offset = treatment.utc_offset_min
    facts = [Fact("Began", f"{local_time(treatment.started_at, offset):%H:%M:%S}")]
    if treatment.ended_at is not None:
        facts.append(Fact("Ended", f"{local_time(treatment.ended_at, offset):%H:%M:%S}"))
    planned = "not noted" if treatment.planned_s is None else duration(treatment.planned_s)
    actual = "not noted" if treatment.actual_s is None else duration(treatment.actual_s)
    facts += [Fact("Planned", planned), Fact("Actual", actual)]
    stretches = [(each.start_s, each.end_s) for each in treatment.pauses]
    facts.append(Fact("Pauses", _stretches(stretches) or "none"))
    if known.checks_min:
        minutes = ", ".join(f"{each:g}" for each in known.checks_min)
        done = [_mark(each) for each in treatment.marks if each.kind is MarkKind.CHECK]
        facts.append(
            Fact("Checks", f"{'; '.join(done) or 'none noted'} (planned at minute {minutes})")
        )
    for kind, name in ((MarkKind.PAIN, "Pain during"), (MarkKind.NOTE, "Noted")):
        said = [_mark(each) for each in treatment.marks if each.kind is kind]
        facts += [Fact(name, "; ".join(said))] if said else []
    losses = [(each.start_s, each.end_s) for each in treatment.contact_losses]
    facts += [Fact("Without contact", _stretches(losses))] if losses else []
    gaps = [(each.start_s, each.end_s) for each in treatment.gaps]
    facts += [Fact("Unit not heard", f"{_stretches(gaps)}; nothing was filled in")] if gaps else []
    return Section("Course", tuple(facts), "minutes and seconds since it began")


def _mark(mark: TreatmentMark) -> str:
    said = f"{mark.pain} of 10" if mark.pain is not None else plain(mark.text)
    return f"{minutes_of(mark.at_s)} {said}".rstrip()


def _stretches(found: Sequence[tuple[float, float | None]]) -> str:
    """``2 times, 1:05 in all: at 3:00 for 0:45, at 9:10 for 0:20``"""
    if not found:
        return ""
    whole = sum(end - start for start, end in found if end is not None)
    parts = [
        f"at {minutes_of(start)} "
        + ("to the end" if end is None else f"for {minutes_of(end - start)}")
        for start, end in found
    ]
    times = "once" if len(found) == 1 else f"{len(found)} times, {minutes_of(whole)} in all"
    return f"{times}: {', '.join(parts)}"


def _changes(treatment: Treatment, known: ModalityForm) -> Section:
    facts = tuple(
        Fact(minutes_of(change.at_s), _change_words(change, known)) for change in treatment.changes
    )
    return Section("Changes", facts, "minutes and seconds since it began", name_pt=34)


def _change_words(change: SettingChange, known: ModalityForm) -> str:
    """``Amplitude (peak) 20 → 24 mA, by panel``"""
    key = setting_key(change)
    old = change.old
    if change.parameter == "duty" and isinstance(old, int | float):
        old = 100 * old
    unit = known.field(key).unit if key in known else change.unit
    levels = " → ".join(_level(each) for each in (old, setting_value(change)))
    by = f", by {plain(change.by)}" if change.by else ""
    return f"{_label(known, key)} {levels} {plain(unit)}".rstrip() + by


def _dose(treatment: Treatment) -> Section:
    several = len(treatment.settings) > 1
    origins = Counter(dose.origin for dose in treatment.dose.values() if dose.value is not None)
    common = origins.most_common(1)[0][0] if origins else None
    facts: list[Fact] = []
    held: dict[str, None] = {}
    for key, dose in treatment.dose.items():
        name = sentence(dose_name(key, of_output=several))
        if dose.value is None:
            facts.append(Fact(name, f"not computed: {plain(dose.reason or 'no reason was given')}"))
            continue
        method = short_method(dose.method, name="")
        marks = [ORIGINS[dose.origin]] if dose.origin is not common else []
        marks.append(plain(method.removeprefix(": ")))
        facts.append(Fact(name, f"{dose_value(dose.value)} {dose.unit}".strip(), ", ".join(marks)))
        limit = _limit(key)
        if limit:
            held[_limit_words(dose_name(key, of_output=False), LIMITS[limit])] = None
    texts = (f"Held against these limits: {'; '.join(held)}.",) if held else ()
    aside = f"{ORIGINS[common]} unless marked, by the method named" if common else ""
    return Section("Dose", tuple(facts), aside, texts, name_pt=118)


def _limit(key: str) -> str | None:
    return next((each for end, each in _LIMIT_OF.items() if key.endswith(end)), None)


def _limit_words(name: str, limit: Limit) -> str:
    doubt = "" if limit.is_verified else "; from memory, not read"
    return f"{name} {limit.value:g} {limit.unit} ({limit.source}{doubt})"


def _after(treatment: Treatment, known: ModalityForm, values: Mapping[str, Value]) -> Section:
    made = _values(
        "Seen and said",
        known,
        values,
        [
            key
            for key in _keys(known, values, Part.DURING, Part.AFTER)
            if key not in ("pain_after", *(_ADVERSE if adverse_words(treatment) else ()))
        ],
    )
    before, after = (
        "not asked" if each is None else number(each)
        for each in (treatment.pain_before, treatment.pain_after)
    )
    pain = Fact("Pain (0–10)", f"{before} before, {after} after")
    return replace(made, facts=(pain, *made.facts))


def _warnings(treatment: Treatment) -> Iterable[str]:
    adverse = adverse_words(treatment)
    if adverse:
        yield plain(adverse)
    yield from map(plain, treatment.flags)
    for key, dose in treatment.dose.items():
        limit = _limit(key)
        over = note_over(limit, dose.value) if limit else None
        if over:
            name = sentence(dose_name(key, of_output=len(treatment.settings) > 1))
            yield f"{name}: {dose_value(dose.value or 0.0)} {dose.unit}. {over}"
    if treatment.gaps:
        unheard = sum(gap.end_s - gap.start_s for gap in treatment.gaps)
        yield (
            f"The unit was not heard for {fixed(unheard, 1)} s in all: what it did then is not in "
            "this record."
        )


def _label(known: ModalityForm, key: str) -> str:
    label = known.field(key).label if key in known else sentence(field_id(key).replace("_", " "))
    return f"{label}, {channel_of(key)}" if "@" in key else label


def _words(known: ModalityForm, key: str, value: Value) -> str:
    if key in known:
        return plain(known.field(key).words(value.value))
    return plain(f"{_level(value.value)} {value.unit}".rstrip())


def _level(value: Plain | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, int | float) else plain(value)
