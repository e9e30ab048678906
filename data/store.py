"""The one door to everything that is kept."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # SQLAlchemy takes 0.4 s to import: not before the first use
    from data.backup import VerifyReport
    from data.database import Database
    from data.people import People
    from data.sessions import Sessions
    from data.treatments import Treatments
    from data.trials import Trials


class Store:
    """A database of people, sessions, trials and treatments.

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
    def treatments(self) -> Treatments:
        from data.treatments import Treatments

        return Treatments(self._database)

    def open(self) -> None:
        """Open the file now. Raises a `StoreError` that says why not."""
        _ = self._database

    def verify(self) -> VerifyReport:
        """Check the file, every link between records and every block of every curve."""
        from data.backup import verify

        return verify(self.path)

    def backup(self, target: Path) -> VerifyReport:
        """Copy everything into one new file and verify the copy. Raises a `StoreError`."""
        from data.backup import backup

        return backup(self.path, target)

    def close(self) -> None:
        """Let go of the file; a closed store opens it again when it is used again."""
        if "_database" in self.__dict__:
            self._database.close()

    @cached_property
    def _database(self) -> Database:
        from data.database import Database

        return Database(self.path)


def default_path() -> Path:
    """Where the database lives unless the user says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("myograph", appauthor=False) / "myograph.db"
