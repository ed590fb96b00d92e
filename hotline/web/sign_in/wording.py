"""How pages name roles, browsers and lines of the access log."""

from __future__ import annotations

from flask import Flask

from hotline.accounts.access import WHAT_WORDS, What
from hotline.accounts.roles import ROLE_WORDS, Role
from hotline.web.language import _, words

_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser/", "QQ Browser"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser's own words contain, the particular before the general."""
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def set_up(app: Flask) -> None:
    """Give the templates these filters."""
    for filter_ in (role_words, browser_words, what_words, fours):
        app.add_template_filter(filter_)


def role_words(role: str) -> str:
    """Return what a role is called."""
    return words(ROLE_WORDS[Role(role)])


def browser_words(agent: str) -> str:
    """Return browser and system, as far as its own words tell: ``Chrome · Windows``."""
    names = [next((name for mark, name in kinds if mark in agent), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in names if name) or _("不认识的浏览器")


def what_words(what: str) -> str:
    """Return what a line of the access log says."""
    return words(WHAT_WORDS[What(what)]) if what in set(What) else what


def fours(secret: str) -> str:
    """Return a secret in groups of four, as people copy it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
