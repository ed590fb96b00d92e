"""The cookie by which a browser is known again, and what the network tells of a visitor."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.browsers import DISPLAY_FOR, Lifetimes, Visitor
from hotline.settings import Settings
from hotline.web.webhooks import exchange


class Sessions(SecureCookieSessionInterface):
    """Flask's own, made ready only for those who have its cookie: each webhook comes without."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; nothing without one."""
        if self.get_cookie_name(app) not in request.cookies and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)


def set_up(app: Flask, settings: Settings) -> None:
    """Make Flask's own signed cookie (tokens of forms, the way to the identity provider) as careful as ours."""
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_NAME=f"{_prefix(settings)}form",
        SESSION_COOKIE_SECURE=_is_secure(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lasts as long as its cookie: a form may be left open over night
    )


def token() -> str:
    """Return what the browser's cookie says, or an empty string."""
    return request.cookies.get(_name(), "")


def put(answer: AnyResponse, value: str, *, display: bool = False) -> AnyResponse:
    """Give the browser its cookie: until it is closed, or for long where it hangs on a wall."""
    age = DISPLAY_FOR if display else None
    secure = _is_secure(exchange().settings) or request.is_secure
    answer.set_cookie(_name(), value, max_age=age, httponly=True, samesite="Lax", secure=secure, path="/")
    return answer


def drop(answer: AnyResponse) -> AnyResponse:
    """Take the cookie away."""
    secure = _is_secure(exchange().settings)
    answer.delete_cookie(_name(), httponly=True, samesite="Lax", secure=secure, path="/")
    return answer


def visitor() -> Visitor:
    """Return address and browser as the network tells them."""
    return Visitor(request.remote_addr or "", request.user_agent.string)


def lifetimes() -> Lifetimes:
    """Return the time-outs of the settings."""
    settings = exchange().settings
    return Lifetimes(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def _name() -> str:
    return f"{_prefix(exchange().settings)}hotline"


def _prefix(settings: Settings) -> str:
    return "__Host-" if _is_secure(settings) else ""


def _is_secure(settings: Settings) -> bool:
    return settings.console_base_url.startswith("https://")
