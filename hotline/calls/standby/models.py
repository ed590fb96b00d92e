"""What the snapshot and the journal need in the database: the changes since, and which entries were taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, ForeignKey, Identity, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class BroughtIn(Base):
    """A webhook that was answered without the database and taken in afterwards."""

    __tablename__ = "brought_in"
    __table_args__ = (Index(None, "happened_at"), Index(None, "call_id"))

    journal_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    happened_at: Mapped[datetime]
    at: Mapped[datetime]
    """When it was taken in."""


class RoutingChange(Base):
    """A statement that changed directory, rosters or policies; row 0 stands for all earlier ones."""

    __tablename__ = "routing_change"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    times: Mapped[int] = mapped_column(default=1, server_default="1")


_WHOLE = (
    "tenant", "station", "line", "policy", "staff", "team", "partner", "branch_line", "shift", "override", "swap",
    "pattern",
)  # fmt: skip
_HANDSET = "tenant_id, station_id, code, active, number_hash, number_sealed, extension, priority"
"""Not its state: that changes with each call that nobody takes, and is asked for at each call."""

DDLS = (
    "INSERT INTO routing_change (id, times) VALUES (0, 0)",
    """
CREATE FUNCTION routing_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO routing_change DEFAULT VALUES;
    RETURN NULL;
END $$
""",
    *(
        f"CREATE TRIGGER {table}_changes_routing AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION routing_changes()"
        for table in _WHOLE
    ),
    "CREATE TRIGGER handset_changes_routing "
    f"AFTER INSERT OR UPDATE OF {_HANDSET} OR DELETE OR TRUNCATE ON handset "
    "FOR EACH STATEMENT EXECUTE FUNCTION routing_changes()",
)

for _statement in DDLS:
    event.listen(Base.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
