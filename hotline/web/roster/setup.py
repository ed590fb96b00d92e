"""The pages of the roster."""

from __future__ import annotations

from flask import Flask

from hotline.web.roster import changes, draft, editing, feeds, filling, moves, overrides, paper, templates, views


def set_up(app: Flask) -> None:
    """Give the application the roster's board, its days, drafts, plans, sheets and calendars."""
    for part in (views, editing, templates, draft, changes, moves, feeds, overrides, paper, filling):
        app.register_blueprint(part.views)
