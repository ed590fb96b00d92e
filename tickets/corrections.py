"""Write and correct what a ticket says: its need, its category, the answer (答疑解惑). What stood before is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tickets import clocks, desk
from tickets.levels import Category
from tickets.models import Ticket


@dataclass(frozen=True)
class Said:
    """What a ticket is to say; need and domain are codes of the vocabulary, which the caller has checked."""

    need: str
    domain: str
    answer: str
    category: Category | None = None
    """None: as it is."""


def correct(session: Session, ticket: Ticket, said: Said, by: str, now: datetime) -> bool:
    """Let a ticket say this; what differs is written with what stood before. Returns whether anything differed.

    Raises ImpossibleError for a ticket that was merged into another, ValueError for a category there is not.
    """
    desk.refuse_merged(ticket)
    before = {"need": ticket.need, "domain": ticket.domain}
    after = {"need": said.need, "domain": said.domain}
    changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if changed:
        ticket.need, ticket.domain = said.need, said.domain
        desk.note(session, ticket.id, "corrected", now, actor=by, **changed)
    if said.answer != ticket.answer:
        desk.note(session, ticket.id, "answer_noted", now, actor=by, before=ticket.answer)
        ticket.answer = said.answer
        changed["answer"] = []
    if said.category is not None and said.category != clocks.category_of(session, ticket):
        clocks.classify(session, ticket, said.category, by, now)
        changed["category"] = []
    if changed:
        ticket.version += 1
        clocks.follow(session, ticket, now)
    return bool(changed)
