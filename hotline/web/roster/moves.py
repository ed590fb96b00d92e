"""Moving a turn: chosen on a page or by dragging on the board, shown before it is done, refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.models import Staff
from hotline.roster import batch, drafts, moving
from hotline.roster.desk import RosterError
from hotline.roster.moving import Held
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters
from hotline.roster.slots import Slot, doubles
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster.asked import here_args, place_asked, read_day, said, staff_of
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_moves", __name__, url_prefix="/roster/moves")
QUESTIONS = ("piece", "day", "onto", "staff", "draft", "view")
"""What an address of this page asks for, beside whose roster it is."""


@dataclass(frozen=True)
class Step:
    """One line of a proposal: who stands there now, and what it becomes."""

    before: Piece
    after: Piece


@dataclass(frozen=True)
class Proposal:
    """What would be done; ``problem``: why it cannot be. Who is told, and whether it may wait in the draft."""

    steps: Sequence[Step] = ()
    told: Sequence[str] = ()
    may_draft: bool = False
    problem: str = ""
    doubles: Sequence[tuple[UUID, datetime]] = ()
    """Who would be first and backup at the same time, and since when."""


@views.get("")
@needs(Permission.ROSTER_EDIT)
def show() -> tuple[str, int]:
    """Where a turn may go, or what one way of moving it would do."""
    return _page()


@views.post("")
@needs(Permission.ROSTER_EDIT)
def take() -> AnyResponse | tuple[str, int]:
    """Do what was shown: at once, or into the draft."""
    x, by, into_draft = exchange(), current.current().account.login, request.form.get("do") == "draft"
    try:
        with x.sessions.begin() as session:
            where, now = place_asked(session), x.clock()
            place = where.tenant.id, where.station.id
            with _standing(session, where, now):
                held = _held(session, where, now)
                edits = _edits(session, where, held, now)
            if into_draft or _in_draft():
                drafts.put(session, place, edits, now, by)
            else:
                batch.apply(session, place, edits, "moved", now, by)
    except RosterError as error:
        return _page(said(error))
    if into_draft or _in_draft():
        flash(_("已放进草稿，发布之前来电仍按原来的班表。"), "good")
    else:
        flash(_("已经改好，立即生效，有关人员会收到通知。"), "good")
    day = local(min(one.piece.starts for one in edits if one.piece)).date().isoformat()
    draft = 1 if into_draft or _in_draft() else None
    return redirect(url_for("roster.show", day=day, view=request.args.get("view"), draft=draft, **here_args()), 303)


def _in_draft() -> bool:
    return request.args.get("draft") == "1"


@contextmanager
def _standing(session: Session, where: Place, now: datetime) -> Iterator[None]:
    """Read the roster that the page shows: the published one, or as the draft would make it."""
    if not _in_draft():
        yield
        return
    edits = drafts.edits_of(session, where.station.id)
    with batch.tried(session, (where.tenant.id, where.station.id), edits, now):
        yield


def _held(session: Session, where: Place, now: datetime) -> Held:
    return moving.find(session, where.station.id, request.args.get("piece", ""), now)


def _edits(session: Session, where: Place, held: Held, now: datetime) -> list[Edit]:
    asked = request.args
    if asked.get("onto"):
        return moving.trade(held, moving.find(session, where.station.id, asked["onto"], now), now)
    if asked.get("staff"):
        person = next((one.id for one in staff_of(session, where) if str(one.id) == asked["staff"]), None)
        if person is None:
            raise RosterError("请选择人员 (choose a person)")
        return moving.to_person(held, person, now)
    return moving.to_day(held, read_day(asked.get("day", "")))


def _page(problem: str = "") -> tuple[str, int]:
    x = exchange()
    with x.sessions() as session:
        where, now = place_asked(session), x.clock()
        held, proposal, turns = None, Proposal(), list[Slot]()
        try:
            with _standing(session, where, now):
                held = _held(session, where, now)
                turns = list(moving.choices(session, where.station.id, held, now))
                asked = any(request.args.get(name) for name in ("day", "onto", "staff"))
                edits = _edits(session, where, held, now) if asked else []
                before = _before(session, where, held, edits, now)
            if edits:
                proposal = _proposal(session, where, edits, before, now)
        except RosterError as error:
            proposal = Proposal(problem=said(error))
        people = session.execute(select(Staff.id, Staff.name).where(Staff.tenant_id == where.tenant.id))
        wrong = problem or proposal.problem
        page = render_template(
            "roster_move.html", where=where, tenant=where.tenant, held=held, turns=turns, proposal=proposal,
            problem=wrong, names={row.id: row.name for row in people}, staff=staff_of(session, where),
            draft=_in_draft(), day=_day_of(held, now),
            questions={name: request.args[name] for name in QUESTIONS if request.args.get(name)},
        )  # fmt: skip
    return page, 422 if wrong else 200


def _day_of(held: Held | None, now: datetime) -> date:
    return local(held.turn.start if held else now).date()


def _before(session: Session, where: Place, held: Held, edits: Sequence[Edit], now: datetime) -> Sequence[Piece]:
    """What stands where each edit changes something: its shift, or the turn of a rotation."""
    sides = [held]
    if request.args.get("onto") and edits:
        sides.append(moving.find(session, where.station.id, request.args["onto"], now))
    return [side.shift[0] if side.shift else _as_piece(side.turn) for side in sides]


def _as_piece(turn: Slot) -> Piece:
    return Piece(turn.start, turn.end, turn.role, turn.staff_id or UUID(int=0), turn.handset_id)


def _proposal(
    session: Session, where: Place, edits: Sequence[Edit], before: Sequence[Piece], now: datetime
) -> Proposal:
    place = where.tenant.id, where.station.id
    steps = [Step(old, edit.piece) for old, edit in zip(before, edits, strict=True) if edit.piece]
    may_draft, why_no_draft = _draftable(session, place, edits, now)
    if _in_draft():
        return Proposal(steps, (), may_draft, why_no_draft)
    try:
        with batch.tried(session, place, edits, now) as moves:
            told = {UUID(move["staff"]) for move in moves}
            doubled = _doubled(session, where, edits)
    except RosterError as error:
        return Proposal(steps, problem=said(error))
    names = session.scalars(select(Staff.name).where(Staff.id.in_(told)).order_by(Staff.name)).all()
    return Proposal(steps, names, may_draft, doubles=doubled)


def _doubled(session: Session, where: Place, edits: Sequence[Edit]) -> Sequence[tuple[UUID, datetime]]:
    pieces = [edit.piece for edit in edits if edit.piece]
    since, until = min(one.starts for one in pieces), max(one.ends for one in pieces)
    roster = load_rosters(session, [where.station.id], since, until)[where.station.id]
    return doubles(roster, since, until)


def _draftable(session: Session, place: tuple[UUID, UUID], edits: Sequence[Edit], now: datetime) -> tuple[bool, str]:
    try:
        with session.begin_nested() as savepoint:
            drafts.put(session, place, edits, now, "")
            savepoint.rollback()
    except RosterError as error:
        return False, said(error)
    return True, ""
