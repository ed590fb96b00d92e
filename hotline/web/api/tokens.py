"""Tokens of the API, for whoever manages them: made (shown once), listed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import tokens
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.accounts.tokens import NewToken
from hotline.directory.models import Station
from hotline.web import place
from hotline.web.language import _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("tokens", __name__, url_prefix="/tokens")
MANAGE = Permission.TOKENS_MANAGE


@views.get("")
@needs(MANAGE)
def overview() -> str:
    """The tokens of one's subtree, and the form for another."""
    return _page()


@views.post("")
@needs(MANAGE)
def make() -> tuple[str, int]:
    """Make a token; its secret is shown once."""
    x = exchange()
    with x.sessions.begin() as session:
        wanted = _wanted(place.offered(session, current.reach()))
        if isinstance(wanted, NewToken):
            row, secret = tokens.make(session, wanted, current.current().account.login, x.clock())
            current.note(session, What.TOKEN_MADE, station_id=row.station_id, subject=f"{row.name} ({row.prefix}…)")
    if not isinstance(wanted, NewToken):
        return _page(wanted), 422
    return render_template("token_made.html", token=row, secret=secret), 201


@views.post("/<uuid:token_id>/revoke")
@needs(MANAGE)
def revoke(token_id: UUID) -> AnyResponse:
    """End a token at once."""
    x = exchange()
    with x.sessions.begin() as session:
        row = tokens.find(session, current.reach(), token_id) or abort(404)
        row.revoked_at = row.revoked_at or x.clock()
        current.note(session, What.TOKEN_REVOKED, station_id=row.station_id, subject=f"{row.name} ({row.prefix}…)")
    flash(_("%(name)s 的令牌已停用。", name=row.name))
    return redirect(url_for(".overview"), 303)


def _wanted(stations: Sequence[Station]) -> NewToken | str:
    """What the form asks for, or a sentence that says what is wrong with it."""
    form = request.form
    name = form.get("name", "").strip()
    scopes = [scope for scope in tokens.SCOPES if scope.value in form.getlist("scope")]
    station = next((s for s in stations if str(s.id) == form.get("station")), None)
    days = next((d for d in tokens.DAYS if str(d) == form.get("days")), None)
    if not 1 <= len(name) <= 64:
        return _("请填写系统名称，最多 64 个字。")
    if not scopes:
        return _("请至少选择一项权限。")
    if station is None and (form.get("station") or current.reach().tenant_id is not None):
        return _("请选择服务站。")
    if days is None:
        return _("请选择有效期。")
    return NewToken(name, scopes, station.id if station else None, days)


def _page(problem: str = "") -> str:
    x = exchange()
    with x.sessions() as session:
        stations = place.offered(session, current.reach())
        rows = tokens.within(session, current.reach())
    return render_template(
        "tokens.html", tokens=rows, stations=stations, names={s.id: s for s in stations}, scopes=tokens.SCOPES,
        days=tokens.DAYS, problem=problem, form=request.form, now=x.clock(),
        whole=current.reach().tenant_id is None,
    )  # fmt: skip
