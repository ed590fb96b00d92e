"""Accounts of the console, the browsers signed in with them, failed tries, and who looked at what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.accounts.roles import WHOLE_INSTALLATION, Role
from hotline.db import Base, new_id

_ROLES = ", ".join(f"'{role}'" for role in Role)
_WIDE = ", ".join(f"'{role}'" for role in sorted(WHOLE_INSTALLATION))


class Account(Base):
    """Somebody who may sign in to the console, with one role in one station's subtree."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"role IN ({_ROLES})", name="role"),
        CheckConstraint(f"station_id IS NOT NULL OR role IN ({_WIDE})", name="station"),
        CheckConstraint("NOT demo OR (password_hash = '' AND oidc_subject IS NULL)", name="demo"),
        Index(None, "station_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    """The name typed at sign-in, folded (see hotline.accounts.names)."""
    name: Mapped[str]
    """The name colleagues see."""
    role: Mapped[str]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    """The top of what it may see; none: every tenant of the installation."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """The person on the roster whose account this is."""
    password_hash: Mapped[str] = mapped_column(default="", server_default="")
    """Argon2id; empty: no sign-in by password."""
    password_at: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """True while the password is one that somebody else made."""
    totp_sealed: Mapped[bytes | None]
    """Secret of the second factor; in force once ``totp_confirmed_at`` is set."""
    totp_confirmed_at: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The last half minute whose code was used: a code works once."""
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    """Who it is at the identity provider."""
    demo: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """One of the sample county's: entered by a click, on the simulator's own machine only."""
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    signed_in_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for the second factor once, when the telephone is lost."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class BrowserSession(Base):
    """A browser that is signed in, or half-way: the cookie's token is kept only as its hash."""

    __tablename__ = "browser_session"
    __table_args__ = (
        CheckConstraint("method IN ('password', 'oidc', 'demo')", name="method"),
        Index(None, "account_id", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    method: Mapped[str]
    awaits_code: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """The password was right, the second factor is still to come."""
    display: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """It hangs on a wall: shows the wallboard for long, and nothing else."""
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    on_duty_until: Mapped[datetime | None]
    """Whoever is on duty has the duty desk open in it: so long it is not signed out for want of use."""
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="", server_default="")
    agent: Mapped[str] = mapped_column(default="", server_default="")


class SignInFailure(Base):
    """Tries in a row that failed for one sign-in name or one address (hashed: people type passwords as names)."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "last_at"),)

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class AccessLog(Base):
    """Who signed in, or looked at what; never changed, never deleted (a database trigger refuses it)."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index(None, "at", "id"),
        Index(None, "account_id", "at"),
        Index("ix_access_log_ticket_id_at", "ticket_id", "at", postgresql_where=text("ticket_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """None: somebody who gave the name of no account."""
    what: Mapped[str]
    """A code of hotline.accounts.access."""
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    """The station it concerns: the ticket's, or the account's own."""
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    subject: Mapped[str] = mapped_column(default="", server_default="")
    """What else it was: a recording, an export, another account's name."""
    address: Mapped[str] = mapped_column(default="", server_default="")


KEEP = (
    """
CREATE OR REPLACE FUNCTION access_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is only added to';
END $$
""",
    """
CREATE TRIGGER access_log_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_kept()
""",
)
"""What makes the access log append-only."""

for _statement in KEEP:
    event.listen(AccessLog.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
