"""The web application: the exchange is made once and handed to the pages."""

from __future__ import annotations

from flask import Flask

from hotline import settings
from hotline.calls.exchange import Exchange, make_exchange
from hotline.calls.standby import keeper
from hotline.embedded.process import say_ready
from hotline.web import console
from hotline.web.webhooks import webhooks


def create_app(exchange: Exchange | None = None) -> Flask:
    """Return the WSGI application; without an exchange it is made from the environment."""
    app = Flask("hotline.web")
    served = exchange is None
    if exchange is None:
        exchange = make_exchange(settings.load())
        keeper.start(exchange)
    app.secret_key = exchange.settings.secret_key.get_secret_value()
    app.extensions["hotline"] = exchange
    app.register_blueprint(webhooks)
    console.set_up(app)
    if served:
        say_ready("web")
    return app
