"""What a visit gives a treatment to begin with: its clinician, its injury, and what was given
before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from app.episodes import injuries
from app.reading import Visit, read_visit
from app.wording import local_time
from data.clinical.modalities import Plain, form
from data.episodes import Episode
from data.records import Person, Session, Treatment
from data.store import Store
from data.treatment_draft import Draft, of_episode
from data.treatment_record import Value
from data.treatment_values import values_of
from devices.modality import Modality


@dataclass(frozen=True, slots=True, eq=False)
class TreatmentVisit:
    """The visit, the injury that is treated, and the last treatment of each kind, newest first.

    `captures` is the folder for the file of a timer.
    """

    visit: Visit
    episode: Episode | None
    last: dict[Modality, Treatment]
    captures: Path

    @property
    def person(self) -> Person:
        return self.visit.person

    @property
    def session(self) -> Session:
        return self.visit.session

    def begun(self, draft: Draft) -> Draft:
        """The draft as one of this visit: by its clinician, for the open injury on its day."""
        clinician = self.session.clinician
        if clinician:
            unit = draft.form.field("clinician").unit
            values = {**draft.values, "clinician": Value(clinician, unit)}
            draft = replace(draft, values=values)
        on = local_time(self.session.started_at, self.session.utc_offset_min).date()
        return of_episode(draft, self.episode, on)

    def answers_of_last_time(self, modality: Modality) -> dict[str, Plain]:
        """What was answered last time and may hold today."""
        last = self.last.get(modality)
        if last is None:
            return {}
        known = form(modality)
        return {
            key: value.value
            for key, value in values_of(last).items()
            if key in known and value.value and known.field(key).may_be_again(value.value)
        }


def read_treatment_visit(store: Store, session_id: UUID) -> TreatmentVisit:
    """In the store's thread."""
    visit = read_visit(store, session_id)
    person_id = visit.person.id
    last = [store.treatments.last(person_id, modality) for modality in Modality]
    given = [treatment for treatment in last if treatment is not None]
    found = sorted(given, key=lambda t: t.ended_at or t.started_at, reverse=True)
    episode = injuries(store, person_id).open
    return TreatmentVisit(visit, episode, {t.modality: t for t in found}, store.captures)
