"""What stands against starting, keeping or saving a treatment, as the notice that says so."""

from __future__ import annotations

from app.treatment_entry import TreatmentEntry
from app.workflow import Notice, Weight
from data.clinical.field_check import Verdict
from data.clinical.modalities import Part
from data.clinical.screening import open_items, screening_lists

_NAMED = 4


def stopped(entry: TreatmentEntry, parts: tuple[Part, ...], problem: str) -> Notice | None:
    """Of these parts; `problem` is that of a text in the form that cannot be taken at all."""
    draft = entry.shown
    wrong = [
        each.reason
        for key, each in draft.judgements.items()
        if each.verdict in (Verdict.REFUSE, Verdict.ASK) and draft.form.field(key).part in parts
    ]
    given = draft.screening
    unexplained = open_items(screening_lists(draft.modality), given.answers, given.reasons)
    stops = [*([problem] if problem else []), *wrong, *sorted(unexplained)]
    if not stops:
        return None
    more = f" And {len(stops) - 1} more." if len(stops) > 1 else ""
    return Notice(
        Weight.ATTENTION,
        f"{stops[0]}{more}",
        "Nothing was lost.",
        "Correct it, or say it is meant.",
    )


def runs_elsewhere(words: str) -> Notice:
    """A timer runs in another visit; `words` say what it is and whose."""
    return Notice(
        Weight.ATTENTION,
        f"The timer of {words} is not over yet.",
        "It goes on.",
        "End and save it in that visit first, or save this one without a timer.",
    )


def unanswered(entry: TreatmentEntry) -> Notice | None:
    """What is only missing: it may stay open."""
    missing = entry.open_questions
    if not missing:
        return None
    names = ", ".join(each.text.lower() for each in missing[:_NAMED])
    rest = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return Notice(
        Weight.ATTENTION,
        f"Not answered: {names}{rest}.",
        "Nothing was lost.",
        "Answer it, or press Ctrl+Enter again to save without.",
    )
