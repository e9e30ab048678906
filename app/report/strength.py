"""One run of a strength test in the report: large numbers, repetitions, sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.plain_text import plain
from app.report.charts import charts_of
from app.report.content import (
    Cell,
    Column,
    Headline,
    Row,
    StrengthSection,
    Table,
)
from app.report.provenance import limbs_of, provenance
from app.report.trial import ReportTrial
from app.wording import (
    code_text,
    date_text,
    fixed,
    formula_text,
    limb,
    local_time,
    metric_name,
    metric_value,
    offset_text,
    sentence,
    unit,
)
from data.analysis.comparison import valid_values
from data.analysis.types import Asymmetry, RepResult, Side
from data.clinical.difference import limb_difference
from data.clinical.tests import Laterality, Stabilisation, StrengthTest
from data.clinical.typical_error import ErrorOrigin, TypicalError
from data.records import Trial, TrialState

# The columns of the table, in this order, as far as they were computed.
SHOWN = ("peak_n", "torque_nm", "impulse_ns", "time_to_peak_s")

# A warning is read only while it is short; the record has every gap.
GAPS_SHOWN = 4

SHORT_FORMULAS = {"lsi": "Limb symmetry index", "lsi.deficit": "Limb symmetry deficit"}

NO_ERROR_KNOWN = (
    "The measurement error of this test is not on file: a difference or a change may lie within it."
)

STATES = {
    TrialState.INTERRUPTED: "Interrupted: the link to the device was lost and the trial was ended.",
    TrialState.RECOVERED: "Recovered: the program had stopped during this trial; all that was "
    "on disk is shown.",
}


def strength_section(
    run: Sequence[ReportTrial],
    test: StrengthTest | None,
    comparison: Asymmetry,
    last_time: Sequence[Trial],
    error: TypicalError | None,
) -> StrengthSection:
    """`run` is one trial, or one trial for each limb, left first, compared by `comparison`;
    `error` is that of the number which is compared."""
    trials = [each.trial for each in run]
    return StrengthSection(
        title=plain(trials[0].header.test_id) if test is None else test.name,
        subtitle=" · ".join(_subtitle(trials[0], test)),
        is_virtual=any(trial.header.is_virtual for trial in trials),
        warnings=tuple(_warnings(trials)),
        headlines=tuple(_headlines(trials, comparison)),
        charts=charts_of(run),
        table=_table(trials),
        statements=(
            _comparison_sentence(comparison, trials[0])
            if any(trial.analysis.reps for trial in trials)
            else "No repetition was found in this recording.",
            *_how_compared(comparison, trials, error),
            *_change_sentences(comparison, trials[0], last_time, error),
            *_notes(trials),
        ),
        refused=tuple(_refused(trials, test)),
        provenance=tuple(provenance(trials)),
    )


def _subtitle(trial: Trial, test: StrengthTest | None) -> Iterable[str]:
    header = trial.header
    if test is not None:
        yield test.contraction.value
        yield "both limbs at once" if test.laterality is Laterality.BILATERAL else "limb by limb"
    yield plain(header.test_id)
    if header.posture:
        yield plain(header.posture)
    if header.lever_m is not None:
        yield f"lever {fixed(header.lever_m, 2)} m"
    if header.gravity_n is None:
        yield "not corrected for the limb's weight"
    else:
        how = f", {header.gravity.value}" if header.gravity else ""
        yield f"limb weight {fixed(header.gravity_n, 0)} N{how}"
    held_by = header.stabilisation or (test.stabilisation if test is not None else None)
    if held_by is not None:
        is_free = held_by is Stabilisation.NONE
        yield "not stabilised" if is_free else f"stabilised by {held_by.value}"
    if header.target_n is not None:
        yield f"target {fixed(header.target_n, 0)} N"
    local = local_time(header.started_at, header.utc_offset_min)
    yield f"{local:%H:%M} ({offset_text(header.utc_offset_min)})"


def _warnings(trials: Sequence[Trial]) -> Iterable[str]:
    for trial in trials:
        where = _prefix(trial, trials)
        if trial.state in STATES:
            yield where + STATES[trial.state]
        for gap in trial.gaps[:GAPS_SHOWN]:
            length = fixed((gap.end_us - gap.start_us) / 1e6, 2)
            yield (
                f"{where}No data for {length} s from {fixed(gap.start_us / 1e6, 2)} s on "
                f"({plain(gap.cause)})."
            )
        if len(trial.gaps) > GAPS_SHOWN:
            missing = sum(gap.end_us - gap.start_us for gap in trial.gaps) / 1e6
            yield f"{where}{len(trial.gaps)} gaps, {fixed(missing, 2)} s without data in all."
        if trial.lost:
            yield f"{where}{trial.lost} of {trial.samples + trial.lost} samples lost."


def _headlines(trials: Sequence[Trial], comparison: Asymmetry) -> Iterable[Headline]:
    if comparison.left is None and comparison.right is None:
        return
    key = comparison.metric
    how = f"{metric_name(key)}, {comparison.aggregation}"
    header = trials[0].header
    for side, value in ((Side.LEFT, comparison.left), (Side.RIGHT, comparison.right)):
        label = limb(side) + (" (injured)" if header.injured is side else "")
        mass = header.body_mass_kg if key == "peak_n" else None
        per_kg = f"{fixed(value / mass, 2)} N/kg · " if value is not None and mass else ""
        yield Headline(label, metric_value(key, value), unit(key), per_kg + how, side)
    if comparison.value_percent is not None:
        side = comparison.stronger
        yield Headline(
            SHORT_FORMULAS.get(comparison.formula, "Difference"),
            fixed(comparison.value_percent, 1),
            "%",
            "no limb stronger" if side is None else f"{side.value} stronger",
        )


def _table(trials: Sequence[Trial]) -> Table:
    reps = {(rep.number, rep.side): rep for trial in trials for rep in trial.analysis.reps}
    sides = [side for side in (Side.LEFT, Side.RIGHT, None) if any(s is side for _, s in reps)]
    keys = [key for key in SHOWN if any(_value(rep, key) is not None for rep in reps.values())]
    rows: list[Row] = []
    for number in sorted({number for number, _ in reps}):
        of_number = [reps.get((number, side)) for side in sides]
        cells = tuple(_cell(rep, key) for key in keys for rep in of_number)
        rows.append(Row(str(number), cells, "; ".join(_remarks(of_number))))
    columns = tuple(
        Column(f"{sentence(metric_name(key))}, {unit(key)}", side) for key in keys for side in sides
    )
    return Table(columns, tuple(rows))


def _cell(rep: RepResult | None, key: str) -> Cell:
    if rep is None:
        return Cell("")
    return Cell(metric_value(key, _value(rep, key)), rep.rejected is not None)


def _value(rep: RepResult, key: str) -> float | None:
    return rep.metrics[key].value if key in rep.metrics else None


def _remarks(reps: Sequence[RepResult | None]) -> list[str]:
    """Each remark once, with the limb in front where it is only about one of two."""
    about: dict[str, list[str]] = {}
    present = [rep for rep in reps if rep is not None]
    for rep in present:
        rejected = [] if rep.rejected is None else [f"rejected: {plain(rep.rejected)}"]
        for remark in [*rejected, *map(code_text, rep.codes)]:
            about.setdefault(remark, []).append(limb(rep.side).lower())
    return [
        remark if len(limbs) == len(present) else f"{', '.join(limbs)}: {remark}"
        for remark, limbs in about.items()
    ]


def _comparison_sentence(comparison: Asymmetry, trial: Trial) -> str:
    if comparison.value_percent is None:
        return f"The limbs were not compared: {comparison.reason or 'not computed'}."
    key = comparison.metric
    sides = ", ".join(
        f"{side.value}{' (injured)' if trial.header.injured is side else ''} "
        f"{metric_value(key, value)} {unit(key)}"
        for side, value in ((Side.LEFT, comparison.left), (Side.RIGHT, comparison.right))
    )
    size = f"{fixed(abs(comparison.value_percent), 1)} %"
    if comparison.stronger is None:
        finding = "no difference"
    elif comparison.formula in {"pdiff", "signed"}:
        finding = f"{comparison.stronger.other.value} is {size} lower"
    elif comparison.formula == "lsi" and trial.header.injured is not None:
        finding = f"the injured limb has {size} of the other's force"
    else:
        finding = f"{fixed(comparison.value_percent, 1)} %, {comparison.stronger.value} is stronger"
    return f"{sentence(sides)}: {finding}."


def _how_compared(
    comparison: Asymmetry, trials: Sequence[Trial], error: TypicalError | None
) -> Iterable[str]:
    if comparison.value_percent is None:
        return
    yield (
        f"{sentence(formula_text(comparison.formula))}; "
        f"{metric_name(comparison.metric)}, {comparison.aggregation}."
    )
    left, right = (_values(trials, side, comparison.metric) for side in (Side.LEFT, Side.RIGHT))
    judged = limb_difference(comparison, left, right, error)
    yield plain(judged.sentence if error is None else judged.verdict)
    yield NO_ERROR_KNOWN if error is None else plain(error_sentence(error, comparison.metric))


def error_sentence(error: TypicalError, metric: str) -> str:
    """The error of one result with its size and where it comes from."""
    size = (
        f"{fixed(error.percent or 0.0, 1)} %"
        if error.sem is None
        else f"{metric_value(metric, error.sem)} {unit(metric)}"
    )
    whose = "This clinic’s own" if error.origin is ErrorOrigin.CLINIC else "Published"
    return f"{whose} measurement error: SEM {size} ({error.source})."


def _values(trials: Sequence[Trial], side: Side, key: str) -> list[float]:
    reps = [rep for trial in trials for rep in trial.analysis.reps if rep.side is side]
    return valid_values(reps, key)


def _change_sentences(
    comparison: Asymmetry,
    trial: Trial,
    last_time: Sequence[Trial],
    error: TypicalError | None,
) -> Iterable[str]:
    """Against last time, only with the same test, device model and lever."""
    header = trial.header
    earlier = [each for each in last_time if each.header.test_id == header.test_id]
    if not earlier:
        return
    then = earlier[-1].header
    when = date_text(local_time(then.started_at, then.utc_offset_min))
    same = [
        each
        for each in earlier
        if each.header.device_model == header.device_model and each.header.lever_m == header.lever_m
    ]
    if not same:
        yield f"Last time ({when}) another device or lever was used: not compared."
        return
    changes: dict[str, list[str]] = {}
    for side, value in ((Side.LEFT, comparison.left), (Side.RIGHT, comparison.right)):
        before = _best_then(same, side, comparison.metric)
        if value is not None and before is not None:
            verdict = _verdict(before, value, comparison.metric, error)
            change = f"{side.value} {_signed(value - before)} {unit(comparison.metric)}"
            changes.setdefault(verdict, []).append(change)
    for verdict, which in changes.items():
        yield f"Change since {when}: {', '.join(which)}; {verdict}."


def _signed(change: float) -> str:
    text = fixed(change, 0)
    return f"+{text}" if change > 0 and text != "0" else text


def _verdict(before: float, now: float, metric: str, error: TypicalError | None) -> str:
    """A change is confirmed only beyond what two tests differ by anyway."""
    if error is None:
        return "not judged: the smallest detectable change is not on file"
    limit = error.mdc95_at(before)
    detectable = f"smallest detectable change {metric_value(metric, limit)} {unit(metric)}"
    if abs(now - before) <= limit:
        return f"within measurement error ({detectable}): no confirmed change"
    return f"beyond measurement error ({detectable})"


def _best_then(trials: Sequence[Trial], side: Side, metric: str) -> float | None:
    """The limb's value that was compared then, by the same metric."""
    values = [
        value
        for trial in trials
        if (then := trial.analysis.asymmetry).metric == metric
        and (value := then.left if side is Side.LEFT else then.right) is not None
    ]
    return values[-1] if values else None


