"""Who was asked to be on duty and is not known to be there is asked at each call: without reading years of duties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_duty_confirmation_missing",
        "duty_confirmation",
        ["ends"],
        postgresql_where=sa.text("role = 'first' AND state IN ('missed', 'unable')"),
    )


def downgrade() -> None:
    op.drop_index("ix_duty_confirmation_missing", table_name="duty_confirmation")
