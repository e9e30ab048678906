"""What the page of an athlete asks of the store: one question, answered in the store's thread."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.clinic_rules import ClinicRules, clinic_rules
from app.episodes import Injuries, injuries
from app.limb_ratios import RatioLine, ratio_lines
from app.reading import History, read_history
from data.episodes import Event, SignedCriterion
from data.store import Store


@dataclass(frozen=True, slots=True)
class Athlete:
    """A person with everything that stands on the time axis; events and signatures oldest first."""

    history: History
    injuries: Injuries
    events: tuple[Event, ...]
    signed: tuple[SignedCriterion, ...]
    ratios: tuple[RatioLine, ...]
    rules: ClinicRules


def read_athlete(store: Store, person_id: UUID) -> Athlete:
    history = read_history(store, person_id)
    rules = clinic_rules()
    found = injuries(store, person_id)
    now = found.open
    return Athlete(
        history=history,
        injuries=found,
        events=tuple(store.events.of_person(person_id)),
        signed=tuple(store.signed_criteria.of_episode(now.id)) if now is not None else (),
        ratios=ratio_lines(history.runs, rules.ratios.values()),
        rules=rules,
    )
