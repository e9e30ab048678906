"""Injuries and what happens between visits: kept, changed and taken back, in the store's thread.

The injury on a `Person` is the mirror of the open episode; only this module writes the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from data.episodes import Episode, StageChange
from data.ids import uuid7
from data.records import Person, Stage
from data.sides import Side
from data.store import Store


@dataclass(frozen=True, slots=True)
class Injuries:
    """All injuries of one person, newest first."""

    episodes: tuple[Episode, ...]

    @property
    def open(self) -> Episode | None:
        """The one that is treated now: the newest that nobody closed."""
        return next((each for each in self.episodes if each.closed_on is None), None)

    @property
    def earlier(self) -> tuple[Episode, ...]:
        now = self.open
        return tuple(each for each in self.episodes if each is not now)


def injuries(store: Store, person_id: UUID) -> Injuries:
    found = store.episodes.of_person(person_id)
    return Injuries(tuple(sorted(found, key=lambda each: each.injured_on, reverse=True)))


def keep_episode(store: Store, episode: Episode) -> Episode:
    """Keep an episode, new or changed, and what the person shows of it."""
    if episode.person_id is None:
        raise ValueError("An episode belongs to a person.")
    kept = store.episodes.save(episode)
    _mirror(store, episode.person_id)
    return kept


def withdraw_episode(store: Store, episode: Episode, at: datetime) -> None:
    """Take an episode out again; it can be restored."""
    if episode.person_id is None:
        raise ValueError("An episode belongs to a person.")
    store.episodes.withdraw(episode.id, at)
    _mirror(store, episode.person_id)


def keep_person(store: Store, person: Person, now: datetime, by: str = "") -> Person:
    """Keep a new person; an injury with its day opens an episode."""
    kept = store.people.add(person)
    if person.injured_on is not None and (person.injured or person.injury):
        store.episodes.save(first_episode(person, now, by))
    return kept


def first_episode(person: Person, now: datetime, by: str = "") -> Episode:
    """What a person's record says of an injury, as an episode to go on from.

    Without a day of the injury, today stands there until somebody changes it.
    """
    today = now.astimezone().date()
    stages = () if person.stage is None else (StageChange(person.stage, today, by),)
    return Episode(
        id=uuid7(),
        at=now,
        person_id=person.id,
        by=by,
        injured_on=person.injured_on or today,
        structure=person.injury,
        sides=() if person.injured is None else (person.injured,),
        stages=stages,
    )


def change_stage(
    store: Store, person_id: UUID, stage: Stage | None, on: date, by: str, note: str = ""
) -> None:
    """From `on` the injury is in this stage; a second change on one day replaces the first.

    Without an episode only the person's record says so. None takes back what was set on that day.
    """
    episode = injuries(store, person_id).open
    if episode is None:
        store.people.update(replace(store.people.get(person_id), stage=stage))
        return
    before = tuple(change for change in episode.stages if change.on < on)
    if stage is None or (before and before[-1].stage is stage):
        stages = before
    else:
        stages = (*before, StageChange(stage, on, by, note))
    keep_episode(store, replace(episode, stages=stages))


def put_back(store: Store, person: Person, episode: Episode | None) -> None:
    """Make a person and the episode what they were: the other half of an undo."""
    store.people.update(person)
    if episode is not None:
        store.episodes.save(episode)


def sides_words(sides: Sequence[Side]) -> str:
    """``right``, ``both sides``, or nothing where an injury has no side."""
    if len(sides) > 1:
        return "both sides"
    return sides[0].value if sides else ""


def _mirror(store: Store, person_id: UUID) -> None:
    """What the open episode says, on the person; nothing of an injury where none is open."""
    person = store.people.get(person_id)
    episode = injuries(store, person_id).open
    if episode is None:
        shown = replace(person, injured=None, injury="", injured_on=None, stage=None)
    else:
        # With both limbs injured neither is a reference: no limb symmetry index is asked for.
        injured = episode.sides[0] if len(episode.sides) == 1 else None
        both = len(episode.sides) > 1
        shown = replace(
            person,
            injured=injured,
            injury=f"{episode.structure or 'injury'}, both sides" if both else episode.structure,
            injured_on=episode.injured_on,
            stage=episode.current_stage,
        )
    if shown != person:
        store.people.update(shown)
