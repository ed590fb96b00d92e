"""What an address keeps from page to page: place and period."""

from __future__ import annotations

from flask import request

KEPT = ("tenant", "station", "since", "until")


def kept_query() -> dict[str, str]:
    """Return the part of this page's question that the pages it leads to are asked as well."""
    return {key: request.args[key] for key in KEPT if request.args.get(key)}
