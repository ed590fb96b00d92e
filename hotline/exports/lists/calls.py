"""Calls of a period, one a row, and the attempts to reach somebody in them, one telephone a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from hotline.accounts.roles import Permission
from hotline.calls.models import Call, Leg
from hotline.calls.queries import legs_of
from hotline.calls.reasons import REASONS, TIERS
from hotline.calls.states import LEG_WORDS, LegState
from hotline.directory.models import Line, Survivor
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.exports.shape import CHUNK, Column, Listing, Pair, Wish
from hotline.sheets.cells import Value
from tickets.models import Ticket

ENDINGS: Mapping[str, Pair] = {
    "": ("通话中", "still on"),
    "answered": ("已接通", "answered"),
    "message": ("已留言", "left a message"),
    "abandoned": ("未接通", "abandoned"),
    "told": ("听完进度后挂断", "told how the case stands"),
    "unconfirmed": ("未确认真人接听", "no human confirmed"),
}
"""How a call ended."""


@dataclass(frozen=True)
class Period:
    """Calls that came in within ``[since, until)``, at some stations (None: all within reach)."""

    since: datetime
    until: datetime
    stations: Sequence[UUID] | None = None


PERIOD = TypeAdapter(Period)


@dataclass(frozen=True)
class _Names:
    tickets: Mapping[UUID, int]
    people: Mapping[UUID, str]
    lines: Mapping[UUID, str]


def _where(wish: Wish) -> Sequence[ColumnElement[bool]]:
    period = PERIOD.validate_python(wish.asked)
    said = [
        Call.tenant_id == wish.tenant.id, wish.reach.covers(Call.tenant_id, Call.station_id), Call.direction == "in",
        Call.started_at >= period.since, Call.started_at < period.until,
    ]  # fmt: skip
    if period.stations is not None:
        said.append(Call.station_id == any_(literal(sorted(period.stations), ARRAY(Uuid))))
    return said


def _found(wish: Wish) -> Iterator[Sequence[Call]]:
    query = select(Call).where(*_where(wish)).order_by(Call.started_at.desc(), Call.id.desc())
    last: Call | None = None
    while True:
        rest = query if last is None else query.where(tuple_(Call.started_at, Call.id) < (last.started_at, last.id))
        calls = wish.session.scalars(rest.limit(CHUNK)).all()
        if not calls:
            return
        last = calls[-1]
        yield calls
        wish.session.expunge_all()


def _names(wish: Wish, calls: Sequence[Call]) -> _Names:
    tickets = select(Ticket.id, Ticket.number).where(Ticket.id.in_({call.ticket_id for call in calls}))
    people = select(Survivor.id, Survivor.name).where(Survivor.id.in_({c.survivor_id for c in calls if c.survivor_id}))
    lines = wish.session.scalars(select(Line).where(Line.id.in_({call.line_id for call in calls})))
    return _Names(
        {row.id: row.number for row in wish.session.execute(tickets)},
        {row.id: row.name for row in wish.session.execute(people)},
        {row.id: (row.name_en if wish.language == "en" else "") or row.name for row in lines},
    )


def _head(wish: Wish, call: Call, names: _Names) -> tuple[Value, ...]:
    person = names.people.get(call.survivor_id, "") if call.survivor_id else ""
    return names.tickets.get(call.ticket_id), call.started_at, wish.station(call.station_id), person


def _calls(wish: Wish) -> Iterator[Sequence[Value]]:
    for calls in _found(wish):
        names = _names(wish, calls)
        legs = legs_of(wish.session, [call.id for call in calls])
        for call in calls:
            taken = next((leg for leg in legs.get(call.id, ()) if leg.id == call.accepted_leg_id), None)
            rung = sum(leg.rung_at is not None for leg in legs.get(call.id, ()))
            yield (
                *_head(wish, call, names), wish.masked(call.from_sealed), names.lines.get(call.line_id, ""),
                wish.say(NEEDS.get(call.need) or DOMAINS.get(call.domain)), wish.yes(call.urgent),
                wish.say(ENDINGS.get(call.outcome), call.outcome), call.tier or None, rung,
                wish.say(TIERS.get(taken.tier_kind), taken.tier_kind) if taken else "", taken.label if taken else "",
                _between(call.started_at, call.accepted_at), _between(call.accepted_at, call.ended_at), call.ended_at,
            )  # fmt: skip


def _attempts(wish: Wish) -> Iterator[Sequence[Value]]:
    for calls in _found(wish):
        names = _names(wish, calls)
        legs = legs_of(wish.session, [call.id for call in calls])
        for call in calls:
            for leg in legs.get(call.id, ()):
                yield (*_head(wish, call, names), *_attempt(wish, call, leg))


def _attempt(wish: Wish, call: Call, leg: Leg) -> Sequence[Value]:
    return (
        leg.plan, leg.tier or None, wish.say(TIERS.get(leg.tier_kind), leg.tier_kind), leg.label,
        wish.masked(leg.number_sealed), wish.say(REASONS.get(leg.reason), leg.reason),
        wish.say(LEG_WORDS[LegState(leg.state)]), leg.ring_seconds, leg.rung_at, _between(call.started_at, leg.rung_at),
        leg.picked_up_at, leg.accepted_at, leg.key, leg.ended_at,
    )  # fmt: skip


def _between(since: datetime | None, until: datetime | None) -> int | None:
    return int((until - since).total_seconds()) if since and until else None


def _count(wish: Wish) -> int:
    return wish.session.scalar(select(func.count()).select_from(Call).where(*_where(wish))) or 0


def _count_attempts(wish: Wish) -> int:
    of_calls = select(func.count()).select_from(Leg).join(Call, Call.id == Leg.call_id).where(*_where(wish))
    return wish.session.scalar(of_calls) or 0


_HEADS = (
    Column(("工单号", "Ticket"), 10),
    Column(("来电时间", "Called"), 20),
    Column(("服务站", "Station"), 16),
    Column(("来电人", "Caller"), 12),
)

CALLS = Listing(
    "calls",
    ("来电", "Calls"),
    Permission.TICKETS_SEE,
    (
        *_HEADS,
        Column(("号码（部分隐藏）", "Number (masked)"), 18),
        Column(("所拨热线", "Line"), 18),
        Column(("需求", "Need"), 12),
        Column(("紧急", "Urgent"), 8),
        Column(("结果", "Outcome"), 14),
        Column(("到第几级", "Tier reached"), 10),
        Column(("响铃部数", "Telephones rung"), 10),
        Column(("接听级别", "Answered in tier"), 14),
        Column(("接听人", "Answered by"), 26),
        Column(("等候秒数", "Seconds waited"), 10),
        Column(("交谈秒数", "Seconds talked"), 10),
        Column(("结束时间", "Ended"), 20),
    ),
    _count,
    _calls,
)
ATTEMPTS = Listing(
    "attempts",
    ("呼叫明细", "Attempts"),
    Permission.TICKETS_SEE,
    (
        *_HEADS,
        Column(("第几次计划", "Plan"), 10),
        Column(("第几级", "Tier"), 8),
        Column(("级别", "Tier's kind"), 14),
        Column(("呼叫对象", "Telephone"), 26),
        Column(("号码（部分隐藏）", "Number (masked)"), 18),
        Column(("原因", "Reason"), 24),
        Column(("结果", "Outcome"), 16),
        Column(("最长振铃秒数", "Ring seconds"), 12),
        Column(("振铃时间", "Rung"), 20),
        Column(("第几秒振铃", "Rung after seconds"), 10),
        Column(("接起时间", "Picked up"), 20),
        Column(("接听时间", "Accepted"), 20),
        Column(("按键", "Key"), 6),
        Column(("结束时间", "Ended"), 20),
    ),
    _count_attempts,
    _attempts,
)
