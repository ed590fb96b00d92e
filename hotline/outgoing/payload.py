"""What is told of an event: the ticket as it stands when it is sent, and no more of anybody than the scopes allow."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.accounts.token_models import ApiReference
from hotline.directory.models import Station, Survivor
from hotline.numbers import from_stored
from hotline.outgoing import events
from hotline.outgoing.models import Delivery, Webhook
from hotline.vault import Vault, VaultError
from tickets.models import Referral, Ticket, TicketEvent

SCOPES: dict[Permission, tuple[str, str]] = {
    Permission.TICKETS_SEE: ("事由、答复和备注的文字", "the words of matter, answer and comments"),
    Permission.SURVIVORS_SEE: ("来电人姓名和村（社区）", "the caller's name and village"),
    Permission.NUMBERS_SEE: ("来电人完整号码", "the caller's whole number"),
}
"""What a system may be told besides states and times: Chinese, English."""
_STATED = ("number", "state", "need", "domain", "priority", "outcome", "version")
_MOMENTS = ("opened_at", "answered_at", "call_back_by", "found_at", "came_at", "helped_at", "solved_at")
_WORDS = ("words", "said", "advice", "result")
"""Where a line of the history keeps what somebody wrote."""


def body(session: Session, vault: Vault, hook: Webhook, row: Delivery) -> bytes | None:
    """Return what is sent; None when it is none of the system's business."""
    if row.ticket_id is None or row.event_id is None:
        return _json(events.PING, row.created_at, {"name": hook.name})
    ticket, event = session.get_one(Ticket, row.ticket_id), session.get_one(TicketEvent, row.event_id)
    references = _references(session, hook, ticket.id)
    referral = _referral(session, hook, ticket.id)
    if (hook.token_id or hook.partner_id) and not references and (referral is None or _is_over(referral, event.at)):
        return None
    data: dict[str, Any] = {"kind": row.kind, "ticket": _ticket(session, ticket), "references": references}
    if referral is not None:
        data["referral"] = {
            "to": referral.label, "state": referral.state, "deadline": _moment(referral.deadline),
        }  # fmt: skip
    if Permission.TICKETS_SEE in hook.scopes:
        data["words"] = " ".join(str(event.data[key]) for key in _WORDS if event.data.get(key))
        data["ticket"] |= {"answer": ticket.answer, "matter": _matter(session, ticket.id)}
    data["ticket"] |= _caller(session, vault, hook, ticket)
    return _json(events.name_of(row.kind), event.at, data)


def _ticket(session: Session, ticket: Ticket) -> dict[str, Any]:
    station = session.get_one(Station, ticket.station_id)
    return {
        "id": str(ticket.id),
        **{name: getattr(ticket, name) for name in _STATED},
        "station": {"code": station.code, "name": station.name},
        **{name: _moment(getattr(ticket, name)) for name in _MOMENTS},
    }


def _caller(session: Session, vault: Vault, hook: Webhook, ticket: Ticket) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if Permission.SURVIVORS_SEE in hook.scopes:
        survivor = session.get(Survivor, ticket.survivor_id) if ticket.survivor_id else None
        found["survivor"] = {"name": survivor.name, "village": survivor.village} if survivor else None
    if Permission.NUMBERS_SEE in hook.scopes:
        try:
            found["caller"] = from_stored(vault.open(ticket.caller_sealed)).value if ticket.caller_sealed else None
        except VaultError:
            found["caller"] = None
    return found


def _references(session: Session, hook: Webhook, ticket_id: UUID) -> list[str]:
    """The system's own numbers of the ticket."""
    if hook.token_id is None:
        return []
    mine = select(ApiReference.reference).where(
        ApiReference.token_id == hook.token_id,
        ApiReference.ticket_id == ticket_id,
        ~ApiReference.reference.startswith("#"),
    )
    return list(session.scalars(mine.order_by(ApiReference.reference)))


def _referral(session: Session, hook: Webhook, ticket_id: UUID) -> Referral | None:
    """The newest referral, to the system's own partner where it is one's; others' are nobody's business."""
    mine = select(Referral).where(Referral.ticket_id == ticket_id)
    if hook.partner_id:
        mine = mine.where(Referral.target_id == hook.partner_id)
    elif hook.token_id:
        return None
    return session.scalars(mine.order_by(Referral.offered_at.desc()).limit(1)).first()


def _is_over(referral: Referral, at: datetime) -> bool:
    """Whoever gave a ticket back, or lost it, is told no more; whoever has helped also hears how it was."""
    return referral.state != "done" and referral.ended_at is not None and referral.ended_at < at


def _matter(session: Session, ticket_id: UUID) -> str:
    """What another system wrote when it handed the matter over."""
    first = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == "from_outside")
    return str((session.scalars(first.limit(1)).first() or {}).get("words", ""))


def _json(type_: str, at: datetime, data: dict[str, Any]) -> bytes:
    return json.dumps({"type": type_, "timestamp": _moment(at), "data": data}, ensure_ascii=False).encode()


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
