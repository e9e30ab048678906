"""What can go wrong with what is kept, told as what happened, what is safe, what to do."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """Root of everything that can go wrong with stored data.

    ├── NotADatabaseError     the file is something else; it was not touched
    ├── SchemaTooNewError     written by a newer Myograph; it was not touched
    ├── StoreLockedError      another program kept it locked for longer than five seconds
    ├── StoreFullError        no room on the disk
    ├── RecordNotFoundError   no such person, session, trial or treatment
    ├── AlreadyStoredError    a record with this id is there
    ├── DamagedRecordError    what is read back is not what was stored (`ids` says where)
    ├── JournalWriteError     a running capture cannot grow; what is written is safe
    │   └── JournalFullError  because there is no room
    ├── JournalInUseError     a running program still writes this capture
    └── DamagedJournalError   the beginning of a capture file cannot be read; the file is kept
    """


class NotADatabaseError(StoreError):
    pass


class SchemaTooNewError(StoreError):
    def __init__(self, path: Path, found: str, known: str) -> None:
        super().__init__(
            f"{path} was written by a newer Myograph (schema {found}, this one knows {known}). "
            "Nothing was changed. Update Myograph, or open another database."
        )
        self.found = found
        self.known = known


class StoreLockedError(StoreError):
    pass


class StoreFullError(StoreError):
    pass


class RecordNotFoundError(StoreError):
    pass


class AlreadyStoredError(StoreError):
    pass


class DamagedRecordError(StoreError):
    """`ids` names what is damaged: a record's id, or ``<trial id> block <number>``."""

    def __init__(self, message: str, ids: tuple[str, ...]) -> None:
        super().__init__(message)
        self.ids = ids


class JournalWriteError(StoreError):
    pass


class JournalFullError(JournalWriteError):
    pass


class JournalInUseError(StoreError):
    pass


class DamagedJournalError(StoreError):
    pass
