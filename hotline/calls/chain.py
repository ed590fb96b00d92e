"""The chain of a call in the database: its plan as rows, the tier being rung, who is held by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session, joinedload

from hotline.calls import holds, routing
from hotline.calls.facts import Phone
from hotline.calls.models import Call, Leg
from hotline.calls.states import LIVE, LegState
from hotline.db import new_id
from hotline.directory import health
from hotline.numbers import Number
from hotline.vault import Vault
from ivr_flows.engine.steps import TierWords

SCREENING_SECONDS = 45
"""Longest time from the end of ringing until a picked-up handset has pressed a key or been dropped."""
JOINED = frozenset({"completed", "answered"})
"""Carrier words for a tier in which somebody, or something, picked up."""
PAUSE_SECONDS = 8
"""How long a caller waits between two tries when everybody is on another call, words included."""


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
        session.expire(call, ["legs"])


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


_LOCKED = (
    select(Call)
    .options(joinedload(Call.line), joinedload(Call.station), joinedload(Call.survivor))
    .with_for_update(of=Call)
    .execution_options(populate_existing=True)
)
"""The attempts come when they are first asked for, so after the lock: what the webhook before did is in them."""
_BY_ID, _BY_SID = _LOCKED.where(Call.id == bindparam("id")), _LOCKED.where(Call.sid == bindparam("sid"))


def locked(session: Session, *, id_: UUID | None = None, sid: str = "") -> Call | None:
    """Return a call, by its id or the carrier's, with line, station and survivor, or None.

    All webhooks of one call go one after the other.
    """
    found = session.scalars(_BY_ID, {"id": id_}) if id_ else session.scalars(_BY_SID, {"sid": sid})
    return found.first()


def forget_unrung(session: Session, call: Call, now: datetime) -> None:
    """A new choice of the caller: what was planned, or readied behind the greeting, is not rung any more."""
    for leg in _of_plan(call, LegState.PLANNED, LegState.DIALLING):
        leg.state, leg.rung_at, leg.ended_at = LegState.SUPERSEDED.value, None, now
    holds.release_call(session, call.id)


def take_back(session: Session, call: Call) -> None:
    """The caller pressed a key before the readied tier began to ring: it has not been tried yet."""
    readied = [leg for leg in _of_plan(call, LegState.DIALLING) if leg.tier == call.tier]
    for leg in readied:
        leg.state, leg.rung_at = LegState.PLANNED.value, None
    if readied:
        call.tier -= 1
        holds.release_call(session, call.id)


def next_tier(call: Call, now: datetime, limit_seconds: int) -> TierWords | None:
    """Return who is tried next, as the caller is told; None: nobody is left, a message is taken."""
    planned = _planned(call)
    if planned:
        return TierWords(planned[0].tier_kind, planned[0].tier_name)
    return TierWords("again") if _worth_waiting(call, now, limit_seconds) else None


def take_tier(session: Session, call: Call, now: datetime, limit_seconds: int) -> Sequence[Leg] | EverybodyBusy | None:
    """Make the next tier ring: hold its telephones and return their legs.

    A telephone that another call took in the meantime is passed over; None: all of the tier's were.
    """
    legs = _planned(call)
    if not legs:
        return _try_again(session, call, now) if _worth_waiting(call, now, limit_seconds) else None
    call.tier = legs[0].tier
    return _dial(session, legs, now) or None


def _of_plan(call: Call, *states: LegState) -> list[Leg]:
    """The legs of the plan in force that are in one of these states."""
    return [leg for leg in call.legs if leg.plan == call.plan and leg.state in states]


def _planned(call: Call) -> Sequence[Leg]:
    """The rows of the next tier that has any left."""
    left = [leg for leg in _of_plan(call, LegState.PLANNED) if leg.tier > call.tier]
    following = min((leg.tier for leg in left), default=None)
    return [leg for leg in left if leg.tier == following]


def _dial(session: Session, legs: Sequence[Leg], now: datetime) -> Sequence[Leg]:
    held = _hold(session, legs, now)
    for leg in legs:
        if leg.id in held:
            leg.state, leg.rung_at = LegState.DIALLING.value, now
        else:
            leg.state, leg.reason = LegState.PASSED_OVER.value, "busy"
    return [leg for leg in legs if leg.id in held]


def _hold(session: Session, legs: Sequence[Leg], now: datetime) -> set[UUID]:
    ring = max((leg.ring_seconds for leg in legs), default=0)
    return holds.take(session, legs, now + timedelta(seconds=ring + SCREENING_SECONDS), now)


def _busy_legs(call: Call) -> Sequence[Leg]:
    """Telephones passed over because they were on another call, and not rung in this call since."""
    rung = {leg.number_hash for leg in call.legs if leg.rung_at}
    passed = _of_plan(call, LegState.PASSED_OVER)
    return [leg for leg in passed if leg.reason == "busy" and leg.number_hash not in rung]


def _worth_waiting(call: Call, now: datetime, limit_seconds: int) -> bool:
    spent = (now - call.started_at).total_seconds()
    return spent + PAUSE_SECONDS < limit_seconds and bool(_busy_legs(call))


def _try_again(session: Session, call: Call, now: datetime) -> Sequence[Leg] | EverybodyBusy:
    """Ring those that were on another call before and are free now."""
    call.tier += 1
    legs = [_copy(leg, call) for leg in {leg.number_hash: leg for leg in _busy_legs(call)}.values()][:4]
    held = _hold(session, legs, now)
    rung = [leg for leg in legs if leg.id in held]
    for position, leg in enumerate(rung):
        leg.position, leg.state, leg.rung_at = position, LegState.DIALLING.value, now
    session.add_all(rung)
    call.legs.extend(rung)
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
    legs = [leg for leg in call.legs if leg.state in LIVE]
    alone = {"busy": LegState.BUSY, "failed": LegState.FAILED}.get(dial_status) if len(legs) == 1 else None
    if not screened and dial_status in JOINED:
        alone = LegState.STOPPED
    for leg in legs:
        before = LegState(leg.state)
        ends = {LegState.ACCEPTED: LegState.ENDED, LegState.PICKED_UP: LegState.SILENT}
        end(session, leg, ends.get(before, alone or LegState.NO_ANSWER), now)
    holds.release_call(session, call.id)


def settle(session: Session, leg: Leg, state: LegState, now: datetime) -> None:
    """The attempt is over, and its telephone free."""
    end(session, leg, state, now)
    holds.release(session, leg.id)


def end(session: Session, leg: Leg, state: LegState, now: datetime) -> None:
    """The attempt is over: remember how, learn about the handset. Whoever calls this lets the telephones go."""
    leg.state, leg.ended_at = state.value, now
    health.note_attempt(session, leg.target_kind, leg.target_id, state.value, now)
