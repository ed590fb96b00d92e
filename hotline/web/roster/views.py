"""The roster board: a station's month or week, the gaps of everything below, and who would ring at a given minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort, render_template, request
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.calls.exchange import Exchange
from hotline.calls.lookup import Inquiry, facts_for
from hotline.calls.reasons import REASONS, TIERS
from hotline.calls.routing import Plan, make_plan
from hotline.clock import local
from hotline.directory.models import Staff
from hotline.roster import batch, drafts, duty
from hotline.roster.desk import RosterError
from hotline.roster.duty import Gap, Roster
from hotline.roster.pieces import Piece
from hotline.roster.queries import load_rosters, stations_shown
from hotline.roster.wording import read_question
from hotline.web import place
from hotline.web.board import span_of
from hotline.web.place import Place
from hotline.web.roster import draft, grid
from hotline.web.roster.asked import said, staff_of
from hotline.web.roster.grid import View
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster", __name__, url_prefix="/roster")

MOST = 40
"""Gaps in the list at most; how many there are is said above it."""


@dataclass(frozen=True)
class Answer:
    """Who would ring at a moment, or why that cannot be said."""

    asked: str
    at: datetime | None = None
    plan: Plan | None = None
    wrong: str = ""


@dataclass(frozen=True)
class Gaps:
    """Where nobody is on duty in the days shown: station code, name, gap; and how many stations keep no roster."""

    found: Sequence[tuple[str, str, Gap]]
    unkept: Sequence[str]


@views.get("")
@needs(Permission.ROSTER_SEE)
def show() -> str:
    """The board."""
    x = exchange()
    now = x.clock()
    view, day = _asked(now)
    with x.sessions() as session:
        where = place.find(session, current.reach())
        if where is None:
            return render_template("roster.html", where=None, tenant=None)
        first, end = grid.days_of(view, day)
        since, until = span_of(first)[0], span_of(end)[0]
        roster, fresh, problem = _roster(session, where, (since, until), now)
        return render_template(
            "roster.html", where=where, tenant=where.tenant, now=now, today=local(now).date(),
            grid=grid.build(view, day, roster, fresh, now if _may() else None), moves=_moves(where, view),
            staff=_people(session, where, roster) if _may() else (), kept=roster.first.is_kept, problem=problem,
            draft=_is_draft(), waiting=draft.waiting(session, where.station.id, now) if _may() else None,
            gaps=_gaps(session, where, max(since, now), until), most=MOST,
            answer=_answer(x, session, where, now), reasons=REASONS, tiers=TIERS,
        )  # fmt: skip


def _may() -> bool:
    return current.may(Permission.ROSTER_EDIT)


def _moves(where: Place, view: View) -> dict[str, str] | None:
    """Return what an address of a move has beside the turn itself; None for whoever may move nothing."""
    if not _may():
        return None
    asked = {"station": where.station.code, "tenant": request.args.get("tenant", ""), "view": view}
    return {**{name: value for name, value in asked.items() if value}, **({"draft": "1"} if _is_draft() else {})}


def _people(session: Session, where: Place, roster: Roster) -> Sequence[Staff]:
    """The station's own people, and who else is on its roster."""
    known = [one for one in staff_of(session, where) if one.station_id == where.station.id or one.id in roster.names]
    return known[:MOST]


def _is_draft() -> bool:
    return _may() and request.args.get("draft") == "1"


def _roster(
    session: Session, where: Place, span: tuple[datetime, datetime], now: datetime
) -> tuple[Roster, Sequence[Piece], str]:
    """Return the roster that is shown, published or as the draft would make it, and what is new in it."""
    station, problem = where.station.id, ""
    if _is_draft():
        edits = drafts.edits_of(session, station)
        try:
            with batch.tried(session, (where.tenant.id, station), edits, now):
                roster = load_rosters(session, [station], *span)[station]
            return roster, [one.piece for one in edits if one.piece], ""
        except RosterError as error:
            problem = said(error)
    return load_rosters(session, [station], *span)[station], (), problem


def _asked(now: datetime) -> tuple[View, date]:
    view: View = "week" if request.args.get("view") == "week" else "month"
    try:
        day = date.fromisoformat(request.args.get("day") or local(now).date().isoformat())
    except ValueError:
        abort(400)
    if not 2000 <= day.year <= 2099:
        abort(400)
    return view, day


def _gaps(session: Session, where: Place, since: datetime, until: datetime) -> Gaps:
    """Gaps that are still to come, the soonest first; what is over cannot be mended."""
    if since >= until:
        return Gaps((), ())
    codes = {station.id: station.code for station in where.tree}
    ids = [row.id for row in stations_shown(session, where.tenant.code) if row.id in codes] or [where.station.id]
    rosters = load_rosters(session, ids, since, until)
    kept = [id_ for id_ in ids if rosters[id_].first.is_kept]
    found = [(codes[id_], where.name(id_), gap) for id_ in kept for gap in duty.gaps(rosters[id_], since, until)]
    return Gaps(sorted(found, key=lambda one: one[2].start), [where.name(id_) for id_ in ids if id_ not in kept])


def _answer(x: Exchange, session: Session, where: Place, now: datetime) -> Answer | None:
    asked = request.args.get("when")
    if asked is None:
        return None
    try:
        at = read_question(asked[:60], now)
    except (ValueError, OverflowError) as error:
        return Answer(asked, wrong=str(error))
    plan = make_plan(facts_for(session, x.vault, Inquiry(where.tenant.id, where.station.id), at))
    return Answer(asked, at, plan)
