"""Treatments: what was applied, read from the unit or typed by hand, and its dose."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from data.database import Database, damaged_record
from data.errors import RecordNotFoundError
from data.models import SettingChangeRow, TreatmentRow
from data.records import Treatment
from data.treatment_record import Value
from data.values import JsonObject, from_json, to_json
from devices.modality import Modality, SettingChange

_UNIT = ("unit_make", "unit_model", "unit_serial", "applicator", "applicator_serial")
_COLUMNS = ("id", "session_id", "person_id", "modality", "started_at")


class Treatments:
    """Lists are without what was withdrawn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, treatment: Treatment) -> Treatment:
        """Keep it, in the place of an earlier version with the same id."""
        with self._database.writing() as session:
            row = session.get(TreatmentRow, treatment.id)
            if row is None:
                row = TreatmentRow(id=treatment.id)
                session.add(row)
            else:
                row.changes.clear()
                session.flush()  # the old rows go first: the new ones have the same keys
            _fill(row, treatment)
        return treatment

    def withdraw(self, treatment_id: UUID, at: datetime) -> None:
        """Take a wrongly saved one out of all lists; it stays stored, so `restore` can undo it.

        Raises `RecordNotFoundError`.
        """
        self._mark(treatment_id, at)

    def restore(self, treatment_id: UUID) -> None:
        """Undo `withdraw`. Raises `RecordNotFoundError`."""
        self._mark(treatment_id, None)

    def get(self, treatment_id: UUID) -> Treatment:
        """A withdrawn one too. Raises `RecordNotFoundError`, `DamagedRecordError`."""
        with self._database.reading(treatment_id) as session:
            row = session.get(TreatmentRow, treatment_id)
            if row is None:
                raise _not_found(treatment_id)
            return _treatment(row)

    def of_session(self, session_id: UUID) -> list[Treatment]:
        """In the order they were given."""
        query = select(TreatmentRow).where(TreatmentRow.session_id == session_id)
        return self._list(query.order_by(TreatmentRow.started_at, TreatmentRow.id))

    def last(self, person_id: UUID, modality: Modality) -> Treatment | None:
        """The newest of this kind, to start the next one from."""
        query = (
            select(TreatmentRow)
            .where(TreatmentRow.person_id == person_id, TreatmentRow.modality == modality)
            .order_by(TreatmentRow.started_at.desc(), TreatmentRow.id.desc())
            .limit(1)
        )
        return next(iter(self._list(query)), None)

    def named_units(self, modality: Modality) -> list[dict[str, Value]]:
        """What treatments of this kind say of their unit and its applicator, by the keys of the
        form, each way of saying it once; the newest first."""
        details, device = TreatmentRow.details, TreatmentRow.details["device"]
        typed = [details["values"][key]["value"].as_string() for key in _UNIT]
        told = {"unit_model": device["name"], "unit_serial": device["serial"]}
        columns = [
            func.coalesce(told[key].as_string(), each) if key in told else each
            for key, each in zip(_UNIT, typed, strict=True)
        ]
        query = (
            select(*columns)
            .where(TreatmentRow.modality == modality, TreatmentRow.withdrawn_at.is_(None))
            .group_by(*columns)
            .order_by(func.max(TreatmentRow.started_at).desc())
        )
        with self._database.reading() as session:
            rows = session.execute(query).all()
        return [
            {key: Value(text) for key, text in zip(_UNIT, row, strict=True) if text} for row in rows
        ]

    def _list(self, query: Select[TreatmentRow]) -> list[Treatment]:
        kept = query.where(TreatmentRow.withdrawn_at.is_(None))
        with self._database.reading() as session:
            return [_treatment(row) for row in session.scalars(kept)]

    def _mark(self, treatment_id: UUID, at: datetime | None) -> None:
        with self._database.writing() as session:
            row = session.get(TreatmentRow, treatment_id)
            if row is None:
                raise _not_found(treatment_id)
            row.withdrawn_at = at


def _not_found(treatment_id: UUID) -> RecordNotFoundError:
    return RecordNotFoundError(
        f"There is no treatment {treatment_id} in this database. Nothing was changed. "
        "Check the id, or that the right database is open."
    )


def _fill(row: TreatmentRow, treatment: Treatment) -> None:
    details = to_json(treatment)
    for name in (*_COLUMNS, "is_virtual", "changes"):
        del details[name]
    row.session_id = treatment.session_id
    row.person_id = treatment.person_id
    row.modality = treatment.modality
    row.started_at = treatment.started_at
    row.is_virtual = treatment.is_virtual
    row.details = details
    row.changes = [_change_row(number, change) for number, change in enumerate(treatment.changes)]


def _change_row(number: int, change: SettingChange) -> SettingChangeRow:
    found = to_json(change)
    return SettingChangeRow(
        number=number,
        at_s=change.at_s,
        channel=change.channel,
        parameter=change.parameter,
        old=found["old"],
        new=found["new"],
        unit=change.unit,
        by=change.by,
    )


def _treatment(row: TreatmentRow) -> Treatment:
    changes: list[JsonObject] = [
        {
            "at_s": change.at_s,
            "channel": change.channel,
            "parameter": change.parameter,
            "old": change.old,
            "new": change.new,
            "unit": change.unit,
            "by": change.by,
        }
        for change in row.changes
    ]
    try:
        return from_json(
            Treatment,
            {
                **row.details,
                **{name: str(getattr(row, name)) for name in _COLUMNS},
                "is_virtual": row.is_virtual,
                "changes": changes,
            },
        )
    except ValueError as error:
        raise damaged_record(row.id, error) from error
