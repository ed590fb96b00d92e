"""What was changed of the prompts: each row the words and the recording of one prompt from then on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, Identity, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class PromptChange(Base):
    """The latest row of a prompt and language is what callers hear; the others are its history. Only added to."""

    __tablename__ = "prompt_change"
    __table_args__ = (
        CheckConstraint("what IN ('words', 'original', 'recorded', 'silenced', 'undone')", name="what"),
        Index(None, "key", "language", "number"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    language: Mapped[str]
    text: Mapped[str | None]
    """The words; none: those that come with the software."""
    audio: Mapped[str] = mapped_column(default="", server_default="")
    """The recording's file: the SHA-256 of its content and its suffix; empty: the words are spoken."""
    seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Duration of the recording."""
    what: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    account_id: Mapped[UUID | None]
    undoes: Mapped[int | None]
    """The number of the change that this one took back."""


KEEP = (
    """
CREATE OR REPLACE FUNCTION prompt_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the prompts is only added to';
END $$
""",
    """
CREATE TRIGGER prompt_change_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON prompt_change
    FOR EACH STATEMENT EXECUTE FUNCTION prompt_change_is_kept()
""",
)
"""What makes the history append-only."""

for _statement in KEEP:
    event.listen(PromptChange.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
