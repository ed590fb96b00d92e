"""The three rates of a period (接诉即办 practice), each with the definition that is shown beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from tickets.models import Feedback, Ticket
from tickets.states import State

DEFINITIONS: dict[str, tuple[str, str]] = {
    "response": (
        "响应率：本期工单中，已有工作人员接通或回电联系上来电人的比例（并入他单的不计）。",
        "Response rate: share of the period's tickets in which a human has talked with the caller (merged ones aside).",
    ),
    "resolution": (
        "解决率：本期已收到回访意见的工单中，来电人认为问题已解决的比例。",
        "Resolution rate: share of the period's tickets with feedback in which the caller says it is solved.",
    ),
    "satisfaction": (
        "满意率：本期已收到满意度评价的工单中，满意和基本满意的比例。",
        "Satisfaction rate: share of the period's rated tickets that were rated satisfied or mostly satisfied.",
    ),
}
"""Rate -> its definition in Chinese and English."""


@dataclass(frozen=True)
class Rate:
    """A share with what it was counted from; ``share`` is None when there is nothing to count."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """The share between 0 and 1."""
        return self.part / self.whole if self.whole else None


def rates(
    session: Session, tenant_id: UUID, since: datetime, until: datetime, stations: Collection[UUID] | None = None
) -> dict[str, Rate]:
    """Return the three rates of the tickets opened in ``[since, until)``, by each ticket's newest feedback."""
    newest = (
        select(Feedback.ticket_id, Feedback.rating, Feedback.solved)
        .ext(distinct_on(Feedback.ticket_id))
        .order_by(Feedback.ticket_id, Feedback.at.desc())
        .subquery()
    )
    query = (
        select(
            func.count().filter(Ticket.answered_at.is_not(None)),
            func.count(),
            func.count().filter(newest.c.solved),
            func.count().filter(newest.c.solved.is_not(None)),
            func.count().filter(newest.c.rating.in_(("satisfied", "mostly"))),
            func.count().filter(newest.c.rating != ""),
        )
        .select_from(Ticket)
        .outerjoin(newest, newest.c.ticket_id == Ticket.id)
        .where(Ticket.tenant_id == tenant_id, Ticket.opened_at >= since, Ticket.opened_at < until)
        .where(Ticket.state != State.CANCELLED.value)
    )
    if stations is not None:
        query = query.where(Ticket.station_id.in_(stations))
    row = session.execute(query).one()
    return {
        "response": Rate(row[0], row[1]),
        "resolution": Rate(row[2], row[3]),
        "satisfaction": Rate(row[4], row[5]),
    }
