"""The tables. Only this package sees rows; everybody else gets the values of `data.records`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from data.values import Json, JsonObject


class UtcDateTime(TypeDecorator[datetime]):
    """Kept as UTC; a time without an offset is refused, since nobody could tell what it means."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no offset from UTC")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={  # Alembic can only change a constraint that has a name
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


class PersonRow(Base):
    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    search: Mapped[str]  # name and team, folded: SQLite itself ignores case in ASCII only
    created_at: Mapped[datetime]
    born: Mapped[date | None]
    body_mass_kg: Mapped[float | None]
    dominant: Mapped[str | None]
    injured: Mapped[str | None]
    injury: Mapped[str]
    injured_on: Mapped[date | None]
    stage: Mapped[str | None]
    team: Mapped[str]
    notes: Mapped[str]


class SessionRow(Base):
    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    local_day: Mapped[date] = mapped_column(index=True)  # where the clinic is
    utc_offset_min: Mapped[int]
    ended_at: Mapped[datetime | None]
    clinician: Mapped[str]
    notes: Mapped[str]


class TrialRow(Base):
    """`details` is the rest of the header, `analysis` the results apart from the repetitions.

    `sha256` is over all rows of the trial but its curve: see `data.content_hash`.
    """

    __tablename__ = "trials"
    __table_args__ = (Index(None, "person_id", "test_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    set_id: Mapped[UUID] = mapped_column(index=True)
    test_id: Mapped[str]
    started_at: Mapped[datetime]
    device_model: Mapped[str]
    device_serial: Mapped[str | None] = mapped_column(index=True)
    is_virtual: Mapped[bool]
    state: Mapped[str]
    samples: Mapped[int]
    lost: Mapped[int]
    rate_hz: Mapped[float | None]
    duration_s: Mapped[float]
    note: Mapped[str]
    details: Mapped[JsonObject] = mapped_column(JSON)
    untrusted: Mapped[list[Json]] = mapped_column(JSON)
    analysis: Mapped[JsonObject] = mapped_column(JSON)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    channels: Mapped[list[TrialChannelRow]] = relationship(
        cascade="all, delete-orphan", order_by="TrialChannelRow.number", lazy="selectin"
    )
    reps: Mapped[list[RepRow]] = relationship(
        cascade="all, delete-orphan", order_by="RepRow.place", lazy="selectin"
    )
    gaps: Mapped[list[GapRow]] = relationship(
        cascade="all, delete-orphan", order_by="GapRow.number", lazy="selectin"
    )


class TrialChannelRow(Base):
    __tablename__ = "trial_channels"

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trials.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[str]
    side: Mapped[str | None]
    capacity_n: Mapped[float | None]
    resolution_n: Mapped[float | None]
    zero: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    calibration: Mapped[JsonObject] = mapped_column(JSON)


class RepRow(Base):
    """`place` is the order in the analysis; a bilateral repetition has a row for each limb."""

    __tablename__ = "reps"

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trials.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    side: Mapped[str | None]
    start_s: Mapped[float]
    end_s: Mapped[float]
    rule: Mapped[str]
    onset_s: Mapped[float | None]
    peak_s: Mapped[float]
    metrics: Mapped[JsonObject] = mapped_column(JSON)
    codes: Mapped[list[Json]] = mapped_column(JSON)
    rejected: Mapped[str | None]


class GapRow(Base):
    __tablename__ = "gaps"

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trials.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start_us: Mapped[int]
    end_us: Mapped[int]
    samples: Mapped[int | None]
    cause: Mapped[str]


class CurveBlockRow(Base):
    """A stretch of raw signal. `sha256` is of the decoded content, so any codec can be checked."""

    __tablename__ = "curve_blocks"

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trials.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_index: Mapped[int]
    samples: Mapped[int]
    codec: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class TreatmentRow(Base):
    """`details` is the rest of the record: settings, dose, counters, gaps, flags."""

    __tablename__ = "treatments"
    __table_args__ = (Index(None, "person_id", "modality", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    modality: Mapped[str]
    started_at: Mapped[datetime]
    is_virtual: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    details: Mapped[JsonObject] = mapped_column(JSON)

    changes: Mapped[list[SettingChangeRow]] = relationship(
        cascade="all, delete-orphan", order_by="SettingChangeRow.number", lazy="selectin"
    )


class SettingChangeRow(Base):
    __tablename__ = "setting_changes"

    treatment_id: Mapped[UUID] = mapped_column(ForeignKey("treatments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at_s: Mapped[float]
    channel: Mapped[int]
    parameter: Mapped[str]
    old: Mapped[Json] = mapped_column(JSON(none_as_null=True), nullable=True)
    new: Mapped[Json] = mapped_column(JSON(none_as_null=True), nullable=True)
    unit: Mapped[str]
    by: Mapped[str]


class ItemRow(Base):
    """What is kept beside trials and treatments, one kind of record a `kind`: see `data.items`."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "kind", "person_id", "at"), Index(None, "kind", "subject", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id"), index=True)
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"), index=True)
    subject: Mapped[str]
    at: Mapped[datetime]
    is_virtual: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    details: Mapped[JsonObject] = mapped_column(JSON)
