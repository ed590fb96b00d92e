"""What a webhook tells, for the OpenAPI document; what is really sent is checked against it by the tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hotline.web.api.schema import Place
from tickets.states import State

_TEMPLATE = "#/components/schemas/{model}"


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ToldSurvivor(_Told):
    """Who rang, where the webhook may know it."""

    name: str
    village: str


class ToldTicket(_Told):
    """A ticket as it stands when it is sent; moments are UTC."""

    id: UUID
    number: int = Field(description="The number people say aloud.")
    state: State
    need: str
    domain: str
    priority: str
    outcome: str
    version: int = Field(description="Grows with each change: what is lower is older.")
    station: Place
    opened_at: datetime
    answered_at: datetime | None
    call_back_by: datetime | None
    found_at: datetime | None
    came_at: datetime | None
    helped_at: datetime | None
    solved_at: datetime | None
    answer: str | None = Field(None, description="Only where words were granted.")
    matter: str | None = Field(None, description="What was handed over by the API; only where words were granted.")
    survivor: ToldSurvivor | None = Field(None, description="Only where name and village were granted.")
    caller: str | None = Field(None, description="Whole number (E.164); only where it was granted.")


class ToldReferral(_Told):
    """Whom the ticket was handed to last; for a webhook of one partner: its own referral."""

    to: str
    state: str = Field(description="offered, accepted, refused, done, failed or withdrawn.")
    deadline: datetime


class ToldData(_Told):
    """What happened to which ticket."""

    kind: str = Field(description="Kind of the history's line.")
    ticket: ToldTicket
    references: list[str] = Field(description="The system's own numbers of the ticket, where a token was chosen.")
    referral: ToldReferral | None = None
    words: str | None = Field(None, description="What somebody wrote; only where words were granted.")


class Told(_Told):
    """One telling. Headers: webhook-id (the same at every attempt), webhook-timestamp, webhook-signature."""

    type: str = Field(description="Name of the event, as chosen on the page Webhooks; `ping` is a test.")
    timestamp: datetime = Field(description="When it happened.")
    data: ToldData


def add(made: dict[str, Any]) -> None:
    """Put the webhook and its types into the document."""
    schema = Told.model_json_schema(ref_template=_TEMPLATE)
    found: dict[str, Any] = schema.pop("$defs")
    made["components"]["schemas"] |= {**found, "Told": schema}
    body = {"application/json": {"schema": {"$ref": _TEMPLATE.format(model="Told")}}}
    made["webhooks"] = {
        "ticket": {
            "post": {
                "summary": "工单有变化。",
                "description": "A ticket changed. Signed as Standard Webhooks; answer 2xx within 8 seconds.",
                "operationId": "told",
                "tags": ["tickets"],
                "security": [],
                "requestBody": {"required": True, "content": body},
                "responses": {"2XX": {"description": "Taken."}},
            }
        }
    }
