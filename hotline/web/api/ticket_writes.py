"""Work on tickets by other systems: by the rules of the ticket's page, with If-Match and Idempotency-Key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from hotline.accounts.roles import Permission
from hotline.calls.kinds import branch_calls, cases, referral
from hotline.calls.kinds.feedback import Said as FeedbackSaid
from hotline.calls.kinds.feedback import take as take_feedback
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import Partner, Team
from hotline.web.api.access import api, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.problems import refuse
from hotline.web.api.schema import TicketStory
from hotline.web.api.schema_writes import (
    Added,
    AnswerSent,
    CommentSent,
    FeedbackSent,
    Fresh,
    GuidanceSent,
    ReferralSent,
    ResultSent,
    StepSent,
)
from hotline.web.api.writing import REFUSED, change
from hotline.web.ticket.recording import LONGEST_DEADLINE
from hotline.web.ticket.work import NOTES, note_choices, work_choices
from hotline.web.ticket.working import Held
from tickets import clocks, corrections, desk, feedback, guidance, referrals
from tickets.states import Action, ImpossibleError, State, after

WORK = Permission.TICKETS_WORK
ADDED = answers(TicketStory, *REFUSED)
FRESH = answers(TicketStory, *REFUSED, 428)


@api.post("/tickets/<uuid:ticket_id>/comments")
@scope(WORK)
@spec.validate(resp=ADDED, tags=["tickets"])
def comment(ticket_id: UUID, json: CommentSent, headers: Added) -> Response:
    """Add a comment."""

    def step(held: Held) -> None:
        desk.refuse_merged(held.ticket)
        _say(held, json.words)

    return change(ticket_id, json, headers, step)


@api.put("/tickets/<uuid:ticket_id>/answer")
@scope(WORK)
@spec.validate(resp=FRESH, tags=["tickets"])
def answer(ticket_id: UUID, json: AnswerSent, headers: Fresh) -> Response:
    """Write or correct the answer, the need and the domain."""

    def step(held: Held) -> None:
        ticket = held.ticket
        given: dict[str, Any] = json.model_dump(exclude_none=True)
        said = corrections.Said(**({"need": ticket.need, "domain": ticket.domain, "answer": ticket.answer} | given))
        corrections.correct(held.session, ticket, said, held.by, held.now)

    return change(ticket_id, json, headers, step)


@api.post("/tickets/<uuid:ticket_id>/guidance")
@scope(WORK)
@spec.validate(resp=ADDED, tags=["tickets"])
def give_guidance(ticket_id: UUID, json: GuidanceSent, headers: Added) -> Response:
    """Give guidance."""

    def step(held: Held) -> None:
        guidance.give(
            held.session, held.ticket.id, by=held.by, now=held.now, through="console",
            entry_id=_entry(held, json.entry), text=json.words,
        )  # fmt: skip

    return change(ticket_id, json, headers, step)


@api.post("/tickets/<uuid:ticket_id>/steps")
@scope(WORK)
@spec.validate(resp=FRESH, tags=["tickets"])
def take_step(ticket_id: UUID, json: StepSent, headers: Fresh) -> Response:
    """Follow up, resolve, close or reopen; or note that the survivor was told, visited, is awaited or back."""

    def step(held: Held) -> None:
        desk.refuse_merged(held.ticket)
        _say(held, json.words)
        if json.step in NOTES:
            if json.step not in note_choices(held.ticket):
                raise ImpossibleError("工单已经办结 (The ticket is over)")
            NOTES[json.step][1](held)
            clocks.follow(held.session, held.ticket, held.now)
            return
        action = Action(json.step)
        if action not in work_choices(held.ticket):
            after(State(held.ticket.state), action)  # says what is possible
            raise ImpossibleError("工单现在不能这样办理 (This step is not possible now)")
        desk.move(held.session, held.ticket, action, held.now, actor=held.by)

    return change(ticket_id, json, headers, step)


@api.post("/tickets/<uuid:ticket_id>/referrals")
@scope(WORK)
@spec.validate(resp=FRESH, tags=["tickets"])
def refer(ticket_id: UUID, json: ReferralSent, headers: Fresh) -> Response:
    """Hand the ticket to a partner or volunteer team; they are rung and asked, or told by their webhook."""

    def step(held: Held) -> None:
        if json.deadline and not held.now < json.deadline <= held.now + LONGEST_DEADLINE:
            refuse(422, errors=[{"field": "deadline", "reason": "must lie ahead, within ninety days"}])
        referral.hand_over(held.work, held.ticket, _owner(held, json.to), held.by, json.deadline)
        _say(held, json.words)

    return change(ticket_id, json, headers, step)


@api.post("/tickets/<uuid:ticket_id>/referrals/result")
@scope(WORK)
@spec.validate(resp=ADDED, tags=["tickets"])
def referral_result(ticket_id: UUID, json: ResultSent, headers: Added) -> Response:
    """Say what became of a ticket that was handed over: accepted, done, refused or failed."""

    def step(held: Held) -> None:
        current = referrals.open_referral(held.session, held.ticket.id)
        if current is None:
            raise ImpossibleError("这张工单现在没有转办 (The ticket is not handed over)")
        if json.result == "done":
            referrals.done(held.session, held.ticket, current, held.now, json.words, by=held.by)
            return
        if json.result == "accepted":
            referrals.accept(held.session, current, held.now)
        else:
            branch_calls.give_back(held.work, held.ticket, current, json.result, "by_api")
        _say(held, json.words)

    return change(ticket_id, json, headers, step)


@api.post("/tickets/<uuid:ticket_id>/feedback")
@scope(WORK)
@spec.validate(resp=FRESH, tags=["tickets"])
def feed_back(ticket_id: UUID, json: FeedbackSent, headers: Fresh) -> Response:
    """Write down what the survivor says of the help; not satisfied or not solved reopens the ticket."""

    def step(held: Held) -> None:
        if not feedback.may_record(held.ticket):
            raise ImpossibleError("工单办结以后才能登记效果反馈 (Feedback is for tickets that were resolved)")
        said = FeedbackSaid(json.rating, json.solved, json.words)
        take_feedback(held.work, held.ticket, said, json.asked_by, json.how)

    return change(ticket_id, json, headers, step)


def _say(held: Held, words: str) -> None:
    if words.strip():
        desk.note(held.session, held.ticket.id, "comment", held.now, actor=held.by, said=words.strip())


def _entry(held: Held, code: str | None) -> UUID | None:
    if code is None:
        return None
    mine = select(CatalogueEntry.id).where(
        CatalogueEntry.tenant_id == held.ticket.tenant_id, CatalogueEntry.code == code, CatalogueEntry.active
    )
    return held.session.scalars(mine).first() or refuse(
        422, errors=[{"field": "entry", "reason": "not in the catalogue"}]
    )


def _owner(held: Held, code: str) -> UUID:
    """Whom a code names, of those that the ticket's page offers."""
    offered = {UUID(choice.id) for choice in cases.branches_for(held.work, held.ticket)}
    found = [
        held.session.scalars(select(kind.id).where(kind.tenant_id == held.ticket.tenant_id, kind.code == code)).first()
        for kind in (Partner, Team)
    ]
    return next((id_ for id_ in found if id_ in offered and id_ is not None), None) or refuse(
        422, errors=[{"field": "to", "reason": "no partner or team of this code serves the ticket's place"}]
    )
