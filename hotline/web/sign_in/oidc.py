"""Signing in at a government identity provider (OpenID Connect, authorization code with PKCE, by Authlib).

The provider says who somebody is; whether they have an account here, and which role, is said here.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Flask, abort, current_app, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import sign_in
from hotline.settings import Settings
from hotline.web.language import N_, _
from hotline.web.sign_in import cookies
from hotline.web.sign_in.back import local_address
from hotline.web.sign_in.guards import open_to_all
from hotline.web.sign_in.pages import entered
from hotline.web.webhooks import exchange

log = logging.getLogger(__name__)
views = Blueprint("provider", __name__)

NAME = N_("统一身份认证")
"""The provider's name where the settings give no other."""
SECONDS = 5
"""How long the provider may take for each answer."""


def set_up(app: Flask, settings: Settings) -> None:
    """Make the provider known where the settings name one."""
    if not settings.oidc_issuer:
        return
    from authlib.integrations.flask_client import OAuth  # 10 MB that only a provider is worth

    oauth = OAuth(app)
    app.extensions["oidc"] = oauth
    oauth.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )


@views.get("/sign-in/provider")
@open_to_all
def away() -> AnyResponse | tuple[str, int]:
    """Go to the provider."""
    client = _client()
    session["next"] = local_address(request.args.get("next", "/"))
    try:
        answer: AnyResponse = client.authorize_redirect(_way_back())
    except _failures() as error:
        return _failed(_("暂时连不上%(name)s，请稍后再试，或用密码登录。"), error, 502)
    return answer


@views.get("/sign-in/provider/back")
@open_to_all
def back() -> AnyResponse | tuple[str, int]:
    """Come back from the provider with a code; state, nonce, signature, issuer and audience are checked by Authlib."""
    client = _client()
    try:
        token = client.authorize_access_token()
        subject = _subject(client, token)
    except _failures() as error:
        return _failed(_("%(name)s没有确认您的身份，请再试一次。"), error, 401)
    x = exchange()
    answer = sign_in.by_subject(x.sessions, subject, cookies.visitor(), x.clock(), cookies.lifetimes())
    if not answer.token:
        return _failed(_("%(name)s确认了您的身份，但这里没有与之关联的账号。请联系管理员。"), None, 403)
    return entered(answer)


def _subject(client: Any, token: dict[str, Any]) -> str:
    """The claim of the settings: from the signed token, or where it is not in there from the provider's own page."""
    if "id_token" not in token:
        raise ValueError("the provider gave no signed token")
    claims = dict(token["userinfo"])
    name = exchange().settings.oidc_claim
    if name not in claims:
        more = dict(client.userinfo(token=token))
        if more.get("sub") != claims["sub"]:
            raise ValueError("the provider speaks of two people")
        claims = more
    return str(claims[name])


def _client() -> Any:
    oauth = current_app.extensions.get("oidc") or abort(404)
    return oauth.create_client("provider")


def _failures() -> tuple[type[Exception], ...]:
    """What Authlib raises when the provider cannot be reached, refuses, or answers nonsense."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    return AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError


def _way_back() -> str:
    return exchange().settings.console_base_url + url_for(".back")


def _failed(sentence: str, error: Exception | None, code: int) -> tuple[str, int]:
    settings = exchange().settings
    if error:
        log.warning("sign-in at the identity provider failed: %s: %s", type(error).__name__, error)
    problem = sentence % {"name": _(settings.oidc_name)}
    page = render_template(
        "sign_in.html", problem=problem, login="", next=session.get("next", "/"), demo=(), nobody=False,
        provider=_(settings.oidc_name),
    )  # fmt: skip
    return page, code
