"""Signing in and out: name and password, the second factor, demo accounts."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import access, browsers, people, sign_in
from hotline.accounts.access import What
from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.accounts.sign_in import Answer
from hotline.web.formats import duration
from hotline.web.language import _
from hotline.web.sign_in import cookies, demo
from hotline.web.sign_in.back import local_address
from hotline.web.sign_in.current import signed_in
from hotline.web.sign_in.guards import open_to_all
from hotline.web.webhooks import exchange

views = Blueprint("sign_in", __name__)


@views.get("/sign-in")
@open_to_all
def form() -> AnyResponse | str:
    """The form; whoever is signed in goes on."""
    if signed_in():
        return redirect(_next(), 303)
    return _form()


@views.post("/sign-in")
@open_to_all
def by_password() -> AnyResponse | tuple[str, int]:
    """Name and password."""
    x = exchange()
    login, password = request.form.get("login", ""), request.form.get("password", "")
    answer = sign_in.by_password(x.sessions, login, password, cookies.visitor(), x.clock(), cookies.lifetimes())
    if answer.token:
        return entered(answer)
    problem = _wait(answer.wait) if answer.wait else _("登录名或密码不对。")
    return _form(problem, login), 429 if answer.wait else 401


@views.get("/sign-in/code")
@open_to_all
def code_form() -> AnyResponse | str:
    """The form for the second factor."""
    return _code_form() if cookies.token() else redirect(url_for(".form"), 303)


@views.post("/sign-in/code")
@open_to_all
def by_code() -> AnyResponse | tuple[str, int]:
    """The second factor."""
    x = exchange()
    answer = sign_in.by_code(
        x.sessions, x.vault, cookies.token(), request.form.get("code", ""),
        cookies.visitor(), x.clock(), cookies.lifetimes(),
    )  # fmt: skip
    if answer is None:
        return _form(_("等得太久了，请重新输入密码。")), 401
    if answer.token:
        return entered(answer)
    return _code_form(_wait(answer.wait) if answer.wait else _("验证码不对，或已经用过。")), 429 if answer.wait else 401


@views.post("/sign-in/demo")
@open_to_all
def by_demo() -> AnyResponse:
    """A click on a demo account, on this machine with the simulated carrier only."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        abort(400)
    if not demo.allowed():
        abort(403)
    x = exchange()
    answer = sign_in.by_demo(x.sessions, role, cookies.visitor(), x.clock(), cookies.lifetimes())
    return entered(answer) if answer.token else abort(404)


@views.post("/sign-out")
@open_to_all
def out() -> AnyResponse:
    """Sign this browser out."""
    current = signed_in()
    if current:
        x = exchange()
        with x.sessions.begin() as database:
            browsers.end(database, current.account.id, current.browser.id, x.clock())
            address = cookies.visitor().address
            access.note(database, What.SIGNED_OUT, x.clock(), account=current.account, address=address)
    session.clear()
    return cookies.drop(redirect(url_for(".form"), 303))


def entered(answer: Answer) -> AnyResponse:
    """Give the browser a fresh cookie and fresh tokens for its forms, and lead on."""
    wanted = _next()
    session.clear()
    if answer.awaits_code:
        return cookies.put(redirect(url_for("sign_in.code_form", next=wanted), 303), answer.token)
    return cookies.put(redirect(wanted, 303), answer.token)


def _next() -> str:
    return local_address(request.values.get("next", session.get("next", "/")))


def _form(problem: str = "", login: str = "") -> str:
    offered: list[Account] = list(demo.accounts())
    with exchange().sessions() as database:
        nobody = not offered and not people.anybody(database)
    return render_template(
        "sign_in.html", problem=problem, login=login, next=_next(), demo=offered, nobody=nobody,
        provider=_(exchange().settings.oidc_name) if exchange().settings.oidc_issuer else "",
    )  # fmt: skip


def _code_form(problem: str = "") -> str:
    return render_template("sign_in_code.html", problem=problem, next=_next())


def _wait(pause: timedelta) -> str:
    return _("尝试次数过多，请在%(time)s后再试。", time=duration(max(1, pause.total_seconds())))
