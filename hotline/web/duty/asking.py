"""A swap with a colleague: asked on one's own page, answered on theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases
from hotline.roster import swap_requests
from hotline.roster.changes import RosterError
from hotline.roster.models import Swap
from hotline.roster.swap_requests import StandIn
from hotline.roster.turns import Turn, read_turns
from hotline.web.duty import me, shifts
from hotline.web.duty.me import AHEAD, Me
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("duty_asking", __name__, url_prefix="/duty/shifts")
DESK = Permission.DUTY_DESK
RETURNS = 10
"""Turns of a colleague that are offered in return, the next ones."""


@views.get("/ask")
@needs(DESK)
def form() -> str:
    """Whom to ask for a turn of mine, and what for in return."""
    with exchange().sessions() as session:
        return _form(session)


@views.post("/ask")
@needs(DESK)
def ask() -> AnyResponse | tuple[str, int]:
    """Ask a colleague."""
    x, account = exchange(), current.current().account
    now = x.clock()
    try:
        with x.sessions.begin() as session:
            reader = me.read(session, account, now)
            turn, colleague = _turn(session, reader, now), _colleague(session, reader, now)
            if colleague is None:
                raise RosterError("请选一位同事 (choose a colleague)")
            back = _back(session, turn, colleague, now)
            swap = Swap(
                tenant_id=_tenant_id(reader), station_id=turn.station_id, role=turn.role, giver_id=turn.staff_id,
                taker_id=colleague.id, during=Range(turn.start, turn.end), in_return=back, asked_at=now,
            )  # fmt: skip
            swap_requests.ask(session, swap, now, account.name)
    except RosterError as error:
        with x.sessions() as session:
            return _form(session, problem=cases.in_language(str(error), language())), 422
    flash(_("已请%(who)s，对方会收到通知，在这里答复。", who=colleague.name), "good")
    return redirect(url_for("duty_shifts.show"), 303)


@views.post("/<uuid:swap_id>/answer")
@needs(DESK)
def answer(swap_id: UUID) -> AnyResponse:
    """Agree or decline."""
    agreed = request.form.get("do") == "agree"
    return _settle(
        swap_id, agreed=agreed, said=_("已同意，排班已经改好。") if agreed else _("已回绝，对方会收到通知。")
    )


@views.post("/<uuid:swap_id>/withdraw")
@needs(DESK)
def withdraw(swap_id: UUID) -> AnyResponse:
    """Ask no longer."""
    return _settle(swap_id, agreed=None, said=_("申请已撤回。"))


def _settle(swap_id: UUID, *, agreed: bool | None, said: str) -> AnyResponse:
    x, account = exchange(), current.current().account
    back = redirect(url_for("duty.show" if request.form.get("back") == "desk" else "duty_shifts.show"), 303)
    try:
        with x.sessions.begin() as session:
            reader = me.read(session, account, x.clock())
            swap = session.get(Swap, swap_id)
            if reader.staff is None or swap is None or reader.staff.id not in (swap.giver_id, swap.taker_id):
                abort(404)
            if agreed is None:
                swap_requests.withdraw(session, swap_id, reader.staff.id, x.clock(), account.name)
            else:
                swap_requests.answer(session, swap_id, reader.staff.id, agreed, x.clock(), account.name)
    except RosterError as error:
        flash(cases.in_language(str(error), language()), "bad")
        return back
    flash(said, "good")
    return back


def _form(session: Session, problem: str = "") -> str:
    now = exchange().clock()
    reader = me.read(session, current.current().account, now)
    turn, chosen = _turn(session, reader, now), _colleague(session, reader, now)
    people = [one for one in swap_requests.stand_ins(session, turn.station_id, now) if one.id != turn.staff_id]
    busy = {one.id for one in people if read_turns(session, one.id, turn.start, turn.end)}
    returns = _returns(session, turn, chosen, now) if chosen else ()
    return render_template(
        "duty_ask.html", me=reader, tenant=shifts.tenant(session, reader), now=now, turn=turn, people=people, busy=busy,
        chosen=chosen, returns=returns, problem=problem, start=turn.start.isoformat(),
        names=shifts.places(session, [turn]),
    )  # fmt: skip


def _turn(session: Session, reader: Me, now: datetime) -> Turn:
    """The turn of mine that the address or the form names; 404 for one that is not mine."""
    if reader.staff is None:
        abort(404)
    asked = request.values
    mine = read_turns(session, reader.staff.id, now, now + AHEAD * 2)
    found = (t for t in mine if str(t.station_id) == asked.get("station") and t.role == asked.get("role"))
    return next((t for t in found if t.start.isoformat() == asked.get("start")), None) or abort(404)


def _colleague(session: Session, reader: Me, now: datetime) -> StandIn | None:
    turn, asked = _turn(session, reader, now), request.values.get("staff")
    people = swap_requests.stand_ins(session, turn.station_id, now)
    return next((one for one in people if str(one.id) == asked and one.id != turn.staff_id), None)


def _returns(session: Session, turn: Turn, colleague: StandIn, now: datetime) -> Sequence[Turn]:
    """The colleague's turns at the same place that I could serve instead."""
    theirs = read_turns(session, colleague.id, now, now + AHEAD)
    same = [t for t in theirs if t.start > now and (t.station_id, t.role) == (turn.station_id, turn.role)]
    mine = read_turns(session, turn.staff_id, now, now + AHEAD)
    free = [t for t in same if not any(own.start < t.end and t.start < own.end for own in mine)]
    return free[:RETURNS]


def _back(session: Session, turn: Turn, colleague: StandIn, now: datetime) -> Range[datetime] | None:
    wanted = request.form.get("back", "")
    if not wanted:
        return None
    found = next((t for t in _returns(session, turn, colleague, now) if t.start.isoformat() == wanted), None)
    if found is None:
        raise RosterError("对方已经没有这个班，请重选 (the colleague no longer has that turn: choose again)")
    return Range(found.start, found.end)


def _tenant_id(reader: Me) -> UUID:
    return reader.station.tenant_id if reader.station else abort(404)
