"""A hash over each trial's rows, and treatments that can be withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("trials", sa.Column("sha256", sa.LargeBinary(32), nullable=True))
    op.add_column("treatments", sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
