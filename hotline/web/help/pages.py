"""Help: a short guide per role and per page, in the console, offline; each page links to its own part."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, render_template, request, url_for

from hotline.accounts.roles import ROLE_WORDS, Role
from hotline.web.language import LOCALES, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import signed_in_only

views = Blueprint("help", __name__, url_prefix="/help")


@dataclass(frozen=True)
class Part:
    """One part of the guide. ``pages``: blueprints whose pages link to it."""

    id: str
    title: str
    steps: Sequence[str]
    pages: Sequence[str] = ()


@dataclass(frozen=True)
class Guide:
    """What each role does, and what each page is for."""

    roles: Mapping[str, Part]
    parts: Sequence[Part]


@views.get("")
@signed_in_only
def show() -> str:
    """The guide: one's own role first, then page by page, then the other roles."""
    found = guide(language())
    own = current.current().account.role
    return render_template(
        "help.html", own=found.roles[own], others=[part for role, part in found.roles.items() if role != own],
        parts=found.parts, tenant=None,
    )  # fmt: skip


def help_address() -> str:
    """Return the address of the part of the guide that the page shown belongs to."""
    blueprint = request.blueprint or ""
    part = next((part.id for part in guide(language()).parts if blueprint in part.pages), None)
    return url_for("help.show", _anchor=part)


@lru_cache(maxsize=len(LOCALES))
def guide(locale: str) -> Guide:
    """Return the guide in a language, read once."""
    read = tomllib.loads((Path(__file__).parent / f"{locale}.toml").read_text("utf-8"))
    roles = {role.value: ROLE_WORDS[role][locale == "en"] for role in Role}
    return Guide(
        {role: Part(f"role-{role}", roles[role], tuple(read["roles"][role])) for role in roles},
        [Part(one["id"], one["title"], tuple(one["steps"]), tuple(one["pages"])) for one in read["parts"]],
    )
