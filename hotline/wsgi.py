"""What the web server loads: the application of this installation, with its keeper, ready for the first call."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Return the application that the environment describes. Raises what hotline.settings.load does."""
    from hotline.embedded.process import say_ready

    gc.disable()  # what is imported stays, and looking through it again and again took a fifth of the start
    served = _served()
    gc.collect()
    gc.freeze()  # a collection of all this would keep every caller waiting for 80 ms
    gc.enable()
    say_ready("web")
    return served


def _served() -> Flask:
    from sqlalchemy.orm import configure_mappers

    from hotline import app, settings
    from hotline.calls.exchange import make_exchange
    from hotline.calls.standby import keeper

    exchange = make_exchange(settings.load())
    keeper.start(exchange)
    served = app.create_app(exchange)
    configure_mappers()  # else the first caller or reader waits for it
    return served
