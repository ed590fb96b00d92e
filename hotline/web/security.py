"""What every answer carries and every page asks: security headers, this machine only, no posts from elsewhere."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from hotline.calls.exchange import Exchange

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: nothing inline, nothing from elsewhere."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""Headers that tell of a proxy in between."""


def set_up(app: Flask) -> None:
    """Put the headers on every answer; pages are never stored by the browser."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "static" and "v" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def guard(exchange: Exchange) -> None:
    """Refuse a page to anybody but this machine as long as there is no sign-in, and posts from other sites.

    A server that listens on loopback answers pages only under a loopback name and not through a proxy: so neither
    the public address of the webhooks nor a foreign name that resolves to 127.0.0.1 shows them.
    """
    if _is_loopback(exchange.settings.host):
        proxied = any(name in request.headers for name in FORWARDED)
        if proxied or not _is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            abort(403)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method not in ("GET", "HEAD", "OPTIONS") and site not in ("same-origin", "none"):
        abort(403)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
