"""The web application: the exchange is made once and handed to the pages."""

from __future__ import annotations

from flask import Flask

from hotline.calls.exchange import Exchange
from hotline.web import console
from hotline.web.webhooks import webhooks


def create_app(exchange: Exchange) -> Flask:
    """Return the WSGI application over an exchange."""
    app = Flask("hotline.web")
    app.secret_key = exchange.settings.secret_key.get_secret_value()
    app.extensions["hotline"] = exchange
    app.register_blueprint(webhooks)
    console.set_up(app)
    return app
