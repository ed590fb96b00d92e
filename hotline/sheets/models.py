"""The directory's history: every row that was added, changed or removed, by form, file, command or undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, Index, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class DirectoryChange(Base):
    """One row that was changed once. The table is only added to: its trigger refuses anything else."""

    __tablename__ = "directory_change"
    __table_args__ = (
        CheckConstraint("how IN ('form', 'import', 'command', 'undo')", name="how"),
        CheckConstraint("outcome IN ('added', 'changed', 'removed')", name="outcome"),
        Index(None, "tenant_id", "at", "id"),
        Index(None, "row_id"),
        Index(None, "batch_id"),
        Index(None, "undoes_id", postgresql_where=text("undoes_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    batch_id: Mapped[UUID]
    """The same for all that was written at once: a form's row, all rows of a file."""
    tenant_id: Mapped[UUID]
    """No foreign key: the history outlives what it is about."""
    station_id: Mapped[UUID | None]
    """The row's station, for whoever sees only a part of the tree; none: a matter of the whole tenant."""
    at: Mapped[datetime]
    by: Mapped[str]
    """Whose name stands on the account; a command's own name."""
    account_id: Mapped[UUID | None]
    how: Mapped[str]
    kind: Mapped[str]
    row_id: Mapped[UUID]
    key: Mapped[str]
    """What tells the row from the others of its kind, e.g. its code."""
    name: Mapped[str] = mapped_column(default="", server_default="")
    outcome: Mapped[str]
    cells: Mapped[list[Any]] = mapped_column(JSONB)
    """[field, old, new] for each field that differs, as pages show it: numbers masked."""
    sealed: Mapped[bytes]
    """The same in full, for undoing: {"before": {field: text}, "after": {field: text}}; see hotline.vault."""
    undoes_id: Mapped[UUID | None]
    """The change that this one took back."""


KEEP = (
    """
CREATE OR REPLACE FUNCTION directory_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of the directory is only added to';
END $$
""",
    """
CREATE TRIGGER directory_change_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_change
    FOR EACH STATEMENT EXECUTE FUNCTION directory_change_is_kept()
""",
)
"""What makes the history append-only."""

for _statement in KEEP:
    event.listen(DirectoryChange.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
