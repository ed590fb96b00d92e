"""What errands say and know of a ticket: the survivor's words, telephones and the branches it may be handed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from hotline.calls.briefing import NAMELESS, person_words
from hotline.calls.kinds.base import Survivor, Work
from hotline.calls.models import Errand
from hotline.directory.models import BranchLine, Partner, SurvivorPhone, Team
from hotline.directory.queries import station_path
from hotline.directory.words import surname_in
from hotline.numbers import from_stored
from hotline.outgoing.models import Webhook
from ivr_flows.engine.steps import Choice
from tickets.models import Ticket

LAST = 10
"""Priority of partners without a telephone; a line's goes to 9."""
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


def surname_of(work: Work, ticket: Ticket, language: str) -> str:
    """Return how outsiders are told who it is: the surname alone, the minimum they need to greet somebody."""
    name = words_of(work, ticket, language).get("name", "").partition("或")[0].partition(" or ")[0]
    if not name:
        return NAMELESS[language == "en"]
    surname = surname_in(name)
    return f"a family named {surname}" if language == "en" else f"一位姓{surname}的家属"


def branches(work: Work, errand: Errand, most: int = 18) -> tuple[Choice, ...]:
    """Return the teams and partners that serve the place of a ticket, those that serve its need and place first."""
    ticket = work.session.get(Ticket, errand.ticket_id) if errand.ticket_id else None
    if ticket is not None:
        return branches_for(work, ticket, most)
    return _ranked(work, errand.tenant_id, errand.station_id, set(), most)


def branches_for(work: Work, ticket: Ticket, most: int = 99) -> tuple[Choice, ...]:
    """Return whom a ticket may be handed to, as ``branches`` does."""
    return _ranked(work, ticket.tenant_id, ticket.station_id, {ticket.need, ticket.domain} - {""}, most)


def _ranked(
    work: Work, tenant_id: UUID, station_id: UUID | None, wanted: set[str], most: int
) -> tuple[Choice, ...]:  # fmt: skip
    path = [station.id for station in station_path(work.session, station_id)] if station_id else []
    ranked = {
        owner.id: ((wanted.isdisjoint(serves), owner.station_id is None, priority, owner.code), owner.name)
        for owner, serves, priority in _owners(work, tenant_id)
        if owner.station_id is None or owner.station_id in path
    }
    return tuple(Choice(str(id_), name) for id_, (_, name) in sorted(ranked.items(), key=lambda row: row[1][0]))[:most]


def _owners(work: Work, tenant_id: UUID) -> Iterator[tuple[Team | Partner, list[str], int]]:
    """Yield each team and partner with what one of its lines serves and that line's priority, the best line last."""
    lines = (BranchLine.serves, BranchLine.priority)
    usable, best_last = BranchLine.active, BranchLine.priority.desc()
    teams = select(Team, *lines).join(BranchLine, BranchLine.team_id == Team.id).where(Team.active, usable)
    for team, serves, priority in work.session.execute(teams.where(Team.tenant_id == tenant_id).order_by(best_last)):
        yield team, serves, priority
    partners = select(Partner, *lines).join(BranchLine, BranchLine.partner_id == Partner.id)
    partners = partners.where(Partner.active, usable, Partner.tenant_id == tenant_id)
    for partner, serves, priority in work.session.execute(partners.order_by(best_last)):
        yield partner, serves, priority
    told = select(Webhook.partner_id).where(Webhook.ended_at.is_(None))  # systems, which nobody rings
    systems = select(Partner).where(Partner.active, Partner.tenant_id == tenant_id, Partner.id.in_(told))
    for partner in work.session.scalars(systems.where(Partner.id.not_in(partners.with_only_columns(Partner.id)))):
        yield partner, [], LAST
