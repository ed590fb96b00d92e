"""Tickets over any period: filters in the address, the search box by number, telephone, name or text.

What is typed into the box is sent by POST and a telephone number goes on as its keyed hash: numbers stay out of
addresses, of logs and of the browser's history.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline import numbers
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.vault import Vault
from hotline.web import board, place
from hotline.web.board import span_of
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import searching
from tickets.queries import Cursor, CursorError, Page
from tickets.searching import UNFINISHED, Wanted
from tickets.states import STATE_WORDS, State

views = Blueprint("ticket_search", __name__, url_prefix="/tickets/search")

FIELDS = ("tenant", "station", "since", "until", "state", "need", "urgent", "late", "unwrapped")
"""Filters that go into the address as they are."""
LONGEST = 100
"""Characters of the search box that are looked for."""


class WrongError(ValueError):
    """A field of the form is wrong; the message says in the reader's language which one, and why."""


@dataclass(frozen=True)
class Asked:
    """What is looked for, and where in the list."""

    wanted: Wanted
    before: Cursor | None
    after: Cursor | None


@views.get("")
@needs(Permission.TICKETS_SEE)
def show() -> tuple[str, int]:
    """The tickets that are as asked for, with the form that asks."""
    x = exchange()
    now, problem = x.clock(), ""
    found, rows = Page((), None, None), list[board.Row]()
    with x.sessions.begin() as session:
        where = place.find(session, current.reach())
        if where is None:
            return render_template("ticket_search.html", where=None, tenant=None), 200
        try:
            question = asked(where)
        except WrongError as error:
            problem = str(error)
        else:
            found = searching.search(
                session,
                current.reach(),
                where.tenant.id,
                question.wanted,
                now,
                before=question.before,
                after=question.after,
            )
            rows = list(board.rows_of(session, x.vault, found.tickets, now))
            if question.wanted.text or question.wanted.caller:
                current.note(
                    session, What.TICKETS_SEARCHED, station_id=where.station.id, subject=_subject(question.wanted)
                )
        page = render_template(
            "ticket_search.html", where=where, tenant=where.tenant, now=now, today=local(now).date(), found=found,
            rows=rows, problem=problem, states=STATE_WORDS, needs={**NEEDS, **DOMAINS}, unfinished=UNFINISHED,
        )  # fmt: skip
    return page, 422 if problem else 200


@views.post("")
@needs(Permission.TICKETS_SEE)
def ask() -> AnyResponse:
    """Turn what was typed into an address that can be kept and paged."""
    args: dict[str, Any] = {name: request.form[name] for name in FIELDS if request.form.get(name)}
    args |= _box(request.form.get("q", ""), exchange().vault)
    return redirect(url_for("ticket_search.show", **args), 303)


def _box(typed: str, vault: Vault) -> dict[str, str]:
    """Return the address's words for the search box: a telephone number in any form, else a ticket or a text."""
    text = unicodedata.normalize("NFKC", typed).strip()[:LONGEST]
    if not text:
        return {}
    number = numbers.parse_caller(text)
    if number and not number.is_short:  # a short code looks like a ticket's number, which is what people mean
        return {"caller": vault.fingerprint(number.value).hex()}
    return {"q": text}


def asked(where: Place) -> Asked:
    """Return what the address asks for. Raises WrongError; answers 400 for what no form of ours sends."""
    args = request.values
    since, until = _day("since", _("起始日期")), _day("until", _("截止日期"))
    if since and until and since > until:
        raise WrongError(_("起始日期不能晚于截止日期。"))
    if args.get("state") not in {None, "", UNFINISHED, *State}:
        raise WrongError(_("没有这种状态。"))
    if args.get("need") not in {None, "", *NEEDS, *DOMAINS}:
        raise WrongError(_("没有这种需求。"))
    try:
        before, after = (Cursor.parse(args[key]) if args.get(key) else None for key in ("before", "after"))
        caller = bytes.fromhex(args["caller"]) if args.get("caller") else None
    except (ValueError, CursorError):
        abort(400)
    wanted = Wanted(
        since=span_of(since)[0] if since else None,
        until=span_of(until)[1] if until else None,
        stations=None if where.whole else where.ids,
        state=args.get("state", ""),
        need=args.get("need", ""),
        urgent="urgent" in args,
        late="late" in args,
        unwrapped="unwrapped" in args,
        text=args.get("q", "").strip().replace("\0", "")[:LONGEST],
        caller=caller,
    )
    return Asked(wanted, before, after)


def _day(name: str, label: str) -> date | None:
    typed = request.values.get(name, "")
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        raise WrongError(_("%(label)s“%(typed)s”不是日期，应写成 2026-11-25。", label=label, typed=typed[:20]))
    return day


def _subject(wanted: Wanted) -> str:
    """What the access log says was looked for; digits that could be a telephone number are hidden."""
    if wanted.caller:
        return "☎ " + wanted.caller.hex()[:12]
    return re.sub(r"\d(?:[\s-]?\d){6,}", lambda digits: numbers.mask(digits[0]), wanted.text)
