"""What the calls with a partner or volunteer team have in common: the minimum of data, joining, giving back."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.calls import orders
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.telling_calls import tell_all
from hotline.calls.models import Call, Errand, Leg
from hotline.calls.spoken import by_when
from hotline.directory import hours
from hotline.directory.models import BranchLine, Station
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.directory.words import short_name
from hotline.notifications import recipients, tell
from hotline.notifications.quiet import told_at
from hotline.notifications.rules import TELEPHONE_QUIET
from ivr_flows.engine.steps import Facts
from tickets import clocks, desk, referrals
from tickets.models import Referral, Ticket

LOOK_AGAIN = timedelta(minutes=15)
"""A line that is closed is looked at again after this."""


def referral_of(work: Work, errand: Errand) -> Referral | None:
    """Return the referral that an errand is about, while it is open."""
    if errand.ticket_id is None:
        return None
    current = referrals.open_referral(work.session, errand.ticket_id)
    return current if current and str(current.id) == errand.data.get("referral") else None


def postponed(work: Work, errand: Errand) -> datetime | None:
    """Return until when a branch is not rung: its line is closed, or it is night and nothing urgent."""
    ticket = cases.ticket_of(work, errand)
    line = work.session.get(BranchLine, errand.target_id)
    moment = told_at(work.now, TELEPHONE_QUIET, urgent=ticket is not None and ticket.priority == "urgent")
    if moment == work.now and line is not None and not hours.is_open(line.hours, work.now):
        moment = work.now + LOOK_AGAIN
    return moment if moment > work.now else None


def facts(work: Work, errand: Errand, *flags: str) -> Facts:
    """Return what outsiders are told: station, village, surname, need and deadline; no name in full, no number."""
    ticket, referral = cases.ticket_of(work, errand), referral_of(work, errand)
    if ticket is None or referral is None:
        return Facts(errand.language, flags=frozenset({"withdrawn", *flags}))
    station = work.session.get_one(Station, ticket.station_id)
    words = {
        "station": short_name(station, errand.language),
        "village": cases.words_of(work, ticket, errand.language).get("village", ""),
        "name": cases.surname_of(work, ticket, errand.language),
        "need": _need(work, ticket, errand),
        "until": by_when(referral.deadline, work.now, errand.language),
        "partner": referral.label,
    }
    raised = {"urgent"} if ticket.priority == "urgent" else set[str]()
    return Facts(errand.language, words, flags=frozenset({*raised, *flags}))


def _need(work: Work, ticket: Ticket, errand: Errand) -> str:
    """The survivor's need, else what the branch is there for."""
    line = work.session.get(BranchLine, errand.target_id)
    code = ticket.need or ticket.domain or (line.serves[0] if line and line.serves else "")
    return {**DOMAINS, **NEEDS}.get(code, ("", ""))[errand.language == "en"]


def joined(work: Work, errand: Errand, talked_seconds: int) -> None:
    """A branch has talked with the survivor: who helps and when is now known to them (首次反馈)."""
    if ticket := cases.ticket_of(work, errand):
        desk.called_back(work.session, ticket, errand.label, talked_seconds, work.now)
        clocks.told_survivor(work.session, ticket, errand.label, work.now)
        clocks.follow(work.session, ticket, work.now)


def taken_over(work: Work, call: Call, leg: Leg) -> None:
    """A branch has taken, by key, a survivor who waited on the line for it (a warm transfer)."""
    ticket = work.session.get_one(Ticket, call.ticket_id, with_for_update=True)
    if referral := referrals.open_referral(work.session, ticket.id):
        referrals.accept(work.session, referral, work.now)
        clocks.told_survivor(work.session, ticket, leg.label, work.now)
        clocks.follow(work.session, ticket, work.now)
        order_question(work, orders.callee_of(call, leg), referral)


def turned_down(work: Work, call: Call) -> None:
    """A branch has declined, by key, a survivor who waited on the line for it."""
    ticket = work.session.get_one(Ticket, call.ticket_id, with_for_update=True)
    if referral := referrals.open_referral(work.session, ticket.id):
        give_back(work, ticket, referral, "refused", "by_key")


def in_vain(work: Work, errand: Errand) -> None:
    """A branch has rung the survivor, who did not pick up."""
    if errand.ticket_id:
        desk.note(work.session, errand.ticket_id, "branch_in_vain", work.now, actor=errand.label)


def keep_memo(work: Work, errand: Errand, recording: str, seconds: int) -> None:
    """Keep a sentence of the branch on the ticket."""
    if errand.ticket_id:
        data = {"recording": recording, "seconds": seconds}
        desk.note(work.session, errand.ticket_id, "memo", work.now, actor=errand.label, **data)


def give_back(work: Work, ticket: Ticket, referral: Referral, state: str, why: str) -> None:
    """The case returns to the station, whose duty person is told."""
    referrals.give_back(work.session, ticket, referral, state, work.now, why)
    returned(work, ticket, referral)


def returned(work: Work, ticket: Ticket, referral: Referral) -> None:
    """Tell the station that a case has come back."""
    event = tell.about_ticket(
        work.session, ticket, "referral_returned", f"returned:{referral.id}", partner=referral.label
    )
    holder = recipients.holder(work.session, ticket.station_id, work.now)
    tell_all(work, event, [holder], ticket)


def order_question(work: Work, callee: orders.Callee, referral: Referral) -> None:
    """Order the call that asks, at half the time that is left, how it goes."""
    half = work.now + max(LOOK_AGAIN, (referral.deadline - work.now) / 2)
    orders.order(
        work.session, "referral_case", callee, work.now,
        due_at=half, ticket_id=referral.ticket_id, referral=str(referral.id),
    )  # fmt: skip
