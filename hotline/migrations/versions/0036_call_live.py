"""Calls that go on, by when they began: when they were last heard of changes with every report, and no index should."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_call_live", "call")
    op.create_index("ix_call_live", "call", ["started_at"], postgresql_where=_LIVE)


def downgrade() -> None:
    op.drop_index("ix_call_live", "call")
    op.create_index("ix_call_live", "call", ["seen_at"], postgresql_where=_LIVE)
