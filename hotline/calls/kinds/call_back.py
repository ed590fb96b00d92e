"""Call back: a missed survivor is rung back. The duty chain is rung first, whoever accepts is joined with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from hotline.calls import orders
from hotline.calls.facts import Phone
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.kinds.wrap_up import apply_outcome, keep_memo
from hotline.calls.lookup import Inquiry, facts_for
from hotline.calls.models import Errand
from hotline.calls.routing import make_plan
from hotline.clock import local
from hotline.directory.models import Station
from hotline.directory.models import Survivor as Person
from hotline.directory.queries import station_path
from hotline.directory.words import short_name
from hotline.notifications import recipients, tell
from hotline.numbers import Number
from ivr_flows.engine.steps import Effect, Facts
from tickets import desk, timers
from tickets.models import Ticket

AGAIN = timedelta(minutes=3)
"""Nobody of the chain accepted: it is rung again after this, until the survivor is reached or gets through."""
PAUSES = (timedelta(minutes=10), timedelta(hours=1))
"""Growing pauses between the tries at a survivor who does not pick up; after the last it stays with the coordinator."""
AWAKE = (time(7, 30), time(21, 0))
"""Local hours in which a survivor is rung back after the first try; the first is made while they wait for it."""


class CallBack(Kind):
    """Whispers the case to a handset; any key rings the survivor and joins the two."""

    flow = "callback"
    ring_seconds = 20

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Until somebody has talked with the survivor."""
        ticket = cases.ticket_of(work, errand)
        return ticket is not None and ticket.call_back_by is not None

    def facts(self, work: Work, errand: Errand) -> Facts:
        """The whisper, and whether the case has settled or gone to a colleague meanwhile."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None:
            return Facts(errand.language, flags=frozenset({"settled"}))
        words = cases.words_of(work, ticket, errand.language)
        if not ticket.raised:
            words["missed"] = f"{local(ticket.opened_at):%H:%M}"
        words["station"] = short_name(work.session.get_one(Station, ticket.station_id), errand.language)
        flags = {"urgent"} if ticket.priority == "urgent" else set[str]()
        if ticket.raised:
            flags.add("reopened")
        if ticket.message_at:
            flags.add("message")
        if ticket.outcome:
            flags.add("outcome")
        if ticket.call_back_by is None and "joined" not in errand.data:
            flags.add("settled")
        if _colleague(work, errand):
            flags.add("colleague")
        return Facts(errand.language, words, {"branches": cases.branches(work, errand)}, flags=frozenset(flags))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Accepting rings the survivor; passing on rings the next of the chain."""
        if effect.kind == "accept":
            if not _colleague(work, errand):
                errand.result = "accepted"
                errand.data = {**errand.data, "calling": True, "rung": 0}
        elif effect.kind == "decline":
            errand.data = {**errand.data, "declined": True}
        else:
            apply_outcome(work, errand, effect)

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The survivor's telephones."""
        return cases.telephones_of(work, cases.ticket_of(work, errand))

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The promise is kept."""
        if ticket := cases.ticket_of(work, errand):
            desk.called_back(work.session, ticket, errand.label, talked_seconds, work.now)

    def not_reached(self, work: Work, errand: Errand) -> None:
        """Try the survivor again later, at most three times, when people are awake."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None:
            return
        tries = desk.call_back_in_vain(work.session, ticket, errand.label, work.now)
        if tries > len(PAUSES):
            desk.call_back_given_up(work.session, ticket, errand.label, work.now)
            event = tell.about_ticket(work.session, ticket, "call_back_given_up", f"given_up:{errand.id}")
            tell.tell(work.session, event, [recipients.holder(work.session, ticket.station_id, work.now)], work.now)
            return
        _set(work, ticket, waking(work.now + PAUSES[tries - 1]))

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """The wrap-up's sentence after the call back."""
        keep_memo(work, errand, kind, recording, seconds)

    def over(self, work: Work, errand: Errand) -> None:
        """Nobody accepted here: the next of the chain, then the whole chain again."""
        ticket = cases.ticket_of(work, errand)
        if errand.result or ticket is None or ticket.call_back_by is None:
            return
        ring_chain(work, ticket, place=int(errand.data.get("place", 0)) + 1)


def start(work: Work, ticket_id: UUID | None) -> None:
    """The call-back timer is due: ring the duty chain for the ticket, from its beginning.

    While somebody is joined with the survivor, or about to be, it only looks again later.
    """
    ticket = work.session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None or ticket.call_back_by is None:
        return
    if work.session.scalar(_calling(ticket.id).limit(1)) is not None:
        _set(work, ticket, work.now + AGAIN)
    else:
        ring_chain(work, ticket, place=0)


def ring_chain(work: Work, ticket: Ticket, place: int) -> None:
    """Order the call to the ``place``-th telephone of the chain as it stands now; past its end, try again later."""
    chain = _chain(work, ticket)
    if place >= len(chain):
        desk.note(work.session, ticket.id, "call_back_nobody", work.now, telephones=len(chain))
        _set(work, ticket, work.now + AGAIN)
        return
    phone = chain[place]
    callee = orders.Callee(
        kind=phone.kind,
        id=phone.id,
        label=phone.label,
        number_hash=work.x.vault.fingerprint(phone.number),
        number_sealed=work.x.vault.seal(str(Number(phone.number, phone.extension or None))),
        tenant_id=ticket.tenant_id,
        line_id=orders.line_for(work.session, ticket),
        station_id=phone.station_id,
    )
    orders.order(work.session, "call_back", callee, work.now, ticket_id=ticket.id, place=place)


def _chain(work: Work, ticket: Ticket) -> list[Phone]:
    """The trunk's telephones in the order in which a call would ring them now."""
    if ticket.raised:  # whoever was not content is rung by the level above (issue 3, "Feedback")
        path = station_path(work.session, ticket.station_id)
        inquiry = Inquiry(ticket.tenant_id, path[min(ticket.raised, len(path) - 1)].id)
    else:
        home = work.session.scalar(select(Person.station_id).where(Person.id == ticket.survivor_id))
        inquiry = Inquiry(ticket.tenant_id, home or ticket.station_id, survivor_id=ticket.survivor_id)
    plan = make_plan(facts_for(work.session, work.x.vault, inquiry, work.now))
    return [t.phone for tier in plan.tiers if tier.kind not in ("volunteer", "partner") for t in tier.targets]


def _colleague(work: Work, errand: Errand) -> bool:
    """Whether somebody else is ringing the survivor of this ticket, or talking with them."""
    other = _calling(errand.ticket_id).where(Errand.id != errand.id)
    return work.session.scalar(other.limit(1)) is not None


def _calling(ticket_id: UUID | None) -> Select[UUID]:
    """The calls for a ticket in which the survivor is rung or talked with."""
    return select(Errand.id).where(
        Errand.ticket_id == ticket_id, Errand.data.has_key("calling"), Errand.ended_at.is_(None)
    )


def _set(work: Work, ticket: Ticket, due: datetime) -> None:
    timers.set_timer(work.session, desk.CALL_BACK, f"{desk.CALL_BACK}:{ticket.id}", due, ticket_id=ticket.id)


def waking(moment: datetime) -> datetime:
    """Return ``moment``, or the next one at which people are awake."""
    here = local(moment)
    first, last = AWAKE
    if here.time() < first:
        return here.replace(hour=first.hour, minute=first.minute, second=0, microsecond=0)
    if here.time() >= last:
        morning = here + timedelta(days=1)
        return morning.replace(hour=first.hour, minute=first.minute, second=0, microsecond=0)
    return moment
