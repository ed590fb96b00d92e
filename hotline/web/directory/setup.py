"""Puts the directory's pages together."""

from __future__ import annotations

from flask import Flask

from hotline import intake
from hotline.web.directory import changes, importing, listing, prompts, row


def set_up(app: Flask) -> None:
    """Give the application the directory's lists, rows, imports, history and prompts."""
    app.jinja_env.globals["kinds_by_name"] = {kind.name: kind for kind in intake.KINDS}
    for blueprint in (importing.views, listing.views, row.views, changes.views, prompts.views):
        app.register_blueprint(blueprint)
