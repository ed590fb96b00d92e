"""A browser with the duty desk open is not signed out for want of use during the turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("browser_session", sa.Column("on_duty_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("browser_session", "on_duty_until")
