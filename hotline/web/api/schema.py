"""What the API takes and gives; the OpenAPI document is written from these types."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tickets.states import State

TEXT = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL."""
CURSOR = r"^[0-9]{1,17}-[0-9a-f]{32}$"
"""A place in a list, as a page gave it."""


class Strict(BaseModel):
    """Takes nothing that it does not know: a misspelt filter must not show everything."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why something cannot be done (RFC 9457)."""

    type: str
    title: str = Field(description="In Chinese, or English where Accept-Language asks for it.")
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] | None = Field(None, description="Field and reason, one each.")


class Me(BaseModel):
    """The token that asks."""

    name: str
    scopes: list[str]
    station: str | None = Field(description="Code of the top of its subtree; null: the whole installation.")
    expires_at: datetime


class Health(BaseModel):
    """Whether the service can be used."""

    status: str


class Place(BaseModel):
    """A station."""

    code: str
    name: str


class TicketsAsked(Strict):
    """Which tickets are asked for."""

    since: AwareDatetime | None = Field(None, description="Opened at or after this moment, with its zone.")
    until: AwareDatetime | None = Field(None, description="Opened before this moment, with its zone.")
    state: State | None = None
    cursor: str | None = Field(None, pattern=CURSOR, description="What the page before gave as `next`.")
    limit: int = Field(50, ge=1, le=100)


class TicketSent(Strict):
    """A matter that another system hands over: the duty chain rings for it, and the survivor is rung back."""

    reference: str = Field(
        min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$",
        description="The other system's own number of it. Sent again it answers with the same ticket.",
    )  # fmt: skip
    number: str = Field(
        min_length=3, max_length=40, pattern=TEXT, description="Telephone number of the survivor, as people write it."
    )
    words: str = Field(min_length=1, max_length=2000, pattern=TEXT, description="What it is about.")
    station: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of a station; null: that of the token or the ledger."
    )
    urgent: bool = Field(False, description="Danger or distress.")


class TicketOpened(BaseModel):
    """The ticket that was opened for it."""

    id: UUID
    number: int = Field(description="The number people say aloud.")
    reference: str


class TicketOut(BaseModel):
    """A ticket; moments are UTC, the caller's number is masked."""

    id: UUID
    number: int = Field(description="The number people say aloud.")
    station: Place
    state: State
    need: str
    domain: str
    priority: str
    outcome: str
    caller: str = Field(description="Masked telephone number.")
    opened_at: datetime
    answered_at: datetime | None
    waited_seconds: int | None = Field(description="First ring to the accept key.")
    message_at: datetime | None
    call_back_by: datetime | None
    answer: str
    found_at: datetime | None
    came_at: datetime | None
    helped_at: datetime | None
    solved_at: datetime | None


class EventOut(BaseModel):
    """One line of a ticket's history."""

    at: datetime
    kind: str
    actor: str


class TicketStory(TicketOut):
    """A ticket with its history."""

    events: list[EventOut]


class TicketPage(BaseModel):
    """Some tickets, newest first."""

    tickets: list[TicketOut]
    next: str | None = Field(description="The `cursor` of the next page; null: that was all.")
