"""Warm transfer: a survivor who stays on the line after the talk is joined with whom the duty person chooses by key.

The duty person says “请别挂机” and hangs up; the survivor is spoken to and waits, the handset is rung at once for its
wrap-up, and key 4 there names the partner or team, which hears the case and takes it by a key before it is joined.
No conference is needed, so it works wherever a telephone can be asked for a key (docs/adr/0014-warm-transfer.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.calls import chain
from hotline.calls.facts import Phone
from hotline.calls.models import Call, Errand, Leg
from hotline.calls.routing import Plan, Target, Tier
from hotline.directory.models import BranchLine, Partner, Team
from hotline.numbers import from_stored
from hotline.vault import Vault
from ivr_flows.engine.steps import TierWords

MOST_WAIT = timedelta(seconds=75)
"""How long a survivor waits for the duty person's choice."""
PAUSE_SECONDS = 5
"""Silence between two words to a survivor who waits."""
RING_SECONDS = 25
REASON = "transfer"
WAITS = TierWords("transfer")
"""What is announced while the survivor waits."""


def wait_for(session: Session, call: Call, now: datetime) -> None:
    """The talk is over and the survivor still there: nobody else of the plan is rung, the call counts as answered."""
    chain.forget_unrung(session, call, now)
    call.plan += 1
    call.outcome = "answered"


def wrap_up_of(session: Session, call: Call) -> Errand | None:
    """Return the wrap-up call that was ordered while this survivor stayed on the line."""
    query = select(Errand).where(Errand.ticket_id == call.ticket_id, Errand.data["staying"].astext == str(call.id))
    return session.scalars(query.execution_options(populate_existing=True)).first()


def flags(session: Session, call: Call, now: datetime) -> tuple[str, ...]:
    """Return staying while the duty person may still choose somebody, transferred once somebody was chosen.

    unchosen: the duty person could not be reached in time.
    """
    errand = wrap_up_of(session, call) if call.outcome == "answered" else None
    if errand is None:
        return ()
    if _tried(call) is not None:
        return ("transferred",)
    if errand.data.get("settled"):
        return ()
    waited = errand.ended_at is not None or now - errand.created_at >= MOST_WAIT
    return ("unchosen",) if waited else ("staying",)


def is_live(session: Session, errand: Errand) -> bool:
    """Return whether the survivor of a wrap-up call is still on the line."""
    call_id = errand.data.get("staying")
    if not call_id:
        return False
    return bool(session.scalar(select(exists().where(Call.id == UUID(str(call_id)), Call.ended_at.is_(None)))))


def plan_chosen(session: Session, vault: Vault, call: Call) -> None:
    """Plan to ring whom the duty person chose, once; the call is locked by the caller."""
    errand = wrap_up_of(session, call) if call.outcome == "answered" else None
    line_id = errand.data.get("transfer") if errand else None
    if line_id is None or _tried(call) is not None:
        return
    line = session.get_one(BranchLine, UUID(str(line_id)))
    owner = session.get(Team, line.team_id) if line.team_id else session.get(Partner, line.partner_id)
    number, name = from_stored(vault.open(line.number_sealed)), owner.name if owner else ""
    phone = Phone(
        "branch", line.id, number.value, name, line.extension or number.extension or "", own_queue=line.own_queue
    )
    tier = Tier("volunteer" if line.team_id else "partner", name, RING_SECONDS, (Target(phone, REASON),))
    chain.write_plan(session, vault, call, Plan((tier,)))


def leg_that_took(call: Call) -> Leg | None:
    """Return the leg the caller was last joined with: the chosen one's once it was tried, else the duty person's."""
    if chosen := _tried(call):
        return chosen if chosen.accepted_at else None
    return next((leg for leg in call.legs if leg.id == call.accepted_leg_id), None)


def _tried(call: Call) -> Leg | None:
    return next((leg for leg in call.legs if leg.reason == REASON), None)
