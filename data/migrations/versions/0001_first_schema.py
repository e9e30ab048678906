"""The first schema: people, sessions, trials with their curves, treatments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REAL: sa.types.TypeEngine[float] = sa.Double()


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("body_mass_kg", _REAL, nullable=True),
        sa.Column("dominant", sa.String(), nullable=True),
        sa.Column("injured", sa.String(), nullable=True),
        sa.Column("injury", sa.String(), nullable=False),
        sa.Column("injured_on", sa.Date(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("utc_offset_min", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("clinician", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_local_day", "sessions", ["local_day"])
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_index("ix_sessions_started_at", "sessions", ["started_at"])

    op.create_table(
        "treatments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_treatments_person_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_treatments_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_treatments"),
    )
    op.create_index(
        "ix_treatments_person_id_modality_started_at",
        "treatments",
        ["person_id", "modality", "started_at"],
    )
    op.create_index("ix_treatments_session_id", "treatments", ["session_id"])

    op.create_table(
        "trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("test_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("device_model", sa.String(), nullable=False),
        sa.Column("device_serial", sa.String(), nullable=True),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("rate_hz", _REAL, nullable=True),
        sa.Column("duration_s", _REAL, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("untrusted", sa.JSON(), nullable=False),
        sa.Column("analysis", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_trials_person_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_trials_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trials"),
    )
    op.create_index("ix_trials_device_serial", "trials", ["device_serial"])
    op.create_index(
        "ix_trials_person_id_test_id_started_at", "trials", ["person_id", "test_id", "started_at"]
    )
    op.create_index("ix_trials_session_id", "trials", ["session_id"])
    op.create_index("ix_trials_set_id", "trials", ["set_id"])

    op.create_table(
        "curve_blocks",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_index", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("codec", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.id"], name="fk_curve_blocks_trial_id"),
        sa.PrimaryKeyConstraint("trial_id", "number", name="pk_curve_blocks"),
    )

    op.create_table(
        "gaps",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_us", sa.Integer(), nullable=False),
        sa.Column("end_us", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.id"], name="fk_gaps_trial_id"),
        sa.PrimaryKeyConstraint("trial_id", "number", name="pk_gaps"),
    )

    op.create_table(
        "reps",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("start_s", _REAL, nullable=False),
        sa.Column("end_s", _REAL, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("onset_s", _REAL, nullable=True),
        sa.Column("peak_s", _REAL, nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("rejected", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.id"], name="fk_reps_trial_id"),
        sa.PrimaryKeyConstraint("trial_id", "place", name="pk_reps"),
    )

    op.create_table(
        "setting_changes",
        sa.Column("treatment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at_s", _REAL, nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("parameter", sa.String(), nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatments.id"], name="fk_setting_changes_treatment_id"
        ),
        sa.PrimaryKeyConstraint("treatment_id", "number", name="pk_setting_changes"),
    )

    op.create_table(
        "trial_channels",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("capacity_n", _REAL, nullable=True),
        sa.Column("resolution_n", _REAL, nullable=True),
        sa.Column("zero", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("calibration", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.id"], name="fk_trial_channels_trial_id"),
        sa.PrimaryKeyConstraint("trial_id", "number", name="pk_trial_channels"),
    )
