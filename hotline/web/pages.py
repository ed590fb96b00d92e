"""The pages: a day's tickets and one ticket's timeline, live; what was spoken; the reader's preferences.

Live means asked again every two seconds with the ETag of what is shown: 304 while nothing has changed. An event
stream would hold a server thread a reader and is buffered by many office proxies; asking again survives both, and
every restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import get_args
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.http import generate_etag
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission, Role
from hotline.calls import queries as calls
from hotline.calls.kinds.base import Work
from hotline.clock import local
from hotline.directory.models import Tenant
from hotline.web import board, language, story
from hotline.web.board import Question
from hotline.web.sign_in import current
from hotline.web.sign_in.back import local_address
from hotline.web.sign_in.guards import needs, open_to_all
from hotline.web.ticket import forms
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.queries import Cursor, CursorError, Show

pages = Blueprint("pages", __name__)

CHOICES = {
    language.COOKIE: tuple(language.LOCALES),
    "theme": ("auto", "light", "dark"),
    "type": ("normal", "large"),
}
"""Preferences kept in cookies -> their values, the default first."""
YEAR = 365 * 24 * 3600
DAY = timedelta(days=1)


@pages.get("/")
@pages.get("/tickets")
@needs(Permission.TICKETS_SEE)
def tickets() -> AnyResponse:
    """A day's tickets; without a day today's. Duty staff who ask for nothing in particular get the duty page."""
    if request.path == "/" and current.current().role is Role.DUTY:
        return redirect(url_for("duty.show"), 303)
    x, reach = exchange(), current.reach()
    now = x.clock()
    asked = question(now)
    with x.sessions() as session:
        mine = select(Tenant).where(reach.covers_tenant(Tenant.id))
        tenants = session.scalars(mine.order_by(Tenant.code)).all()
        tenant = _tenant(tenants)
        if tenant is None:
            return live_page("tickets.html", "_no_directory.html", {})
        shown = board.read(session, x.vault, reach, tenant, asked, now)
        words = {"board": shown, "question": asked, "tenant": tenant, "tenants": tenants, **_around(now)}
        words |= {"earlier": asked.day - DAY, "later": asked.day + DAY}
        return live_page("tickets.html", "_board.html", words, polled=asked.day == local(now).date())


@pages.get("/tickets/<uuid:ticket_id>")
@needs(Permission.TICKETS_SEE)
def ticket(ticket_id: UUID) -> Response:
    """One ticket's timeline."""
    x = exchange()
    now = x.clock()
    with x.sessions.begin() as session:
        found = queries.find(session, current.reach(), ticket_id) or abort(404)
        if "HX-Request" not in request.headers:
            current.note(session, What.TICKET_SEEN, station_id=found.station_id, ticket_id=found.id)
        tenant = session.get_one(Tenant, found.tenant_id)
        words = {"story": story.read(x, session, found, now), "tenant": tenant, **_around(now)}
        if current.may("tickets.work") and "HX-Request" not in request.headers:
            words["desk"] = forms.desk_of(Work(x, session, now), found)
        return live_page("ticket.html", "_story.html", words, polled=True)


@pages.get("/tickets/<uuid:ticket_id>/recordings/<uuid:recording_id>")
@needs(Permission.RECORDINGS_HEAR)
def recording(ticket_id: UUID, recording_id: UUID) -> Response:
    """Something that was spoken on a ticket, once it has been fetched from the carrier."""
    x = exchange()
    with x.sessions.begin() as session:
        ticket = queries.find(session, current.reach(), ticket_id) or abort(404)
        found = calls.recording(session, ticket_id, recording_id)
        if found is None or not found.file:
            abort(404)
        if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):  # players ask for it piece by piece
            current.note(
                session, What.RECORDING_HEARD, station_id=ticket.station_id, ticket_id=ticket.id, subject=found.kind
            )
    return send_from_directory(x.settings.recordings_dir.resolve(), found.file, conditional=True)


@pages.post("/preferences")
@open_to_all
def preferences() -> AnyResponse:
    """Keep the reader's language, light and type size in cookies, and return to where they were."""
    answer = redirect(local_address(request.form.get("back", "/")), 303)
    for name, values in CHOICES.items():
        if request.form.get(name) in values:
            answer.set_cookie(name, request.form[name], max_age=YEAR, httponly=True, samesite="Lax")
    return answer


def preference(name: str) -> str:
    """Return what the reader prefers, or the default."""
    chosen = request.cookies.get(name, "")
    return chosen if chosen in CHOICES[name] else CHOICES[name][0]


def live_page(page: str, part: str, words: dict[str, object], *, polled: bool = False) -> Response:
    """Return a page, or only its live part when it is asked for again; 304 while that is the same."""
    shown = render_template(part, **words)
    answer = make_response(shown)
    answer.set_etag(_mark(shown))
    if "HX-Request" not in request.headers:
        etag = answer.headers["ETag"]
        answer = make_response(render_template(page, part=Markup(shown), etag=etag, polled=polled, **words))  # noqa: S704
    answer.vary.update(("Cookie", "HX-Request"))
    answer.make_conditional(request)
    return answer


def _mark(shown: str) -> str:
    """The same as long as a reader sees the same: the token of its forms is another each time."""
    return generate_etag(shown.replace(g.get("csrf_token") or "\0", "").encode())


def _around(now: datetime) -> dict[str, object]:
    return {"now": now, "today": local(now).date()}


def _tenant(tenants: Sequence[Tenant]) -> Tenant | None:
    code = request.args.get("tenant")
    if code is None:
        return tenants[0] if tenants else None
    return next((t for t in tenants if t.code == code), None) or abort(404)


def question(now: datetime) -> Question:
    """Return which part of which day the address asks for. Answers 400 for what cannot be."""
    args = request.values
    show = next((choice for choice in get_args(Show) if choice == args.get("show", "all")), None) or abort(400)
    try:
        day = date.fromisoformat(args["day"]) if args.get("day") else local(now).date()
        before, after = (Cursor.parse(args[key]) if args.get(key) else None for key in ("before", "after"))
    except (ValueError, CursorError):
        abort(400)
    if not 2000 <= day.year <= 2200:
        abort(400)
    return Question(day, show, before, after)
