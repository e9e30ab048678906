"""The same records as in `shapes`, for people: plain tables with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.cli.output import print_facts, print_table
from app.wording import (
    MISSING,
    TABLE_METRICS,
    clock,
    code_text,
    dose_name,
    duration,
    fixed,
    formula_text,
    limb,
    lost_text,
    metric_name,
    metric_value,
    of_repetitions,
    significant,
    unit,
    used_methods,
)
from data.analysis.types import Asymmetry, RepResult, TrialAnalysis
from data.clinical.tests import StrengthTest
from data.records import DoseValue, Person, Session, Treatment, Trial


def print_analysis(test: StrengthTest, analysis: TrialAnalysis) -> None:
    count = len({rep.number for rep in analysis.reps})
    print(
        f"{test.name} ({test.id}): {count} repetition{'' if count == 1 else 's'}, "
        f"{analysis.rate_hz:.1f} Hz, {duration(analysis.duration_s)}\n"
    )
    print_results(analysis, test.metrics)
    print("\nMethods")
    print_facts([(f"  {key}", value) for key, value in used_methods(analysis).items()])


def print_results(analysis: TrialAnalysis, wanted: Sequence[str]) -> None:
    """Repetitions, both limbs compared, what was refused, what to know about the quality."""
    if analysis.reps:
        _print_reps(analysis.reps)
        print()
        for rep in analysis.reps:
            print(_stands_on(rep))
    print(asymmetry_sentence(analysis.asymmetry))
    for line in _refused(analysis, wanted):
        print(line)
    for note in analysis.quality:
        where = "" if note.rep is None else f" (rep {note.rep})"
        print(f"{note.code}{where}: {note.text}")


def asymmetry_sentence(asymmetry: Asymmetry) -> str:
    """Left first, then right, then the difference with its formula in words."""
    if asymmetry.value_percent is None:
        return f"Limbs not compared: {asymmetry.reason or 'not computed'}."
    key = asymmetry.metric
    values = ", ".join(
        f"{name} {metric_value(key, value)} {unit(key)}"
        for name, value in (("left", asymmetry.left), ("right", asymmetry.right))
    )
    direction = f"{limb(asymmetry.stronger)} stronger" if asymmetry.stronger else "No difference"
    return (
        f"{direction}: {values}; {fixed(asymmetry.value_percent, 1)} % "
        f"({formula_text(asymmetry.formula)}; {of_repetitions(asymmetry.aggregation)})."
    )


def print_trial(trial: Trial) -> None:
    from data.clinical.catalogue import tests

    header = trial.header
    device = f"{header.device_model}, serial {header.device.serial or 'unknown'}"
    print_facts(
        [
            ("trial", str(trial.id)),
            ("test", header.test_id),
            ("started", clock(header.started_at, header.utc_offset_min)),
            ("device", device + (", VIRTUAL" if header.is_virtual else "")),
            ("link", header.link),
            ("state", trial.state.value),
            ("samples", f"{trial.samples}, {lost_text([trial])}"),
            ("rate", MISSING if trial.rate_hz is None else f"{trial.rate_hz:.1f} Hz"),
            ("duration", duration(trial.duration_s)),
        ]
    )
    print()
    test = tests().get(header.test_id)
    print_results(trial.analysis, test.metrics if test else TABLE_METRICS)


def print_treatment(treatment: Treatment) -> None:
    print_facts(
        [
            ("treatment", str(treatment.id)),
            ("modality", treatment.modality.value),
            ("started", clock(treatment.started_at, treatment.utc_offset_min)),
            ("site", " ".join(filter(None, (treatment.side, treatment.site)))),
            ("source", treatment.source.value + (", VIRTUAL" if treatment.is_virtual else "")),
            ("time", MISSING if treatment.actual_s is None else duration(treatment.actual_s)),
        ]
    )
    print()
    print_dose(treatment.dose)


def print_dose(dose: Mapping[str, DoseValue]) -> None:
    print_table(
        ("dose", "value", "unit", "origin", "method"),
        [
            (
                dose_name(key),
                MISSING if each.value is None else significant(each.value, 4),
                each.unit if each.value is not None else each.reason or "not computed",
                each.origin.value,
                each.method,
            )
            for key, each in dose.items()
        ],
    )


def print_people(people: Sequence[Person]) -> None:
    print_table(
        ("id", "name", "born", "mass kg", "injured"),
        [
            (
                str(person.id),
                person.name,
                MISSING if person.born is None else person.born.isoformat(),
                MISSING if person.body_mass_kg is None else f"{person.body_mass_kg:.1f}",
                MISSING if person.injured is None else person.injured.value,
            )
            for person in people
        ],
    )


def print_sessions(sessions: Sequence[tuple[Session, str]]) -> None:
    """Each session with the name of its person."""
    print_table(
        ("id", "started", "person", "clinician"),
        [
            (str(session.id), clock(session.started_at, session.utc_offset_min), name, who)
            for session, name in sessions
            for who in (session.clinician,)
        ],
    )


def _print_reps(reps: Sequence[RepResult]) -> None:
    shown = [key for key in TABLE_METRICS if any(_value(rep, key) is not None for rep in reps)]
    print_table(
        (
            "rep",
            "limb",
            "from s",
            "to s",
            *(f"{metric_name(key)} {unit(key)}" for key in shown),
            "",
        ),
        [
            (
                str(rep.number),
                limb(rep.side),
                fixed(rep.bounds.start_s, 2),
                fixed(rep.bounds.end_s, 2),
                *(metric_value(key, _value(rep, key)) for key in shown),
                _remark(rep),
            )
            for rep in reps
        ],
    )


def _stands_on(rep: RepResult) -> str:
    """``Rep 1, left: net of 28 N at rest (rest.quiet.v1 …); onset at 1.000 s``."""
    side = "" if rep.side is None else f", {rep.side}"
    rest = rep.metrics.get("baseline_n")
    level = "no resting level"
    if rest is not None:
        refused = f"{level}: {rest.reason}"
        found = f"net of {fixed(rest.value or 0.0, 1)} N at rest, {rest.method}"
        level = refused if rest.value is None else found
    onset = "no onset" if rep.onset_s is None else f"onset at {rep.onset_s:.3f} s"
    return f"Rep {rep.number}{side}: {level}; {onset}."


def _value(rep: RepResult, key: str) -> float | None:
    return rep.metrics[key].value if key in rep.metrics else None


def _remark(rep: RepResult) -> str:
    remarks = [code_text(code) for code in rep.codes]
    if rep.rejected is not None:
        remarks.insert(0, f"rejected: {rep.rejected}")
    return "; ".join(remarks)


def _refused(analysis: TrialAnalysis, wanted: Sequence[str]) -> list[str]:
    reasons: dict[str, dict[str, None]] = {}
    for rep in analysis.reps:
        for key in wanted:
            if key in rep.metrics and rep.metrics[key].value is None:
                names = reasons.setdefault(rep.metrics[key].reason or "no reason was given", {})
                names[metric_name(key)] = None
    return [f"Not computed: {', '.join(names)}: {reason}." for reason, names in reasons.items()]
