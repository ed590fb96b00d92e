"""Tickets as the day's list and the search find them, one a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select

from hotline.accounts.roles import Permission
from hotline.directory.models import Line, Survivor
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.exports.shape import CHUNK, Column, Listing, Wish
from hotline.sheets.cells import Value
from tickets import queries, searching
from tickets.desk import OUTCOMES
from tickets.models import Ticket
from tickets.queries import page_where
from tickets.searching import Wanted
from tickets.states import STATE_WORDS, State

_WANTED = TypeAdapter(Wanted)


def conditions(wish: Wish) -> Sequence[ColumnElement[bool]]:
    """Return what the tickets of a wish fulfil: ``wanted`` as the search asks, ``show`` as the day's list does."""
    kept = dict(wish.asked.get("wanted", {}))
    caller = kept.pop("caller", None)  # a hash, so no text
    wanted = replace(_WANTED.validate_python(kept), caller=bytes.fromhex(caller) if caller else None)
    found = searching.conditions(wish.reach, wish.tenant.id, wanted, wish.now)
    return [*found, *queries.shown_as(wish.asked.get("show", "all"), wish.now)]


def found(wish: Wish) -> Iterator[Sequence[Ticket]]:
    """Yield the tickets in chunks, newest first; what was yielded before is forgotten."""
    said, before = conditions(wish), None
    while True:
        page = page_where(wish.session, said, before=before, limit=CHUNK)
        if not page.tickets:
            return
        yield page.tickets
        before = page.older
        wish.session.expunge_all()
        if before is None:
            return


def names(wish: Wish, tickets: Sequence[Ticket]) -> tuple[Mapping[UUID, Survivor], Mapping[UUID, str]]:
    """Return the survivors and the lines of tickets."""
    people = select(Survivor).where(Survivor.id.in_({t.survivor_id for t in tickets if t.survivor_id}))
    lines = select(Line).where(Line.id.in_({t.line_id for t in tickets if t.line_id}))
    return (
        {row.id: row for row in wish.session.scalars(people)},
        {row.id: (row.name_en if wish.language == "en" else "") or row.name for row in wish.session.scalars(lines)},
    )


def _count(wish: Wish) -> int:
    return wish.session.scalar(select(func.count()).select_from(Ticket).where(*conditions(wish))) or 0


def _rows(wish: Wish) -> Iterator[Sequence[Value]]:
    for tickets in found(wish):
        people, lines = names(wish, tickets)
        for ticket in tickets:
            survivor = people.get(ticket.survivor_id) if ticket.survivor_id else None
            yield _row(wish, ticket, survivor, lines)


def _row(wish: Wish, t: Ticket, survivor: Survivor | None, lines: Mapping[UUID, str]) -> Sequence[Value]:
    late = t.call_back_by is not None and t.call_back_by < wish.now
    return (
        t.number, t.opened_at, wish.station(t.station_id), survivor.name if survivor else "",
        survivor.village if survivor else "", wish.masked(t.caller_sealed),
        lines.get(t.line_id, "") if t.line_id else "",
        wish.say(NEEDS.get(t.need) or DOMAINS.get(t.domain)), wish.yes(t.priority == "urgent"),
        wish.say(STATE_WORDS[State(t.state)]), t.waited_seconds, t.answered_by, t.answered_at,
        wish.say(OUTCOMES.get(t.outcome), t.outcome), t.wrapped_at, t.message_at, t.call_back_by, wish.yes(late),
        t.answer, t.found_at, t.came_at, t.helped_at, t.solved_at,
    )  # fmt: skip


def as_json(wanted: Wanted) -> dict[str, Any]:
    """Return a question as it is kept in an export's row."""
    kept: dict[str, Any] = _WANTED.dump_python(replace(wanted, caller=None), mode="json")
    return kept | {"caller": wanted.caller.hex() if wanted.caller else None}


TICKETS = Listing(
    "tickets",
    ("工单", "Tickets"),
    Permission.TICKETS_SEE,
    (
        Column(("工单号", "Ticket"), 10),
        Column(("来电时间", "Opened"), 20),
        Column(("服务站", "Station"), 16),
        Column(("来电人", "Caller"), 12),
        Column(("村（社区）", "Village"), 14),
        Column(("号码（部分隐藏）", "Number (masked)"), 18),
        Column(("所拨热线", "Line"), 18),
        Column(("需求", "Need"), 12),
        Column(("紧急", "Urgent"), 8),
        Column(("状态", "State"), 12),
        Column(("等候秒数", "Seconds waited"), 10),
        Column(("接听人", "Answered by"), 24),
        Column(("接听时间", "Answered"), 20),
        Column(("办理结果", "Outcome"), 14),
        Column(("小结时间", "Wrapped up"), 20),
        Column(("留言时间", "Message"), 20),
        Column(("应回电时间", "Call back by"), 20),
        Column(("回电逾期", "Late"), 10),
        Column(("答疑解惑", "Answer"), 48),
        Column(("找得到人", "Found"), 20),
        Column(("上得了门", "Came"), 20),
        Column(("帮得上忙", "Helped"), 20),
        Column(("解得了困", "Solved"), 20),
    ),
    _count,
    _rows,
)
