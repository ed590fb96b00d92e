"""Pages give way to callers: beyond so many at once a page is refused with a sentence, and a thread stays for calls."""

from __future__ import annotations

import threading

from flask import Flask, g, request
from werkzeug.exceptions import ServiceUnavailable

PAGES_AT_ONCE = 14
"""Of the web server's threads (hotline.commands.services.WEB_THREADS); the rest is for the carrier's webhooks."""
AGAIN_SECONDS = 3
ALWAYS = frozenset({"carrier", "probes"})
"""Blueprints that are never refused: callers, and what watches over us."""


class CrowdedError(ServiceUnavailable):
    """All threads that pages may have are taken."""


def set_up(app: Flask, at_once: int = PAGES_AT_ONCE) -> None:
    """Count the pages being made, and refuse those beyond ``at_once``. Must come before whatever asks the database."""
    places = threading.BoundedSemaphore(at_once)

    @app.before_request
    def take() -> None:
        if request.blueprint in ALWAYS or request.endpoint == "static":
            return
        if not places.acquire(blocking=False):
            g.current = None  # the page that says so asks nobody who reads it
            raise CrowdedError(retry_after=AGAIN_SECONDS)
        g.place_taken = True

    @app.teardown_request
    def give_back(_: BaseException | None) -> None:
        if g.pop("place_taken", False):
            places.release()
