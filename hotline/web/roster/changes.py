"""Everything that was changed on a station's roster of late, and whether those concerned have heard of it."""

from __future__ import annotations

from flask import Blueprint, render_template

from hotline.accounts.roles import Permission
from hotline.web.roster.asked import place_asked
from hotline.web.roster.history import read_told
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_changes", __name__, url_prefix="/roster/changes")
MOST = 100


@views.get("")
@needs(Permission.ROSTER_EDIT)
def show() -> str:
    """The latest changes of a station."""
    x = exchange()
    with x.sessions() as session:
        where = place_asked(session)
        told = read_told(session, where.station.id, x.clock(), MOST)
        return render_template("roster_changes.html", where=where, tenant=where.tenant, told=told)
