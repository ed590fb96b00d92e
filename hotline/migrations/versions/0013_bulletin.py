"""The monthly bulletin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("texts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("figures", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("edits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('draft', 'issued')", name=op.f("ck_bulletin_state")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_bulletin_month")),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL AND figures IS NOT NULL)", name=op.f("ck_bulletin_issued")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_bulletin_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_bulletin_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("station_id", "month", "version", name=op.f("uq_bulletin_station_id_month_version")),
    )
    op.create_index(
        "uq_bulletin_draft", "bulletin", ["station_id", "month"], unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )  # fmt: skip
    op.execute(
        """
CREATE OR REPLACE FUNCTION bulletin_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued bulletin is never changed: a correction is a new version';
END $$
"""
    )
    op.execute(
        """
CREATE TRIGGER bulletin_is_kept BEFORE UPDATE ON bulletin
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION bulletin_is_kept()
"""
    )


def downgrade() -> None:
    op.drop_table("bulletin")
    op.execute("DROP FUNCTION bulletin_is_kept()")
