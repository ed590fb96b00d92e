"""The web application: the exchange is made once and handed to the pages."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from hotline.calls.exchange import Exchange
from hotline.web import console
from hotline.web.webhooks import webhooks


def create_app(exchange: Exchange | None = None) -> Flask:
    """Return the WSGI application over an exchange; without one, what the web server loads (hotline.wsgi).

    The supervisor of a release before that module, still running in an upgrade, starts the server by this name.
    """
    if exchange is None:
        served: Flask = import_module("hotline.wsgi").create_app()
        return served
    app = Flask("hotline.web")
    app.secret_key = exchange.settings.secret_key.get_secret_value()
    app.extensions["hotline"] = exchange
    app.register_blueprint(webhooks)
    console.set_up(app)
    return app
