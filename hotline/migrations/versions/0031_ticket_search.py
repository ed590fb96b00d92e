"""Searches kept by name, tickets merged into older ones, and an index over what was answered and commented."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

PAIRS = """
CREATE OR REPLACE FUNCTION text_pairs(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(said), n, 2)), '{}')
      FROM generate_series(1, length(said) - 1) AS n
$$
"""


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_search_named")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_saved_search_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_search_account_id_name")),
    )
    op.create_index(
        op.f("ix_saved_search_station_id"), "saved_search", ["station_id"], postgresql_where=sa.text("shared")
    )
    op.add_column("ticket", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_merged_into_id"), "ticket", "ticket", ["merged_into_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_ticket_merged"), "ticket", "(state = 'cancelled') = (merged_into_id IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_ticket_merged_into_itself"), "ticket", "merged_into_id <> id")
    op.create_index(
        op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )  # fmt: skip
    op.execute(PAIRS)
    op.create_index(
        "ix_ticket_answer_pairs", "ticket", [sa.text("text_pairs(answer)")], postgresql_using="gin",
        postgresql_where=sa.text("answer <> ''"),
    )  # fmt: skip
    op.create_index(
        "ix_ticket_event_said_pairs", "ticket_event", [sa.text("text_pairs(data ->> 'said')")],
        postgresql_using="gin", postgresql_where=sa.text("kind = 'comment'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_ticket_event_said_pairs", table_name="ticket_event")
    op.drop_index("ix_ticket_answer_pairs", table_name="ticket")
    op.execute("DROP FUNCTION text_pairs(text)")
    op.drop_index(op.f("ix_ticket_merged_into_id"), table_name="ticket")
    op.drop_constraint(op.f("ck_ticket_merged_into_itself"), "ticket", type_="check")
    op.drop_constraint(op.f("ck_ticket_merged"), "ticket", type_="check")
    op.drop_constraint(op.f("fk_ticket_merged_into_id"), "ticket", type_="foreignkey")
    op.drop_column("ticket", "merged_into_id")
    op.drop_table("saved_search")
