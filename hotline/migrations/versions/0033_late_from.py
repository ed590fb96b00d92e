"""By when a ticket is late stands on the ticket: the wallboard no longer looks through every history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('open', 'answered', 'following_up', 'waiting', 'reopened')"
FROM_HISTORY = f"""
UPDATE ticket SET late_from = known.due
  FROM (SELECT ticket.id, min((step.data ->> 'due')::timestamptz) AS due
          FROM ticket
          JOIN ticket_event AS step ON step.ticket_id = ticket.id AND step.kind = 'clock'
         WHERE {UNFINISHED}
           AND (step.data ->> 'clock' = 'resolution' OR step.data ->> 'clock' = 'first_feedback' AND NOT EXISTS (
                  SELECT FROM ticket_event AS told
                   WHERE told.ticket_id = ticket.id AND told.kind IN ('survivor_told', 'resolve')))
         GROUP BY ticket.id) AS known
 WHERE ticket.id = known.id
"""  # noqa: S608  (our own words)


def upgrade() -> None:
    op.add_column("ticket", sa.Column("late_from", sa.DateTime(timezone=True), nullable=True))
    op.execute(FROM_HISTORY)
    op.create_index(
        "ix_ticket_to_do", "ticket", ["station_id"],
        postgresql_include=["id", "state", "call_back_by", "late_from", "answered_at", "wrapped_at"],
        postgresql_where=sa.text(UNFINISHED),
    )  # fmt: skip
    op.drop_index("ix_ticket_unfinished", table_name="ticket")


def downgrade() -> None:
    op.create_index("ix_ticket_unfinished", "ticket", ["station_id"], postgresql_where=sa.text(UNFINISHED))
    op.drop_index("ix_ticket_to_do", table_name="ticket")
    op.drop_column("ticket", "late_from")
