"""Who signed in and who looked at what, for auditors: newest first, page by page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template, request

from hotline.accounts import access
from hotline.accounts.roles import Permission
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.queries import Cursor, CursorError

views = Blueprint("access", __name__, url_prefix="/access")
LINES = 100


@views.get("")
@needs(Permission.ACCESS_SEE)
def log() -> str:
    """The access log within one's subtree; of one ticket or one account where asked for."""
    try:
        before = Cursor.parse(request.args["before"]) if request.args.get("before") else None
        ticket, account = (UUID(request.args[key]) if request.args.get(key) else None for key in ("ticket", "account"))
    except (ValueError, CursorError):
        abort(400)
    place = (before.opened_at, before.id) if before else None
    with exchange().sessions() as session:
        lines = access.page(
            session, current.reach(), before=place, ticket_id=ticket, account_id=account, limit=LINES + 1
        )
        tickets = queries.by_id(session, [line.ticket_id for line, _account in lines if line.ticket_id])
    more = len(lines) > LINES
    shown = lines[:LINES]
    older = Cursor(shown[-1][0].at, shown[-1][0].id) if more else None
    return render_template("access_log.html", lines=shown, tickets=tickets, older=older)
