"""The floor of the inbound webhook: bare Flask that parses the same form and answers a document of the same kind."""

from __future__ import annotations

from flask import Flask, Response, request

SAID = '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="zh-CN">您好</Say><Pause length="1"/></Response>'


def create_app() -> Flask:
    """Return an application with the one address that is asked."""
    app = Flask("bare")

    @app.post("/carrier/voice")
    def voice() -> Response:
        said = SAID if request.form["CallSid"] and request.form["From"] else ""
        return Response(said, mimetype="text/xml", headers={"Connection": "close"})  # as ours: see hotline restart

    return app
