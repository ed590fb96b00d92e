"""Puts the console together: languages, formats, security headers, error pages, assets, pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app, request, url_for

from hotline.calls.exchange import Exchange
from hotline.web import (
    errors,
    formats,
    given_up,
    language,
    menu,
    pages,
    probes,
    response_compare,
    response_times,
    security,
    shedding,
    wallboard,
    wrap_up,
)
from hotline.web.api import setup as api
from hotline.web.bulletins import pages as bulletins
from hotline.web.directory import setup as directory
from hotline.web.duty import setup as duty
from hotline.web.exports import pages as exports
from hotline.web.help import first_day
from hotline.web.help import pages as help_pages
from hotline.web.lab import pages as lab
from hotline.web.lab import replaying
from hotline.web.roster import setup as roster
from hotline.web.sign_in import setup as sign_in
from hotline.web.ticket import setup as ticket

LAYERS = (
    "tokens", "base", "frame", "parts", "forms", "board", "story", "wallboard", "charts", "roster", "bulletin", "duty",
    "manual", "exports", "help", "print",
)  # fmt: skip
"""The style sheet in the order of its layers."""


def set_up(app: Flask) -> None:
    """Give the application its pages and everything they need."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.set_up(app)
    formats.set_up(app)
    security.set_up(app)
    errors.set_up(app)
    shedding.set_up(app)
    exchange: Exchange = app.extensions["hotline"]
    sign_in.set_up(app, exchange.settings)
    for helper in (
        asset,
        here,
        phone_wall,
        menu.entries,
        help_pages.help_address,
        pages.preference,
    ):
        app.add_template_global(helper)
    app.jinja_env.globals["LAYERS"] = LAYERS
    app.register_blueprint(pages.pages)
    ticket.set_up(app)
    app.register_blueprint(wallboard.views)
    app.register_blueprint(given_up.views)
    duty.set_up(app)
    app.register_blueprint(response_times.views)
    app.register_blueprint(response_compare.views)
    app.register_blueprint(lab.views)
    app.register_blueprint(replaying.views)
    roster.set_up(app)
    app.register_blueprint(bulletins.views)
    app.register_blueprint(exports.views)
    app.register_blueprint(first_day.views)
    app.register_blueprint(help_pages.views)
    directory.set_up(app)
    app.register_blueprint(wrap_up.views)
    api.set_up(app)
    probes.set_up(app)


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so browsers may keep it for ever."""
    file = Path(current_app.static_folder or "") / name
    version = f"{file.stat().st_mtime_ns:x}" if file.exists() else "0"
    return url_for("static", filename=name, v=version)


def here(**changes: object) -> str:
    """Return the address of this page with some of its questions changed (None: taken away)."""
    kept = {key: value for key, value in {**request.args.to_dict(), **changes}.items() if value not in (None, "")}
    return url_for(request.endpoint or "pages.tickets", **{**(request.view_args or {}), **kept})


def phone_wall() -> str:
    """Return the address of the simulated telephones, or an empty string with a real carrier."""
    exchange: Exchange = current_app.extensions["hotline"]
    if exchange.settings.carrier != "simulator":
        return ""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return f"http://{host}:{exchange.settings.port + 1}/"
