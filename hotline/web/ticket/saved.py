"""Searches kept under a name: saved from the search page, removed there; opening one is following its address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import searches
from hotline.accounts.roles import Permission
from hotline.accounts.searches import SearchError
from hotline.calls.kinds import cases
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket import asked, search
from hotline.web.webhooks import exchange

views = Blueprint("ticket_saved", __name__, url_prefix="/tickets/search/saved")


@views.post("")
@needs(Permission.TICKETS_SEE)
def save() -> AnyResponse | tuple[str, int]:
    """Keep the filters of the address under a name; what was typed into the box is not kept."""
    x, kept = exchange(), asked.filters(request.args)
    name = request.form.get("name", "").replace("\0", "").strip()
    try:
        with x.sessions.begin() as session:
            searches.save(session, current.current().account, name, kept, x.clock(), shared="shared" in request.form)
    except SearchError as error:
        return search.page(cases.in_language(str(error), language()), name=name)
    address: dict[str, Any] = dict(kept)
    flash(_("已保存查找“%(name)s”。", name=name), "good")
    return redirect(url_for("ticket_search.show", **address), 303)


@views.post("/<uuid:search_id>/remove")
@needs(Permission.TICKETS_SEE)
def remove(search_id: UUID) -> AnyResponse:
    """Remove one's own search."""
    with exchange().sessions.begin() as session:
        if not searches.remove(session, current.current().account, search_id):
            abort(404)
    flash(_("已删除。"), "good")
    return redirect(url_for("ticket_search.show"), 303)
