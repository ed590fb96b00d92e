"""Where somebody goes on after a form: back to a page of ours, never elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_address(text: str) -> str:
    """Return the path and question of an address of ours; ``/`` for anything else."""
    parts = urlsplit(text.strip())
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
