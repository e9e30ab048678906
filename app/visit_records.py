"""What belongs to one visit, read for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.episodes import injuries
from app.reading import RunOfTest, Visit, read_history, read_visit
from app.run_setup import RunSetup, last_setups
from app.visit_items import items_of
from data.episodes import Episode, Item
from data.records import Treatment
from data.store import Store


@dataclass(frozen=True, slots=True)
class VisitRecords:
    """A visit with its items, and the tests that were ever done with this person by id, newest
    first, each as it was set up last."""

    visit: Visit
    items: tuple[Item, ...]
    before: Mapping[str, RunSetup]
    episode: Episode | None

    def find(self, key: object) -> RunOfTest | Treatment | Item | None:
        """By the key of its row in the time line."""
        for run in self.visit.runs:
            if run.set_id == key:
                return run
        records = (*self.visit.treatments, *self.items)
        return next((record for record in records if record.id == key), None)


def read_visit_records(store: Store, session_id: UUID) -> VisitRecords:
    """In the store's thread."""
    visit = read_visit(store, session_id)
    runs = read_history(store, visit.person.id).runs
    return VisitRecords(
        visit,
        items_of(store, session_id),
        last_setups(runs),
        injuries(store, visit.person.id).open,
    )
