"""Give guidance on a ticket and note whether it helped: check + row + event in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Text, Uuid, column, select, table
from sqlalchemy.orm import Session

from tickets import desk
from tickets.guidance_models import GuidanceGiven
from tickets.models import Ticket

Through = Literal["call", "wrap_up", "console"]
"""While speaking, on the handset afterwards, or at the console."""
Helped = Literal["unknown", "yes", "no"]

_entry = table("catalogue_entry", column("id", Uuid), column("tenant_id", Uuid), column("title", Text))
"""The catalogue is another room's; all that is needed of it here is the title."""


class GuidanceError(Exception):
    """Guidance cannot be given so; the message says why, in Chinese and English."""


def give(
    session: Session,
    ticket_id: UUID,
    *,
    by: str,
    now: datetime,
    through: Through,
    entry_id: UUID | None = None,
    text: str = "",
) -> GuidanceGiven:
    """Attach a catalogue entry, or else ``text``, to a ticket and return it; given twice it is there once.

    ``by`` is the label of who gave it. Raises GuidanceError for a ticket or an entry that is not there, or no text;
    ImpossibleError for a ticket that was merged into another.
    """
    ticket = _locked(session, ticket_id)
    desk.refuse_merged(ticket)
    said = _title(session, ticket, entry_id) if entry_id else text.strip()
    if not said:
        raise GuidanceError("请选一条目录或写一句话 (choose a catalogue entry or write a sentence)")
    same = GuidanceGiven.entry_id == entry_id if entry_id else GuidanceGiven.advice == said
    before = session.scalars(select(GuidanceGiven).where(GuidanceGiven.ticket_id == ticket_id, same)).first()
    if before:
        return before
    given_ = GuidanceGiven(ticket_id=ticket_id, entry_id=entry_id, advice=said, by=by, at=now, through=through)
    session.add(given_)
    session.flush()
    details = {"guidance": str(given_.id), "advice": said, "through": through}
    desk.note(session, ticket_id, "guidance", now, actor=by, entry=str(entry_id) if entry_id else None, **details)
    return given_


def mark_helped(session: Session, guidance_id: UUID, helped: Helped, *, by: str, now: datetime) -> GuidanceGiven:
    """Note that guidance helped, or did not; the first that helped makes 帮得上忙 true of its ticket.

    Raises GuidanceError when there is no such guidance.
    """
    found = session.get(GuidanceGiven, guidance_id, with_for_update=True)
    if found is None:
        raise GuidanceError("没有这条服务指引 (no such guidance)")
    if found.helped == helped:
        return found
    before, found.helped = found.helped, helped
    found.helped_at = None if helped == "unknown" else now
    details = {"guidance": str(found.id), "advice": found.advice, "before": before, "helped": helped}
    desk.note(session, found.ticket_id, "guidance_helped", now, actor=by, **details)
    if helped == "yes":
        ticket = _locked(session, found.ticket_id)
        ticket.helped_at = ticket.helped_at or now
    return found


def given(session: Session, *ticket_ids: UUID) -> Sequence[GuidanceGiven]:
    """Return the guidance given on a ticket in the order in which it was given."""
    return session.scalars(
        select(GuidanceGiven)
        .where(GuidanceGiven.ticket_id.in_(ticket_ids))
        .order_by(GuidanceGiven.at, GuidanceGiven.id)
    ).all()


def _locked(session: Session, ticket_id: UUID) -> Ticket:
    """Return the ticket, held until the transaction ends, so that two who give the same guidance give it once."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise GuidanceError("没有这张工单 (no such ticket)")
    return ticket


def _title(session: Session, ticket: Ticket, entry_id: UUID) -> str:
    title = session.execute(
        select(_entry.c.title).where(_entry.c.id == entry_id, _entry.c.tenant_id == ticket.tenant_id)
    ).scalar_one_or_none()
    if title is None:
        raise GuidanceError("本地目录里没有这一条 (no such entry in this tenant's catalogue)")
    return str(title)
