"""The chain of a call in the database: its plan as rows, the tier being rung, who is held by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import routing
from hotline.calls.facts import Phone
from hotline.calls.models import Call, Hold, Leg
from hotline.calls.states import LIVE, LegState
from hotline.db import new_id
from hotline.directory import health
from hotline.numbers import Number
from hotline.vault import Vault
from ivr_flows.engine.steps import TierWords

SCREENING_SECONDS = 45
"""Longest time from the end of ringing until a picked-up handset has pressed a key or been dropped."""
LONGEST_CALL = timedelta(hours=2)
"""The carrier ends a call after this; a held telephone is free again at the latest then."""
JOINED = frozenset({"completed", "answered"})
"""Carrier words for a tier in which somebody, or something, picked up."""
PAUSE_SECONDS = 8
"""How long a caller waits between two tries when everybody is on another call."""


@dataclass(frozen=True)
class EverybodyBusy:
    """All telephones left are on other calls, and there is time to try once more."""


def write_plan(session: Session, vault: Vault, call: Call, plan: routing.Plan) -> None:
    """Store a plan as rows, one a target, rung or passed over."""
    call.plan += 1
    call.tier = 0
    written = plan_rows(sealing(vault), call.id, call.plan, plan)
    if written:
        session.execute(insert(Leg), written)


TAKE_OVER = (
    "ON CONFLICT (number_hash) DO UPDATE SET holder_id = excluded.holder_id, call_id = excluded.call_id, "
    "until = excluded.until WHERE hold.until <= %(now)s"
)
"""A telephone's hold that has run out may be taken over by another call."""

Seal = Callable[[Phone], tuple[bytes, bytes]]
"""Returns the keyed hash of a telephone's number, and the number sealed with its extension."""


def sealing(vault: Vault) -> Seal:
    """Return how telephones are written down under an installation's keys."""

    def seal(phone: Phone) -> tuple[bytes, bytes]:
        return vault.fingerprint(phone.number), vault.seal(str(Number(phone.number, phone.extension or None)))

    return seal


def plan_rows(seal: Seal, call_id: UUID, number: int, plan: routing.Plan) -> list[dict[str, Any]]:
    """Return the rows of a call's plan of this number: what was skipped stands in tier 0."""
    return [
        *rows(seal, (call_id, number, 0), plan.skipped),
        *(row for n, tier in enumerate(plan.tiers, 1) for row in rows(seal, (call_id, number, n), [tier])),
    ]


def rows(seal: Seal, place: tuple[UUID, int, int], tiers: Iterable[routing.Tier]) -> list[dict[str, Any]]:
    """Return the rows of tiers, to be rung or passed over; ``place``: call, number of the plan and of the tier."""
    call_id, plan, number = place
    return [
        {
            "id": new_id(),
            "call_id": call_id,
            "plan": plan,
            "tier": number,
            "position": position,
            "tier_kind": tier.kind,
            "tier_name": tier.name,
            "target_kind": target.phone.kind,
            "target_id": target.phone.id,
            "station_id": target.phone.station_id,
            "label": target.phone.label,
            "number_hash": sealed[0],
            "number_sealed": sealed[1],
            "own_queue": target.phone.own_queue,
            "ring_seconds": tier.ring_seconds,
            "reason": target.reason,
            "detail": target.detail,
            "state": state.value,
        }
        for tier in tiers
        for position, (target, state) in enumerate(
            [
                *((t, LegState.PLANNED) for t in tier.targets),
                *((t, LegState.PASSED_OVER) for t in tier.passed),
            ]
        )
        for sealed in [seal(target.phone)]
    ]


def forget_unrung(session: Session, call: Call, now: datetime) -> None:
    """A new choice of the caller: what was planned, or readied behind the greeting, is not rung any more."""
    states = [LegState.PLANNED.value, LegState.DIALLING.value]
    session.execute(
        update(Leg)
        .where(Leg.call_id == call.id, Leg.plan == call.plan, Leg.state.in_(states))
        .values(state=LegState.SUPERSEDED.value, rung_at=None, ended_at=now)
    )
    release_call(session, call.id)


def take_back(session: Session, call: Call) -> None:
    """The caller pressed a key before the readied tier began to ring: it has not been tried yet."""
    readied = session.scalars(
        select(Leg)
        .where(Leg.call_id == call.id, Leg.plan == call.plan, Leg.tier == call.tier)
        .where(Leg.state == LegState.DIALLING.value)
    ).all()
    for leg in readied:
        leg.state, leg.rung_at = LegState.PLANNED.value, None
    if readied:
        call.tier -= 1
        release_call(session, call.id)


def next_tier(session: Session, call: Call, now: datetime, limit_seconds: int) -> TierWords | None:
    """Return who is tried next, as the caller is told; None: nobody is left, a message is taken."""
    planned = _planned(session, call)
    if planned:
        return TierWords(planned[0].tier_kind, planned[0].tier_name)
    return TierWords("again") if _worth_waiting(session, call, now, limit_seconds) else None


def take_tier(session: Session, call: Call, now: datetime, limit_seconds: int) -> Sequence[Leg] | EverybodyBusy | None:
    """Make the next tier ring: hold its telephones and return their legs.

    A telephone that another call took in the meantime is passed over; None: all of the tier's were.
    """
    legs = _planned(session, call)
    if not legs:
        return _try_again(session, call, now) if _worth_waiting(session, call, now, limit_seconds) else None
    call.tier = legs[0].tier
    return _dial(session, call, legs, now) or None


