"""The carrier's HTTP server: REST interface, recordings, phone wall."""

from __future__ import annotations

from pathlib import Path

from aiohttp import BasicAuth, web

from hotline.simulator.carrier import Carrier
from hotline.simulator.rest.core import Rest
from hotline.simulator.web.wall import Wall, refusals

PAGE = Path(__file__).parents[1] / "wall"


def make_app(carrier: Carrier, app_url: str) -> web.Application:
    """Return the server of a carrier; ``app_url`` is where the application's own pages are."""
    app = web.Application(middlewares=[refusals])
    rest = Rest(carrier)

    async def answer(request: web.Request) -> web.Response:
        form = [(name, str(value)) for name, value in (await request.post()).items()]
        reply = rest.handle(request.method, request.path, list(request.query.items()), form, _auth(request))
        if reply.media is not None:
            return web.Response(body=reply.media, content_type="audio/x-wav")
        if reply.json is None:
            return web.Response(status=reply.status)
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if reply.status == 401 else {}
        return web.json_response(reply.json, status=reply.status, headers=headers)

    async def page(_: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    app.router.add_route("*", "/2010-04-01/{tail:.*}", answer)
    app.router.add_route("*", "/api/laml/2010-04-01/{tail:.*}", answer)
    app.add_routes(Wall(carrier, app_url).routes())
    app.router.add_get("/", page)
    app.router.add_static("/", PAGE)
    return app


def _auth(request: web.Request) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    try:
        given = BasicAuth.decode(header, encoding="utf-8")
    except ValueError:
        return None
    return given.login, given.password
