"""The one door to everything that is kept."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

if TYPE_CHECKING:  # SQLAlchemy takes 0.4 s to import: not before the first use
    from data.all_items import AllItems
    from data.backup import VerifyReport
    from data.calibrations import Calibration
    from data.database import Database
    from data.episodes import Episode, Event, Item, SignedCriterion, TypedValue
    from data.erase import Erased, Holdings
    from data.items import Items
    from data.output_checks import OutputCheck
    from data.people import People
    from data.rehabilitation import (
        Adherence,
        ManualTherapy,
        Message,
        Prescription,
        RunningObservation,
        VisitNote,
    )
    from data.results import Results
    from data.sessions import Sessions
    from data.treatments import Treatments
    from data.trials import Trials


T = TypeVar("T", bound="Item")


class Store:
    """A database of people, sessions, trials, treatments and what belongs to them.

    Constructing it touches nothing; the file is opened, made or brought up to date at the first
    use, or by `open`. One store belongs to one thread; several stores, in other threads or
    programs, may use the same file. Every use case is one transaction and returns plain values.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def captures(self) -> Path:
        """The folder of the capture files that belong to this database."""
        return self.path.parent / "captures"

    @property
    def clinic(self) -> Path:
        """The folder of the clinic's own YAML files; it need not be there."""
        return self.path.parent / "clinic"

    @cached_property
    def people(self) -> People:
        from data.people import People

        return People(self._database)

    @cached_property
    def sessions(self) -> Sessions:
        from data.sessions import Sessions

        return Sessions(self._database)

    @cached_property
    def trials(self) -> Trials:
        from data.trials import Trials

        return Trials(self._database)

    @cached_property
    def results(self) -> Results:
        from data.results import Results

        return Results(self._database)

    @cached_property
    def treatments(self) -> Treatments:
        from data.treatments import Treatments

        return Treatments(self._database)

    @cached_property
    def items(self) -> AllItems:
        """What is kept beside trials and treatments, whatever its kind."""
        from data.all_items import AllItems

        return AllItems(self._database)

    @cached_property
    def episodes(self) -> Items[Episode]:
        from data.episodes import Episode

        return self._items("episode", Episode)

    @cached_property
    def signed_criteria(self) -> Items[SignedCriterion]:
        from data.episodes import SignedCriterion

        return self._items("signed criterion", SignedCriterion)

    @cached_property
    def typed_values(self) -> Items[TypedValue]:
        from data.episodes import TypedValue

        return self._items("typed value", TypedValue)

    @cached_property
    def events(self) -> Items[Event]:
        from data.episodes import Event

        return self._items("event", Event)

    @cached_property
    def manual_therapy(self) -> Items[ManualTherapy]:
        from data.rehabilitation import ManualTherapy

        return self._items("manual therapy", ManualTherapy)

    @cached_property
    def prescriptions(self) -> Items[Prescription]:
        from data.rehabilitation import Prescription

        return self._items("prescription", Prescription)

    @cached_property
    def adherence(self) -> Items[Adherence]:
        from data.rehabilitation import Adherence

        return self._items("adherence", Adherence)

    @cached_property
    def running(self) -> Items[RunningObservation]:
        from data.rehabilitation import RunningObservation

        return self._items("running observation", RunningObservation)

    @cached_property
    def messages(self) -> Items[Message]:
        from data.rehabilitation import Message

        return self._items("message", Message)

    @cached_property
    def notes(self) -> Items[VisitNote]:
        from data.rehabilitation import VisitNote

        return self._items("note", VisitNote)

    @cached_property
    def calibrations(self) -> Items[Calibration]:
        from data.calibrations import Calibration

        return self._items("calibration", Calibration)

    @cached_property
    def output_checks(self) -> Items[OutputCheck]:
        from data.output_checks import OutputCheck

        return self._items("output check", OutputCheck)

    def open(self) -> None:
        """Open the file now. Raises a `StoreError` that says why not."""
        _ = self._database

    def verify(self) -> VerifyReport:
        """Check the file, every link between records and every block of every curve."""
        from data.backup import verify

        return verify(self.path)

    def backup(self, target: Path) -> VerifyReport:
        """Copy everything, the clinic's own files too, into one new file and verify the copy.

        Raises a `StoreError`.
        """
        from data.backup import backup

        return backup(self.path, target, self.clinic)

    def holdings(self, person_id: UUID) -> Holdings:
        """All that is kept of one person. Raises `RecordNotFoundError`."""
        from data.erase import holdings

        return holdings(self._database, self.captures, person_id)

    def erase(self, person_id: UUID) -> Erased:
        """Delete a person with all that is theirs, for good. Raises a `StoreError`."""
        from data.erase import erase

        return erase(self._database, self.captures, person_id)

    def close(self) -> None:
        """Let go of the file; a closed store opens it again when it is used again."""
        if "_database" in self.__dict__:
            self._database.close()

    def _items(self, kind: str, cls: type[T]) -> Items[T]:
        from data.items import Items

        return Items(self._database, kind, cls)

    @cached_property
    def _database(self) -> Database:
        from data.database import Database

        return Database(self.path)


def default_path() -> Path:
    """Where the database lives unless the user says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("myograph", appauthor=False) / "myograph.db"
