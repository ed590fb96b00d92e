"""What the API says of itself: the document, whether it works, and which token asks."""

from __future__ import annotations

from flask import Response, current_app, jsonify
from spectree import Response as Answers
from sqlalchemy import text

from hotline.web.api.access import api, open_, scope, token, top
from hotline.web.api.document import document, spec
from hotline.web.api.schema import Health, Me, Problem
from hotline.web.webhooks import exchange


@api.get("/openapi.json")
@open_
def openapi() -> Response:
    """The OpenAPI document."""
    return jsonify(document(current_app))


@api.get("/health")
@open_
@spec.validate(resp=Answers(HTTP_200=Health, HTTP_503=Problem), tags=["about"], security={})
def health() -> Health:
    """Whether the service and its database answer."""
    with exchange().sessions() as session:
        session.execute(text("SELECT 1"))
    return Health(status="ok")


@api.get("/me")
@scope()
@spec.validate(resp=Answers(HTTP_200=Me, HTTP_401=Problem, HTTP_429=Problem), tags=["about"])
def me() -> Me:
    """The token that asks."""
    mine, station = token(), top()
    return Me(name=mine.name, scopes=mine.scopes, station=station.code if station else None, expires_at=mine.expires_at)
