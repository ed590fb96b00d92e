"""Finishing a contact from a form: outcome, need, answer and guidance in one transaction, whichever form it was."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hotline.calls.kinds import referral
from hotline.calls.kinds.base import Work
from hotline.directory.vocabulary import DOMAINS, NEEDS
from tickets import corrections, desk, guidance, referrals
from tickets.corrections import Said
from tickets.models import Ticket

REFER = "refer"


@dataclass(frozen=True)
class Filled:
    """What was entered: ``need`` is a need or a domain, or empty (as it is); ``entries`` are of the catalogue."""

    outcome: str
    answer: str = ""
    guidance: str = ""
    branch_id: UUID | None = None
    need: str = ""
    entries: tuple[UUID, ...] = ()


def finish(work: Work, ticket: Ticket, filled: Filled, by: str) -> None:
    """Wrap a locked ticket up as a form says, in the caller's transaction.

    Raises ImpossibleError when the ticket's state forbids it, ValueError for an outcome or a need that there is not,
    GuidanceError for an entry that is not in the tenant's catalogue.
    """
    session, now = work.session, work.now
    desk.wrap_up(session, ticket, filled.outcome, by, now)
    referrals.overtaken(session, ticket, now, by=by)
    need, domain = _asked_for(ticket, filled.need)
    corrections.correct(session, ticket, Said(need, domain, filled.answer or ticket.answer), by, now)
    for entry in filled.entries:
        guidance.give(session, ticket.id, by=by, now=now, through="wrap_up", entry_id=entry)
    if filled.guidance:
        guidance.give(session, ticket.id, by=by, now=now, through="wrap_up", text=filled.guidance)
    if filled.outcome == REFER and filled.branch_id:
        referral.hand_over(work, ticket, filled.branch_id, by)


def _asked_for(ticket: Ticket, chosen: str) -> tuple[str, str]:
    """Need and domain as they are to be: what was chosen takes the place of its own kind only."""
    if chosen and chosen not in NEEDS and chosen not in DOMAINS:
        raise ValueError(f"{chosen!r} is neither a need nor a domain")
    return (chosen if chosen in NEEDS else ticket.need, chosen if chosen in DOMAINS else ticket.domain)