def _planned(session: Session, call: Call) -> Sequence[Leg]:
    """The rows of the next tier that has any left."""
    following = (
        select(func.min(Leg.tier))
        .where(Leg.call_id == call.id, Leg.plan == call.plan, Leg.tier > call.tier)
        .where(Leg.state == LegState.PLANNED.value)
        .scalar_subquery()
    )
    return session.scalars(
        select(Leg)
        .where(Leg.call_id == call.id, Leg.plan == call.plan, Leg.tier == following)
        .where(Leg.state == LegState.PLANNED.value)
        .order_by(Leg.position)
    ).all()


def _dial(session: Session, call: Call, legs: Sequence[Leg], now: datetime) -> Sequence[Leg]:
    held = _hold(session, call, legs, now)
    for leg in legs:
        if leg.id in held:
            leg.state, leg.rung_at = LegState.DIALLING.value, now
        else:
            leg.state, leg.reason = LegState.PASSED_OVER.value, "busy"
    return [leg for leg in legs if leg.id in held]


def _hold(session: Session, call: Call, legs: Sequence[Leg], now: datetime) -> set[UUID]:
    """Hold the telephones for this call in one statement; return the legs that got theirs."""
    free = {leg.id for leg in legs if leg.own_queue}
    wanted = sorted((leg for leg in legs if not leg.own_queue), key=lambda leg: leg.number_hash)
    if not wanted:
        return free
    until = now + timedelta(seconds=wanted[0].ring_seconds + SCREENING_SECONDS)
    statement = insert(Hold).values(
        [{"number_hash": leg.number_hash, "holder_id": leg.id, "call_id": call.id, "until": until} for leg in wanted]
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Hold.number_hash],
        set_={c: statement.excluded[c] for c in ("holder_id", "call_id", "until")},
        where=Hold.until <= now,
    )
    return free | set(session.scalars(statement.returning(Hold.holder_id)))


def _busy_legs(session: Session, call: Call) -> Sequence[Leg]:
    """Telephones passed over because they were on another call, and not rung in this call since."""
    rung = select(Leg.number_hash).where(Leg.call_id == call.id, Leg.rung_at.is_not(None))
    return session.scalars(
        select(Leg)
        .where(Leg.call_id == call.id, Leg.plan == call.plan, Leg.number_hash.not_in(rung))
        .where(Leg.state == LegState.PASSED_OVER.value, Leg.reason == "busy")
        .order_by(Leg.tier, Leg.position)
    ).all()


def _worth_waiting(session: Session, call: Call, now: datetime, limit_seconds: int) -> bool:
    spent = (now - call.started_at).total_seconds()
    return spent + PAUSE_SECONDS < limit_seconds and bool(_busy_legs(session, call))


def _try_again(session: Session, call: Call, now: datetime) -> Sequence[Leg] | EverybodyBusy:
    """Ring those that were on another call before and are free now."""
    call.tier += 1
    legs = [_copy(leg, call) for leg in {leg.number_hash: leg for leg in _busy_legs(session, call)}.values()][:4]
    held = _hold(session, call, legs, now)
    rung = [leg for leg in legs if leg.id in held]
    for position, leg in enumerate(rung):
        leg.position, leg.state, leg.rung_at = position, LegState.DIALLING.value, now
    session.add_all(rung)
    return rung or EverybodyBusy()


_TARGET = (
    "target_kind", "target_id", "station_id", "label", "number_hash", "number_sealed", "own_queue", "detail"
)  # fmt: skip


def _copy(leg: Leg, call: Call) -> Leg:
    same = {column: getattr(leg, column) for column in _TARGET}
    return Leg(
        id=new_id(), call_id=call.id, plan=call.plan, tier=call.tier, position=0, tier_kind="again",
        ring_seconds=10, reason="again", state=LegState.DIALLING.value, **same,
    )  # fmt: skip


def close_tier(session: Session, call: Call, dial_status: str, now: datetime, *, screened: bool = True) -> None:
    """The carrier says the tier's ringing is over: legs whose own report never came get theirs from it.

    Without screening nobody knows who picked up, so a joined tier is only noted as stopped.
    """
    legs = session.scalars(
        select(Leg).where(Leg.call_id == call.id, Leg.state.in_([s.value for s in LIVE])).with_for_update()
    ).all()
    alone = {"busy": LegState.BUSY, "failed": LegState.FAILED}.get(dial_status) if len(legs) == 1 else None
    if not screened and dial_status in JOINED:
        alone = LegState.STOPPED
    for leg in legs:
        before = LegState(leg.state)
        ends = {LegState.ACCEPTED: LegState.ENDED, LegState.PICKED_UP: LegState.SILENT}
        settle(session, leg, ends.get(before, alone or LegState.NO_ANSWER), now)
    release_call(session, call.id)


def settle(session: Session, leg: Leg, state: LegState, now: datetime) -> None:
    """The attempt is over: remember how, free the telephone, learn about the handset."""
    leg.state, leg.ended_at = state.value, now
    release_leg(session, leg.id)
    health.note_attempt(session, leg.target_kind, leg.target_id, state.value, now)


def keep_hold(session: Session, leg: Leg, now: datetime) -> None:
    """The telephone is talked on: hold it for as long as a call may last."""
    session.execute(update(Hold).where(Hold.holder_id == leg.id).values(until=now + LONGEST_CALL))


def release_leg(session: Session, leg_id: UUID) -> None:
    """The telephone is free for other calls."""
    session.execute(delete(Hold).where(Hold.holder_id == leg_id))


def release_call(session: Session, call_id: UUID) -> None:
    """All telephones of a call are free for other calls."""
    session.execute(delete(Hold).where(Hold.call_id == call_id))
