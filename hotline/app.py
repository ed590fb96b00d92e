"""The web application: the exchange is made once and handed to the pages."""

from __future__ import annotations

import gc

from flask import Flask
from sqlalchemy.orm import configure_mappers

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
        configure_mappers()  # else the first caller or reader waits for it
        gc.collect()
        gc.freeze()  # a collection of all this would keep every caller waiting for 80 ms
        say_ready("web")
    return app
