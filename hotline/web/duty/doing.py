"""What is done from the duty page by a button: call a survivor back, leave a note, take note of one, take the shift."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.keeping import shift_tickets
from hotline.calls.kinds import cases, ring_back
from hotline.calls.kinds.base import Work
from hotline.notifications import console
from hotline.roster import notes
from hotline.roster.changes import RosterError
from hotline.roster.models import Handover
from hotline.web import wrap_up_fields
from hotline.web.duty import board, me, pages
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket.working import hold
from hotline.web.webhooks import exchange
from tickets.states import ImpossibleError

views = Blueprint("duty_doing", __name__, url_prefix="/duty")


@views.post("/tickets/<uuid:ticket_id>/call-back")
@needs(Permission.TICKETS_WORK)
def call_back(ticket_id: UUID) -> AnyResponse:
    """Ring the reader's telephone at once, then the survivor."""
    x = exchange()
    with x.sessions.begin() as session:
        held = hold(x, session, ticket_id)
        phone = me.read(session, current.current().account, held.now).phone
        if phone is None:
            flash(_("没有可以响铃的手机：请站长在通讯录里登记您的手机号。"), "bad")
            return _home()
        try:
            ring_back.order_now(held.work, held.ticket, phone)
        except ImpossibleError as error:
            flash(cases.in_language(str(error), language()), "bad")
            return _home()
        current.note(session, What.CALL_BACK_ASKED, station_id=held.ticket.station_id, ticket_id=held.ticket.id)
        number = me.masked(x.vault, phone)
        flash(_("系统马上响 %(number)s：接起按 1，再接通来电人。", number=number), "good")
    return _home()


@views.post("/notes")
@needs(Permission.DUTY_DESK)
def leave_note() -> AnyResponse:
    """Leave a note for the next shift; one that is refused comes back as it was typed."""
    x, typed = exchange(), request.form.get("text", "")
    account = current.current().account
    try:
        with x.sessions.begin() as session:
            reader = me.read(session, account, x.clock())
            place = reader.place_id or abort(404)
            notes.leave(session, place, account.id, account.name, typed, x.clock())
    except RosterError as error:
        return pages.page(problem=cases.in_language(str(error), language()), typed=typed)
    flash(_("已留给下一班，接班的人标为已读前一直显示。"), "good")
    return _home()


@views.post("/notes/<uuid:note_id>/read")
@needs(Permission.DUTY_DESK)
def read_note(note_id: UUID) -> AnyResponse:
    """The next person has read a note."""
    x, account = exchange(), current.current().account
    try:
        with x.sessions.begin() as session:
            reader = me.read(session, account, x.clock())
            found = next((n for n in notes.unread(session, reader.place_ids) if n.id == note_id), None)
            if found is None or not reader.takes_over:
                abort(404)
            notes.mark_read(session, found.id, account.id, account.name, x.clock())
    except RosterError as error:
        flash(cases.in_language(str(error), language()), "bad")
    return _home()


@views.post("/notices/read")
@needs(Permission.DUTY_DESK)
def read_notices() -> AnyResponse:
    """Somebody at the station has taken note of what the system told it."""
    x, account = exchange(), current.current().account
    wanted = [id_ for text in request.form.getlist("notice")[:50] if (id_ := wrap_up_fields.uuid(text))]
    with x.sessions.begin() as session:
        reader = me.read(session, account, x.clock())
        console.mark_read(session, wanted, reader.place_ids, account.name, x.clock())
    return _home()


@views.post("/handovers/<uuid:handover_id>/taken")
@needs(Permission.DUTY_DESK)
def take_shift(handover_id: UUID) -> AnyResponse:
    """Whoever takes the shift has seen what is open: as by key on the telephone."""
    x = exchange()
    with x.sessions.begin() as session:
        reader = me.read(session, current.current().account, x.clock())
        handover = session.get(Handover, handover_id)
        if handover is None or reader.staff is None or handover.to_staff_id != reader.staff.id:
            abort(404)
        if handover.acknowledged_at is None and handover.made_at > x.clock() - board.TAKEN_WITHIN:
            shift_tickets.take(Work(x, session, x.clock()), handover.id)
    flash(_("已接班。"), "good")
    return _home()


def _home() -> AnyResponse:
    return redirect(url_for("duty.show"), 303)
