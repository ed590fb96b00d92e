"""A station's draft: what it changes, whom that concerns, and publishing it in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.directory.models import Staff
from hotline.roster import batch, drafts, duty
from hotline.roster.board_models import DraftShift
from hotline.roster.desk import RosterError
from hotline.roster.duty import Roster
from hotline.roster.models import Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters
from hotline.roster.slots import doubles
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster.asked import here_args, place_asked, said
from hotline.web.roster.filling import mark
from hotline.web.roster.history import read_told
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_draft", __name__, url_prefix="/roster/draft")
NEAR = timedelta(days=3)
"""A draft whose first change is nearer than this is shown in red."""


@dataclass(frozen=True)
class Difference:
    """One line of the draft beside what is published. ``wrong``: why it cannot be published as it stands."""

    row_id: UUID
    before: Piece | None
    after: Piece | None
    wrong: str = ""
    standing: Sequence[str] = ()
    """Who is on duty there by rotation, where no shift stands that the draft changes."""

    @property
    def at(self) -> datetime:
        """When the first of the two begins."""
        return min(one.starts for one in (self.before, self.after) if one)


@dataclass(frozen=True)
class Outlook:
    """What publishing would do: whose duty moves (person -> gained, lost stretches), and gaps before and after."""

    moves: Mapping[str, tuple[int, int]]
    gaps: tuple[int, int]
    problem: str = ""
    doubles: Sequence[tuple[UUID, datetime]] = ()
    """Who would be first and backup at the same time, and since when."""


@dataclass(frozen=True)
class Waiting:
    """A draft in one line, for the board."""

    count: int
    first: datetime
    near: bool


@views.get("")
@needs(Permission.ROSTER_EDIT)
def show() -> tuple[str, int]:
    """The draft beside what is published."""
    return _page()


@views.post("")
@needs(Permission.ROSTER_EDIT)
def settle() -> AnyResponse | tuple[str, int]:
    """Publish all of it, or throw lines of it away."""
    x, by, do = exchange(), current.current().account.login, request.form.get("do", "")
    try:
        with x.sessions.begin() as session:
            where = place_asked(session)
            place = where.tenant.id, where.station.id
            if do != "publish":
                drafts.discard(session, where.station.id, _chosen(session, where, do))
                flash(_("已从草稿里去掉；已发布的班表没有变。"))
                return redirect(url_for(".show", **here_args()), 303)
            if mark(drafts.edits_of(session, where.station.id)) != request.form.get("mark"):
                raise RosterError("草稿刚刚有变动，请再看一遍 (the draft has just changed: look again)")
            done = drafts.publish(session, place, x.clock(), by)
    except RosterError as error:
        return _page(said(error))
    flash(_("已发布 %(n)s 处改动，有关人员会收到通知。", n=len(done)), "good")
    return redirect(url_for("roster_changes.show", **here_args()), 303)


def waiting(session: Session, station_id: UUID, now: datetime) -> Waiting | None:
    """Return a station's draft in one line, None when there is none."""
    rows = drafts.rows_of(session, station_id)
    if not rows:
        return None
    first = min(one.at for one in _differences(session, station_id, rows, now))
    return Waiting(len(rows), first, first < now + NEAR)


def _chosen(session: Session, where: Place, do: str) -> Sequence[UUID]:
    rows = [row.id for row in drafts.rows_of(session, where.station.id)]
    return rows if do == "clear" else [id_ for id_ in rows if str(id_) == do]


def _page(problem: str = "") -> tuple[str, int]:
    x = exchange()
    with x.sessions() as session:
        where, now = place_asked(session), x.clock()
        rows = drafts.rows_of(session, where.station.id)
        edits = [drafts.edit_of(row) for row in rows]
        differences = sorted(_differences(session, where.station.id, rows, now), key=lambda one: one.at)
        names = {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(
            Staff.tenant_id == where.tenant.id))}  # fmt: skip
        seen = _outlook(session, where, edits, differences, names, now) if rows else None
        page = render_template(
            "roster_draft.html", where=where, tenant=where.tenant, differences=differences, names=names, seen=seen,
            problem=problem or (seen.problem if seen else ""), mark=mark(edits), earliest=drafts.earliest(now),
            near=any(one.at < now + NEAR for one in differences), told=read_told(session, where.station.id, now),
        )  # fmt: skip
    return page, 422 if problem else 200


def _differences(session: Session, station_id: UUID, rows: Sequence[DraftShift], now: datetime) -> Sequence[Difference]:
    ids = [row.shift_id for row in rows if row.shift_id]
    query = select(Shift).where(Shift.station_id == station_id, Shift.id.in_(ids))
    published = {shift.id: shift for shift in session.scalars(query)}
    found, around = [], _around(session, station_id, rows)
    for row in rows:
        shift, edit = published.get(row.shift_id) if row.shift_id else None, drafts.edit_of(row)
        before = batch.piece_of(shift) if shift else None
        if before or edit.piece:
            standing = () if before or not edit.piece or not around else _on_duty(around, edit.piece)
            found.append(Difference(row.id, before, edit.piece, _wrong(row, shift, edit, now), standing))
    return found


def _around(session: Session, station_id: UUID, rows: Sequence[DraftShift]) -> Roster | None:
    """The published roster for the whole time of a draft's pieces."""
    times = [(row.starts, row.ends) for row in rows if row.starts and row.ends]
    if not times:
        return None
    since, until = min(begin for begin, _end in times), max(end for _begin, end in times)
    return load_rosters(session, [station_id], since, until)[station_id]


def _on_duty(roster: Roster, piece: Piece) -> Sequence[str]:
    stretches = duty.segments(roster.role(piece.role), piece.starts, piece.ends)
    names = (roster.names.get(one.staff_id, "") for one in stretches if one.staff_id)
    return tuple(dict.fromkeys(names))


def _wrong(row: DraftShift, shift: Shift | None, edit: Edit, now: datetime) -> str:
    if row.shift_id and shift is None:
        return _("已发布的这个班次后来被撤销了")
    if shift and row.seen != batch.seen(shift):
        return _("已发布的这个班次后来被改过")
    if min(one.starts for one in (shift, edit.piece) if one) <= now:
        return _("时间已到，来不及了")
    return ""


def _outlook(
    session: Session, where: Place, edits: Sequence[Edit], differences: Sequence[Difference],
    names: Mapping[UUID, str], now: datetime,
) -> Outlook:  # fmt: skip
    pieces = [one for difference in differences for one in (difference.before, difference.after) if one]
    since, until = max(now, min(one.starts for one in pieces)), max(one.ends for one in pieces)
    place = where.tenant.id, where.station.id
    before = _gaps(session, where.station.id, since, until)
    try:
        with batch.tried(session, place, edits, now) as moves:
            after = _gaps(session, where.station.id, since, until)
            doubled = doubles(load_rosters(session, [place[1]], since, until)[place[1]], since, until)
            people: dict[str, tuple[int, int]] = {}
            for move in moves:
                name = names.get(UUID(move["staff"]), "")
                gained, lost = people.get(name, (0, 0))
                people[name] = (gained + (move["kind"] == "gained"), lost + (move["kind"] == "lost"))
    except RosterError as error:
        return Outlook({}, (before, before), said(error))
    return Outlook(people, (before, after), doubles=doubled)


def _gaps(session: Session, station_id: UUID, since: datetime, until: datetime) -> int:
    if until <= since:
        return 0
    return len(duty.gaps(load_rosters(session, [station_id], since, until)[station_id], since, until))
