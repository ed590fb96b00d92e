"""A past call beside what the routing would do with it: tier by tier, what was rung then and what would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls.facts import Facts
from hotline.calls.lookup import facts_for, inquiry_of
from hotline.calls.models import Call, Leg
from hotline.calls.routing import Plan, Target, Tier
from hotline.directory.models import Line
from hotline.vault import Vault


@dataclass(frozen=True)
class Side:
    """One tier of a plan: who would ring and who is passed over; seconds 0: the tier does not ring."""

    seconds: int
    targets: Sequence[Target]
    passed: Sequence[Target]


@dataclass(frozen=True)
class Step:
    """A tier of all plans: what happened, then what each plan would do in the same tier."""

    kind: str
    then: Sequence[Leg]
    seconds: int
    sides: Sequence[Side]

    def was_rung(self, id_: UUID) -> bool:
        """Return whether a telephone was rung, or was to be rung, in this tier."""
        return any(leg.target_id == id_ and leg.state != "passed_over" for leg in self.then)

    def names(self, side: int, id_: UUID) -> bool:
        """Return whether a plan rings a telephone in this tier or says why not."""
        return any(target.phone.id == id_ for target in (*self.sides[side].targets, *self.sides[side].passed))


def facts_of(session: Session, vault: Vault, call: Call, at: datetime) -> Facts:
    """Return what the plan for a past call depends on today: the rosters at ``at``, all else as it stands now."""
    inquiry = inquiry_of(vault, call, session.get_one(Line, call.line_id))
    return facts_for(session, vault, replace(inquiry, call_id=None), at)


def compare(call: Call, legs: Sequence[Leg], *plans: Plan) -> Sequence[Step]:
    """Return the tiers in the order they rang, then those that only a plan has; legs as hotline.calls.queries gives.

    Of a call whose caller chose again only the last plan counts, and of earlier ones what had rung.
    """
    kept = [leg for leg in legs if leg.plan == call.plan or leg.rung_at]
    in_order = sorted(kept, key=lambda leg: (leg.tier == 0, leg.plan, leg.tier))
    kinds = [leg.tier_kind for leg in in_order]
    kinds += [tier.kind for plan in plans for tier in (*plan.tiers, *plan.skipped)]
    steps = [_step(kind, [leg for leg in in_order if leg.tier_kind == kind], plans) for kind in dict.fromkeys(kinds)]
    return [step for step in steps if step.then or any(side.targets or side.passed for side in step.sides)]


def _step(kind: str, legs: Sequence[Leg], plans: Sequence[Plan]) -> Step:
    seconds = max((leg.ring_seconds for leg in legs if leg.tier), default=0)
    return Step(kind, legs, seconds, [_side(kind, plan) for plan in plans])


def _side(kind: str, plan: Plan) -> Side:
    ringing = [tier for tier in plan.tiers if tier.kind == kind]
    return Side(
        seconds=max((tier.ring_seconds for tier in ringing), default=0),
        targets=[target for tier in ringing for target in tier.targets],
        passed=list(_passed([*ringing, *(tier for tier in plan.skipped if tier.kind == kind)])),
    )


def _passed(tiers: Sequence[Tier]) -> Iterator[Target]:
    for tier in tiers:
        yield from tier.passed