def _notes(trials: Sequence[Trial]) -> Iterable[str]:
    """What concerns the whole trial; what concerns one repetition stands in its row."""
    for trial in trials:
        where = _prefix(trial, trials)
        for note in trial.analysis.quality:
            if note.rep is None:
                yield f"{where}{plain(note.text)}"
        if trial.note:
            yield f"{where}Note: {plain(trial.note)}"


def _refused(trials: Sequence[Trial], test: StrengthTest | None) -> Iterable[str]:
    """What the test asks for and was not computed, with its reason."""
    reasons: dict[str, dict[str, None]] = {}
    for trial in trials:
        for rep in trial.analysis.reps:
            # Without a peak the repetition has no numbers at all: naming each would say less.
            is_void = _value(rep, "peak_n") is None
            for key, metric in rep.metrics.items():
                if metric.value is None and (test is None or key in test.metrics):
                    names = reasons.setdefault(metric.reason or "no reason was given", {})
                    names[f"repetition {rep.number}" if is_void else metric_name(key)] = None
    for reason, names in reasons.items():
        says_it_all = all(name.replace("–", "-") in reason for name in names)
        yield sentence(plain(reason if says_it_all else f"{', '.join(names)}: {reason}")) + "."


def _prefix(trial: Trial, trials: Sequence[Trial]) -> str:
    return f"{limbs_of(trial).capitalize()}: " if len(trials) > 1 else ""
