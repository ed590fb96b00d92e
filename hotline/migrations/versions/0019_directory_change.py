"""The directory's history: who changed which row, when, and what it was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("how IN ('form', 'import', 'command', 'undo')", name=op.f("ck_directory_change_how")),
        sa.CheckConstraint("outcome IN ('added', 'changed', 'removed')", name=op.f("ck_directory_change_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_change")),
    )
    op.create_index(op.f("ix_directory_change_tenant_id_at_id"), "directory_change", ["tenant_id", "at", "id"])
    op.create_index(op.f("ix_directory_change_row_id"), "directory_change", ["row_id"])
    op.create_index(op.f("ix_directory_change_batch_id"), "directory_change", ["batch_id"])
    op.create_index(
        op.f("ix_directory_change_undoes_id"),
        "directory_change",
        ["undoes_id"],
        postgresql_where=sa.text("undoes_id IS NOT NULL"),
    )
    op.execute(
        """
CREATE OR REPLACE FUNCTION directory_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the directory is only added to';
END $$
"""
    )
    op.execute(
        """
CREATE TRIGGER directory_change_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_change
    FOR EACH STATEMENT EXECUTE FUNCTION directory_change_is_kept()
"""
    )


def downgrade() -> None:
    op.drop_table("directory_change")
    op.execute("DROP FUNCTION directory_change_is_kept()")
