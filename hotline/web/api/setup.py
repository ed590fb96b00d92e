"""Gives the application its API: every module with views is named here."""

from __future__ import annotations

from flask import Flask

from hotline.web.api import (
    about,
    calls,
    directory,
    directory_writes,
    incoming,
    manual,
    roster,
    roster_writes,
    statistics,
    ticket_writes,
    tickets,
    tokens,
    webhooks_out,
)
from hotline.web.api.access import api

VIEWS = (about, tickets, incoming, ticket_writes, calls, directory, directory_writes, roster, roster_writes, statistics)
"""Modules that add their views to the blueprint."""


def set_up(app: Flask) -> None:
    """Register the API and the page of its tokens and webhooks."""
    app.register_blueprint(api)
    app.register_blueprint(manual.views)
    app.register_blueprint(tokens.views)
    app.register_blueprint(webhooks_out.views)
