"""Notes from shift to shift."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("writer_id", sa.Uuid(), nullable=False),
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=True),
        sa.Column("reader", sa.Text(), server_default="", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("text <> '' AND length(text) <= 1000", name=op.f("ck_handover_note_text")),
        sa.CheckConstraint("reader_id <> writer_id", name=op.f("ck_handover_note_another")),
        sa.CheckConstraint("(read_at IS NULL) = (reader_id IS NULL)", name=op.f("ck_handover_note_read")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_handover_note_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["writer_id"], ["account.id"], name=op.f("fk_handover_note_writer_id")),
        sa.ForeignKeyConstraint(["reader_id"], ["account.id"], name=op.f("fk_handover_note_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_note")),
    )
    op.create_index(op.f("ix_handover_note_station_id_written_at"), "handover_note", ["station_id", "written_at"])
    op.create_index(
        "ix_handover_note_unread", "handover_note", ["station_id"], postgresql_where=sa.text("read_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("handover_note")
