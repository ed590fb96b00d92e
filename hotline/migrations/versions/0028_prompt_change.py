"""What callers hear, changed at the console: words and recordings of prompts with their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompt_change",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("audio", sa.Text(), server_default="", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "what IN ('words', 'original', 'recorded', 'silenced', 'undone')", name=op.f("ck_prompt_change_what")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_prompt_change")),
    )
    op.create_index(op.f("ix_prompt_change_key_language_number"), "prompt_change", ["key", "language", "number"])
    op.execute(
        """
CREATE OR REPLACE FUNCTION prompt_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the prompts is only added to';
END $$
"""
    )
    op.execute(
        """
CREATE TRIGGER prompt_change_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON prompt_change
    FOR EACH STATEMENT EXECUTE FUNCTION prompt_change_is_kept()
"""
    )


def downgrade() -> None:
    op.drop_table("prompt_change")
    op.execute("DROP FUNCTION prompt_change_is_kept()")
