"""The history of a ticket can only be added to; pages find the call backs that are owed by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_owed",
        "ticket",
        ["tenant_id", "call_back_by"],
        postgresql_where=sa.text("call_back_by IS NOT NULL"),
    )
    op.execute(
        """
CREATE OR REPLACE FUNCTION ticket_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a ticket is only added to';
END $$
"""
    )
    op.execute(
        """
CREATE TRIGGER ticket_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION ticket_event_is_kept()
"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER ticket_event_is_kept ON ticket_event")
    op.execute("DROP FUNCTION ticket_event_is_kept()")
    op.drop_index("ix_ticket_owed", "ticket")
