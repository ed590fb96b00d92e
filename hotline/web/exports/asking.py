"""What a list's page was asked for, as the filter of an export and in words; the page and its file agree by this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import abort, request

from hotline.calls.statistics import behind
from hotline.calls.statistics.scope import subtree
from hotline.clock import local, span_of
from hotline.exports.desk import Asked
from hotline.exports.lists import tickets
from hotline.exports.lists.calls import PERIOD, Period
from hotline.web import pages, response_times
from hotline.web.language import _, words
from hotline.web.period import typed as period_typed
from hotline.web.place import Place
from hotline.web.ticket import asked as asked_for
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets.searching import UNFINISHED, Wanted
from tickets.states import STATE_WORDS, State

__all__ = ["ASKING", "PERIODS", "WrongError", "asked"]

PERIODS = ("calls", "attempts", "duty", "notices")
"""Lists of a period and a part of the tree, offered on the page of the exports itself."""


def asked(name: str, where: Place, now: datetime) -> Asked:
    """Return what the request asks for. Answers 404 for no such list; raises WrongError."""
    ask = ASKING.get(name) or abort(404)
    return ask(name, where, now)


def _day(_name: str, where: Place, now: datetime) -> Asked:
    question = pages.question(now)
    since, until = span_of(question.day)
    kept = {"wanted": tickets.as_json(Wanted(since=since, until=until)), "show": question.show}
    return Asked("tickets", kept, _title(where, question.day.isoformat()), where.tenant.id)


def _search(_name: str, where: Place, now: datetime) -> Asked:
    wanted = asked_for.read(where, exchange().vault, now).wanted
    args = request.values
    state = args.get("state", "")
    said = (
        f"{args.get('since') or '…'} – {args.get('until') or '…'}" if args.get("since") or args.get("until") else "",
        _("未办完的") if state == UNFINISHED else words(STATE_WORDS[State(state)]) if state else "",
        _("紧急") if wanted.urgent else "", _("回电逾期") if wanted.late else "",
        _("已接听未小结") if wanted.unwrapped else "", _("按查找") if wanted.text or wanted.caller else "",
    )  # fmt: skip
    return Asked("tickets", {"wanted": tickets.as_json(wanted)}, _title(where, *said), where.tenant.id)


def _behind(_name: str, where: Place, now: datetime) -> Asked:
    period, (question, _before) = period_typed(local(now).date()), response_times.asked_of(where)
    with exchange().sessions() as session:
        ids = behind.ids_behind(session, subtree(where.tree, period.span), question)
    title = _title(where, response_times.title_of(where, question), f"{period.first} – {period.last}")
    return Asked("tickets", {"wanted": tickets.as_json(Wanted(ids=ids))}, title, where.tenant.id)


def _period(name: str, where: Place, now: datetime) -> Asked:
    period = period_typed(local(now).date())
    span = Period(*period.span, stations=None if where.whole else where.ids)
    kept = PERIOD.dump_python(span, mode="json")
    return Asked(name, kept, _title(where, f"{period.first} – {period.last}"), where.tenant.id)


def _access(name: str, where: Place, _now: datetime) -> Asked:
    try:
        ids = {f"{key}_id": str(UUID(request.values[key])) for key in ("ticket", "account") if request.values.get(key)}
    except ValueError:
        abort(400)
    return Asked(name, ids, _title(where), where.tenant.id)


def _plain(name: str, where: Place, _now: datetime) -> Asked:
    return Asked(name, {}, _title(where), where.tenant.id)


def _title(where: Place, *parts: str) -> str:
    return " · ".join(part for part in (where.name(where.station.id), *parts) if part)


ASKING: Mapping[str, Callable[[str, Place, datetime], Asked]] = {
    "day": _day,
    "search": _search,
    "behind": _behind,
    **dict.fromkeys(PERIODS, _period),
    "access": _access,
    "accounts": _plain,
    "tokens": _plain,
}
"""Name of a page's list -> how its question is read."""
