"""Staff menu: what a handset of ours can do when it rings the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from hotline.calls import orders
from hotline.calls.kinds import cases, selection
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.kinds.wrap_up import apply_outcome, keep_memo
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory.models import Staff, Station
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.roster import desk as roster_desk
from ivr_flows.engine.steps import Choice, Effect, Facts
from tickets import desk, referrals
from tickets.models import Ticket
from tickets.states import Action, ImpossibleError

TELL_AFTER = timedelta(seconds=20)
"""Whoever takes the shift is rung after this, when the handset is free again."""


class StaffMenu(Kind):
    """Next open ticket, ring the survivor back, resolve, take over duty, hand over the shift."""

    flow = "staff_menu"
    incoming = True

    def facts(self, work: Work, errand: Errand) -> Facts:
        """How many tickets are open, the selected one, and the colleagues."""
        station = work.session.get_one(Station, errand.station_id)
        words = {"station": station.name, "count": str(selection.count_open(work.session, errand.station_id))}
        flags = {name for name in ("refused", "outcome") if errand.data.get(name)}
        if "refused" in flags:
            words["why"] = cases.in_language(str(errand.data.get("why", "")), errand.language)
        if ticket := cases.ticket_of(work, errand):
            words |= _case(work, ticket, errand.language)
            if ticket.answered_at and not ticket.wrapped_at and ticket.call_back_by is None:
                flags.add("unwrapped")
        staff = self._staff(work, errand)
        lists = {"staff": staff, "colleagues": staff, "branches": cases.branches(work, errand)}
        return Facts(errand.language, words, lists, flags=frozenset(flags))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Carry out a choice; what cannot be done raises the flag refused, which the flow speaks."""
        errand.data, errand.result = {**errand.data, "refused": False}, effect.kind
        try:
            self._carry_out(work, errand, effect)
        except (ImpossibleError, roster_desk.RosterError) as error:
            errand.data = {**errand.data, "refused": True, "why": str(error)}

    def _carry_out(self, work: Work, errand: Errand, effect: Effect) -> None:
        if effect.kind == "ticket":
            self._select(work, errand, effect.value)
        elif effect.kind == "resolve":
            if ticket := cases.ticket_of(work, errand):
                desk.move(work.session, ticket, Action.RESOLVE, work.now, actor=errand.label)
                referrals.overtaken(work.session, ticket, work.now, by=errand.label)
        elif effect.kind in ("take_duty", "handover"):
            self._duty(work, errand, effect)
        else:
            apply_outcome(work, errand, effect)
            errand.data = {**errand.data, "outcome": True}

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The telephones of the selected ticket's survivor."""
        return cases.telephones_of(work, cases.ticket_of(work, errand))

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The survivor was rung back from the menu."""
        if ticket := cases.ticket_of(work, errand):
            desk.called_back(work.session, ticket, errand.label, talked_seconds, work.now)

    def not_reached(self, work: Work, errand: Errand) -> None:
        """The survivor did not pick up."""
        if ticket := cases.ticket_of(work, errand):
            desk.call_back_in_vain(work.session, ticket, errand.label, work.now)

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """A sentence for the ticket, or a note for whoever takes over."""
        if kind == "handover_note":
            errand.data = {**errand.data, "note": recording}
        else:
            keep_memo(work, errand, kind, recording, seconds)

    def _select(self, work: Work, errand: Errand, which: str) -> None:
        """Select the next open ticket of the station, or that of the latest call here; after the last, none."""
        seen = list(errand.data.get("seen", []))
        if which == "latest":
            ticket = selection.latest_here(work.session, errand.target_id)
        else:
            ticket = selection.next_open(work.session, errand.station_id, seen)
        errand.ticket_id = ticket.id if ticket else None
        errand.data = {**errand.data, "seen": [*seen, str(ticket.id)] if ticket else [], "outcome": False}

    def _staff(self, work: Work, errand: Errand) -> tuple[Choice, ...]:
        query = select(Staff).where(Staff.station_id == errand.station_id, Staff.active).order_by(Staff.code)
        return tuple(Choice(str(row.id), row.name) for row in work.session.scalars(query))

    def _duty(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Take over duty now, or hand the shift over with what is open; the latter is told to the next person."""
        station = work.session.get_one(Station, errand.station_id)
        if effect.kind == "take_duty":
            staff = UUID(effect.value) if effect.value else self._only_staff(work, errand)
            roster_desk.take_over_now(work.session, station.tenant_id, station.id, staff, work.now, errand.label)
            return
        tickets = work.session.scalars(select(Ticket.id).where(*selection.open_at(errand.station_id))).all()
        handover = roster_desk.hand_over(
            work.session, station.id, UUID(effect.value), work.now, errand.label,
            note=str(errand.data.get("note", "")), open_tickets=tickets,
        )  # fmt: skip
        callee = replace(orders.same_callee(errand), label=f"{station.name}值班手机")
        orders.order(
            work.session, "handover", callee, work.now, due_at=work.now + TELL_AFTER, handover=str(handover.id)
        )

    def _only_staff(self, work: Work, errand: Errand) -> UUID:
        staff = self._staff(work, errand)
        if len(staff) != 1:
            raise roster_desk.RosterError("不清楚由谁接班 (it is not clear who takes over)")
        return UUID(staff[0].id)


def _case(work: Work, ticket: Ticket, language: str) -> dict[str, str]:
    """Return what is said of the selected ticket."""
    words = {"ticket": str(ticket.number), "name": cases.name_of(work, ticket, language)}
    words["need"] = NEEDS.get(ticket.need, DOMAINS.get(ticket.domain, ("", "")))[language == "en"]
    if ticket.call_back_by:
        words["until"] = f"{local(ticket.call_back_by):%H:%M}"
    return words
