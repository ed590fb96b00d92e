"""What errands say and know of a ticket: the survivor's words, telephones and the branches it may be handed to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hotline.calls.briefing import NAMELESS, person_words
from hotline.calls.kinds.base import Survivor, Work
from hotline.calls.models import Errand
from hotline.directory.models import BranchLine, Partner, SurvivorPhone, Team
from hotline.numbers import from_stored
from ivr_flows.engine.steps import Choice
from tickets.models import Ticket

MOST_NUMBERS = 3
"""Telephones of one survivor that a call back tries."""


def ticket_of(work: Work, errand: Errand) -> Ticket | None:
    """Return the errand's ticket, locked for this transaction."""
    return work.session.get(Ticket, errand.ticket_id, with_for_update=True) if errand.ticket_id else None


def words_of(work: Work, ticket: Ticket, language: str) -> dict[str, str]:
    """Return name, village, hearing and dialect of a ticket's survivor, as far as they are known."""
    words, _ = person_words(work.session, ticket.survivor_id, ticket.caller_hash, language)
    return words


def name_of(work: Work, ticket: Ticket, language: str) -> str:
    """Return the survivor's name, or a kind word for somebody unknown."""
    return words_of(work, ticket, language).get("name") or NAMELESS[language == "en"]


def telephones_of(work: Work, ticket: Ticket | None) -> Sequence[Survivor]:
    """Return the survivor's telephones: the one they rang from first, then those of their file."""
    if ticket is None:
        return ()
    sealed = [ticket.caller_sealed] if ticket.caller_sealed else []
    if ticket.survivor_id:
        sealed += work.session.scalars(
            select(SurvivorPhone.number_sealed)
            .where(SurvivorPhone.survivor_id == ticket.survivor_id)
            .order_by(SurvivorPhone.priority)
        )
    numbers = [from_stored(work.x.vault.open(s)) for s in sealed]
    unique = {number.value: Survivor(number.value, number.extension or "") for number in numbers}
    return tuple(unique.values())[:MOST_NUMBERS]


def in_language(sentence: str, language: str) -> str:
    """Return the half of “中文 (English)”, as our errors are written, that is in the listener's language."""
    chinese, _, english = sentence.partition(" (")
    return english.removesuffix(")") if language == "en" and english else chinese


def branches(work: Work, errand: Errand, most: int = 8) -> tuple[Choice, ...]:
    """Return the teams and partners of the tenant that a ticket may be handed to."""
    teams = select(Team.id, Team.name).join(BranchLine, BranchLine.team_id == Team.id)
    partners = select(Partner.id, Partner.name).join(BranchLine, BranchLine.partner_id == Partner.id)
    rows = [
        *work.session.execute(teams.where(Team.tenant_id == errand.tenant_id, Team.active).distinct()),
        *work.session.execute(partners.where(Partner.tenant_id == errand.tenant_id, Partner.active).distinct()),
    ]
    return tuple(Choice(str(row.id), row.name) for row in rows[:most])
