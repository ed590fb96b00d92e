"""Who works on a ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("staff_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_staff_id"), "ticket", "staff", ["staff_id"], ["id"], ondelete="SET NULL")
    op.create_index(
        op.f("ix_ticket_staff_id"), "ticket", ["staff_id"], postgresql_where=sa.text("staff_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_staff_id"), table_name="ticket")
    op.drop_constraint(op.f("fk_ticket_staff_id"), "ticket", type_="foreignkey")
    op.drop_column("ticket", "staff_id")
