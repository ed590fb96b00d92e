"""Accounts of one's subtree, for whoever manages them: made, given a new password, closed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import passwords, people
from hotline.accounts.access import What
from hotline.accounts.models import Account
from hotline.accounts.people import AccountError, NewAccount
from hotline.accounts.roles import WHOLE_INSTALLATION, Permission, Role, may_give
from hotline.directory.models import Staff, Station
from hotline.directory.queries import descendants
from hotline.web import place
from hotline.web.language import _
from hotline.web.sign_in import current
from hotline.web.sign_in.account import said
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("accounts", __name__, url_prefix="/accounts")
MANAGE = Permission.ACCOUNTS_MANAGE


@views.get("")
@needs(MANAGE)
def overview() -> str:
    """The accounts of one's subtree."""
    with exchange().sessions() as session:
        found = people.within(session, current.reach())
        stations = {station.id: station for station in place.offered(session, current.reach())}
    return render_template("accounts.html", accounts=found, stations=stations, mine=current.current())


@views.route("/new", methods=["GET", "POST"])
@needs(MANAGE)
def new() -> tuple[str, int]:
    """Make an account; its one-time password is shown once."""
    x = exchange()
    problem = ""
    with x.sessions() as session:
        stations = place.offered(session, current.reach())
    if request.method == "POST":
        try:
            with x.sessions.begin() as session:
                account, password = _add(session, stations)
        except AccountError as error:
            problem = said(error)
        else:
            return render_template("account_made.html", account=account, password=password), 201
    given = [role for role in Role if may_give(current.current().role, role)]
    page = render_template(
        "account_new.html", problem=problem, stations=stations, roles=given,
        whole=current.reach().tenant_id is None, form=request.form,
    )  # fmt: skip
    return page, 422 if problem else 200


@views.post("/<uuid:account_id>/password")
@needs(MANAGE)
def password(account_id: UUID) -> str:
    """Give somebody a one-time password; what they are signed in with ends."""
    x = exchange()
    with x.sessions.begin() as session:
        account = _other(session, account_id)
        fresh = passwords.one_time()
        people.set_password(session, account, fresh, x.clock(), must_change=True)
        current.note(session, What.PASSWORD_CHANGED, subject=account.login)
    return render_template("account_made.html", account=account, password=fresh)


@views.post("/<uuid:account_id>/second-factor/off")
@needs(MANAGE)
def totp_off(account_id: UUID) -> AnyResponse:
    """Take the second factor from somebody who has lost the telephone."""
    x = exchange()
    with x.sessions.begin() as session:
        account = _other(session, account_id)
        people.reset_totp(session, account, x.clock())
        current.note(session, What.TOTP_OFF, subject=account.login)
    flash(_("%(name)s 的动态验证码已停用。", name=account.name))
    return redirect(url_for(".overview"), 303)


@views.route("/<uuid:account_id>/staff", methods=["GET", "POST"])
@needs(MANAGE)
def staff(account_id: UUID) -> AnyResponse | str:
    """Say who on the roster an account belongs to: whose duty its duty page shows."""
    x = exchange()
    with x.sessions.begin() as session:
        account = _other(session, account_id)
        people_there = _staff_of(session, account)
        if request.method == "GET":
            return render_template("account_staff.html", account=account, staff=people_there)
        chosen = next((one for one in people_there if str(one.id) == request.form.get("staff")), None)
        if request.form.get("staff") and chosen is None:
            abort(400)
        account.staff_id = chosen.id if chosen else None
        current.note(session, What.ACCOUNT_LINKED, station_id=account.station_id, subject=account.login)
    flash(_("已保存。"), "good")
    return redirect(url_for(".overview"), 303)


@views.post("/<uuid:account_id>/close")
@needs(MANAGE)
def close(account_id: UUID) -> AnyResponse:
    """Close an account: nobody signs in with it any more, its traces stay."""
    x = exchange()
    with x.sessions.begin() as session:
        account = _other(session, account_id)
        people.deactivate(session, account, x.clock())
        current.note(session, What.ACCOUNT_CLOSED, subject=account.login)
    flash(_("%(name)s 的账号已停用。", name=account.name))
    return redirect(url_for(".overview"), 303)


@views.post("/<uuid:account_id>/reopen")
@needs(MANAGE)
def reopen(account_id: UUID) -> AnyResponse:
    """Open a closed account again."""
    x = exchange()
    with x.sessions.begin() as session:
        account = _other(session, account_id)
        account.active = True
        current.note(session, What.ACCOUNT_REOPENED, subject=account.login)
    flash(_("%(name)s 的账号已恢复。", name=account.name))
    return redirect(url_for(".overview"), 303)


def _add(session: Session, stations: Sequence[Station]) -> tuple[Account, str]:
    x, mine, form = exchange(), current.current(), request.form
    role = Role(form["role"]) if form.get("role") in set(Role) else abort(400)
    if not may_give(mine.role, role):
        abort(403)
    station = next((s for s in stations if str(s.id) == form.get("station")), None)
    if station is None and not (mine.reach.tenant_id is None and role in WHOLE_INSTALLATION):
        raise AccountError("请选择服务站", "choose a station")
    wanted = NewAccount(
        form.get("login", ""), form.get("name", ""), role, station.id if station else None,
        oidc_subject=form.get("subject", "").strip() or None,
    )  # fmt: skip
    account = people.add(session, wanted, mine.account.login, x.clock())
    current.note(session, What.ACCOUNT_ADDED, station_id=account.station_id, subject=account.login)
    if account.oidc_subject:
        return account, ""
    fresh = passwords.one_time()
    people.set_password(session, account, fresh, x.clock(), must_change=True)
    return account, fresh


def _other(session: Session, account_id: UUID) -> Account:
    """Somebody else's account, within reach and not above one's own."""
    mine = current.current()
    within = select(Account).where(Account.id == account_id, mine.reach.covers_station(Account.station_id))
    account = session.scalars(within).first() or abort(404)
    if account.id == mine.account.id or account.demo or not may_give(mine.role, Role(account.role)):
        abort(403)
    return account


def _staff_of(session: Session, account: Account) -> Sequence[Staff]:
    """Who may be meant: the people of the account's station and of those below, its own first."""
    if account.station_id is None:
        return ()
    order = {station.id: place for place, station in enumerate(descendants(session, account.station_id))}
    found = session.scalars(select(Staff).where(Staff.station_id.in_(order), Staff.active)).all()
    return sorted(found, key=lambda one: (order[one.station_id], one.code))
