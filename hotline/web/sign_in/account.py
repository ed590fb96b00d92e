"""One's own account: password, second factor, the browsers it is signed in with."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import browsers, own, sign_in, totp
from hotline.accounts.access import What
from hotline.accounts.models import Account
from hotline.accounts.people import AccountError
from hotline.accounts.roles import Permission
from hotline.web.language import _, words
from hotline.web.sign_in import cookies, current
from hotline.web.sign_in.guards import needs, signed_in_only
from hotline.web.webhooks import exchange

views = Blueprint("account", __name__, url_prefix="/account")


@views.get("")
@signed_in_only
def overview() -> str:
    """The account and the browsers it is signed in with."""
    x, mine = exchange(), current.current()
    with x.sessions() as database:
        found = browsers.of(database, mine.account.id, x.clock(), cookies.lifetimes())
        codes_left = totp.codes_left(database, mine.account)
    return render_template("account.html", mine=mine, browsers=found, codes_left=codes_left, now=x.clock())


@views.route("/password", methods=["GET", "POST"])
@signed_in_only
def password() -> AnyResponse | tuple[str, int]:
    """Choose another password."""
    x, mine = exchange(), current.current()
    if not mine.account.password_hash:
        abort(404)
    problem = ""
    if request.method == "POST":
        old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
        try:
            if new != again:
                raise AccountError("两次输入的新密码不一样", "the two new passwords differ")
            address = cookies.visitor().address
            own.change_password(x.sessions, mine.account.id, mine.browser.id, old, new, x.clock(), address)
        except AccountError as error:
            problem = said(error)
        else:
            flash(_("密码已修改，其他设备已退出登录。"))
            return redirect(url_for(".overview"), 303)
    return render_template("account_password.html", mine=mine, problem=problem), 422 if problem else 200


@views.route("/second-factor", methods=["GET", "POST"])
@signed_in_only
def totp_on() -> AnyResponse | str | tuple[str, int]:
    """Photograph the secret, type the first code, keep the recovery codes."""
    x, mine = exchange(), current.current()
    if mine.account.demo:
        abort(404)
    problem = ""
    try:
        if request.method == "POST":
            address, code = cookies.visitor().address, request.form.get("code", "")
            codes = own.turn_totp_on(x.sessions, x.vault, mine.account.id, mine.browser.id, code, x.clock(), address)
            return render_template("account_codes.html", mine=mine, codes=codes)
    except AccountError as error:
        problem = said(error)
    with x.sessions.begin() as database:
        account = database.get_one(Account, mine.account.id, with_for_update=True)
        if account.totp_confirmed_at is not None:
            return redirect(url_for(".overview"), 303)
        secret = totp.pending(account, x.vault)
    picture = _picture(totp.address(secret, mine.account.login, _("关爱帮扶热线")))
    page = render_template("account_totp.html", mine=mine, secret=secret, picture=picture, problem=problem)
    return page, 422 if problem else 200


@views.post("/second-factor/off")
@signed_in_only
def totp_off() -> AnyResponse:
    """Take the second factor away, with a code of it."""
    x, mine = exchange(), current.current()
    try:
        address, code = cookies.visitor().address, request.form.get("code", "")
        own.turn_totp_off(x.sessions, x.vault, mine.account.id, code, x.clock(), address)
        flash(_("动态验证码已停用。"))
    except AccountError as error:
        flash(said(error), "bad")
    return redirect(url_for(".overview"), 303)


@views.post("/browsers/<uuid:browser_id>/end")
@signed_in_only
def end(browser_id: UUID) -> AnyResponse:
    """Sign one other browser out."""
    x, mine = exchange(), current.current()
    with x.sessions.begin() as database:
        if browser_id == mine.browser.id or not browsers.end(database, mine.account.id, browser_id, x.clock()):
            abort(404)
        current.note(database, What.OTHERS_SIGNED_OUT)
    flash(_("那台设备已退出登录。"))
    return redirect(url_for(".overview"), 303)


@views.post("/browsers/end-others")
@signed_in_only
def end_others() -> AnyResponse:
    """Sign all other browsers out."""
    x, mine = exchange(), current.current()
    with x.sessions.begin() as database:
        count = browsers.end_others(database, mine.account.id, mine.browser.id, x.clock())
        if count:
            current.note(database, What.OTHERS_SIGNED_OUT, subject=str(count))
    flash(_("其他 %(count)s 台设备已退出登录。", count=count))
    return redirect(url_for(".overview"), 303)


@views.post("/display")
@needs(Permission.WALLBOARD)
def display() -> AnyResponse:
    """Make this browser one that hangs on a wall: the wallboard for long, and nothing else."""
    x, mine = exchange(), current.current()
    if mine.browser.display:
        abort(403)
    with x.sessions.begin() as database:
        token = sign_in.as_display(database, mine.browser, mine.account, x.clock())
    session.clear()
    return cookies.put(redirect(url_for("wallboard.show"), 303), token, display=True)


def said(error: AccountError) -> str:
    """Return what is wrong in the reader's language, as a sentence."""
    text = words((error.chinese, error.english))
    return f"{text[0].upper()}{text[1:]}"


def _picture(address: str) -> Markup:
    """The address as a QR code: black on white in light and dark, or telephones do not read it."""
    code = segno.make(address, error="l")
    svg = code.svg_inline(scale=1, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return Markup(svg)  # noqa: S704  (our own drawing: it contains no text of anybody's)
