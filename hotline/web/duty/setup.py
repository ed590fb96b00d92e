"""The pages of the duty desk."""

from __future__ import annotations

from flask import Flask

from hotline.web.duty import asking, doing, pages, shifts, wrap_up


def set_up(app: Flask) -> None:
    """Give the application the duty desk."""
    for part in (pages, doing, wrap_up, shifts, asking):
        app.register_blueprint(part.views)
