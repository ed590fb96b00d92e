"""Gives the application its sign-in: guards on every route, tokens on every form, the pages."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from hotline.settings import Settings
from hotline.web.api.access import api
from hotline.web.sign_in import access_log, account, accounts, cookies, current, guards, oidc, pages, wording
from hotline.web.webhooks import webhooks


def set_up(app: Flask, settings: Settings) -> None:
    """Put the guards before everything else; later pages only register their blueprints."""
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    cookies.set_up(app, settings)
    guards.set_up(app)
    forms = CSRFProtect(app)
    for guarded_elsewhere in (webhooks, api):  # neither knows cookies
        forms.exempt(guarded_elsewhere)
    current.set_up(app)
    wording.set_up(app)
    oidc.set_up(app, settings)
    for blueprint in (pages.views, oidc.views, account.views, accounts.views, access_log.views):
        app.register_blueprint(blueprint)
