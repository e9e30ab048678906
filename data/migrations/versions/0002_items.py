"""Items: injuries, calibrations, exercises and whatever else is kept beside trials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["items.id"], name="fk_items_episode_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_items_person_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_items_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_kind_person_id_at", "items", ["kind", "person_id", "at"])
    op.create_index("ix_items_kind_subject_at", "items", ["kind", "subject", "at"])
    op.create_index("ix_items_episode_id", "items", ["episode_id"])
    op.create_index("ix_items_session_id", "items", ["session_id"])
