"""The three records at a ticket's page (Q21 s.12): answer and need, guidance, feedback; and the referral."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases, referral
from hotline.calls.kinds.feedback import Said as FeedbackSaid
from hotline.calls.kinds.feedback import take as take_feedback
from hotline.clock import SHANGHAI, local
from hotline.directory.catalogue import search
from hotline.directory.catalogue.search import Hit
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket.record import HOW
from hotline.web.ticket.working import Held, hold, page, take, text
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets import corrections, desk, feedback, guidance, queries, referrals
from tickets.feedback import RATINGS, OwnAnswerError
from tickets.guidance import GuidanceError, Helped
from tickets.guidance_models import GuidanceGiven
from tickets.levels import CATEGORIES, Category

views = Blueprint("ticket_record", __name__, url_prefix="/tickets/<uuid:ticket_id>")
LONGEST_DEADLINE = timedelta(days=90)
VOCABULARY = {
    "need_words": NEEDS, "domain_words": DOMAINS, "category_words": CATEGORIES, "rating_words": RATINGS,
    "referral_words": referrals.WORDS, "feedback_how": HOW,
}  # fmt: skip
"""Codes and their words, for the templates."""


@views.post("/record")
@needs(Permission.TICKETS_WORK)
def record(ticket_id: UUID) -> AnyResponse:
    """Write or correct need, category and answer."""
    return take(ticket_id, "record", _record)


def _record(held: Held) -> None:
    need, domain, category = (request.form.get(name, "") for name in ("need", "domain", "category"))
    for value, known, label in ((need, NEEDS, _("需求")), (domain, DOMAINS, _("领域"))):
        if value and value not in known:
            raise WrongError(_("%(label)s：没有这一项。", label=label))
    if category and category not in CATEGORIES:
        raise WrongError(_("%(label)s：没有这一项。", label=_("类别")))
    said = corrections.Said(need, domain, text("answer"), cast(Category, category) if category else None)
    if not corrections.correct(held.session, held.ticket, said, held.by, held.now):
        raise WrongError(_("没有改动。"))


@views.post("/guidance/search")
@needs(Permission.GUIDANCE_SEE)
def find_guidance(ticket_id: UUID) -> Response | str:
    """What the catalogue has for some words: as you type a list, without JavaScript the page with the list."""
    x, typed = exchange(), text("words", 100)
    with x.sessions() as session:
        if "HX-Request" not in request.headers:
            held = hold(x, session, ticket_id)
            return page(held, form="guidance", hits=_hits(held, typed))
        ticket = queries.find(session, current.reach(), ticket_id) or abort(404)
        found = search.search(session, ticket.tenant_id, typed, local(x.clock()).date(), limit=8)
        return render_template("_guidance_hits.html", hits=found if typed else None, words=typed, ticket=ticket)


def _hits(held: Held, typed: str) -> list[Hit]:
    today: date = local(held.now).date()
    return search.search(held.session, held.ticket.tenant_id, typed, today, limit=8)


@views.post("/guidance")
@needs(Permission.TICKETS_WORK)
def give_guidance(ticket_id: UUID) -> AnyResponse:
    """Give an entry of the catalogue, or a sentence of one's own; given twice it is there once."""
    return take(ticket_id, "guidance", _give, additive=True)


def _give(held: Held) -> None:
    entry, advice = _uuid(request.form.get("entry", "")), text("advice", 500)
    try:
        guidance.give(
            held.session, held.ticket.id, by=held.by, now=held.now, through="console", entry_id=entry, text=advice
        )  # fmt: skip
    except GuidanceError as error:
        raise WrongError(cases.in_language(str(error), language())) from None


@views.post("/guidance/<uuid:guidance_id>")
@needs(Permission.TICKETS_WORK)
def guidance_helped(ticket_id: UUID, guidance_id: UUID) -> AnyResponse:
    """Note that guidance helped, or did not."""

    def step(held: Held) -> None:
        given = held.session.get(GuidanceGiven, guidance_id)
        helped = request.form.get("helped", "")
        if given is None or given.ticket_id != held.ticket.id or helped not in ("yes", "no", "unknown"):
            abort(404)
        guidance.mark_helped(held.session, guidance_id, cast(Helped, helped), by=held.by, now=held.now)

    return take(ticket_id, "guidance", step, additive=True)


@views.post("/referral")
@needs(Permission.TICKETS_WORK)
def refer(ticket_id: UUID) -> AnyResponse:
    """Hand the ticket to a team or partner with a deadline; they are rung and asked."""
    return take(ticket_id, "referral", _refer)


def _refer(held: Held) -> None:
    chosen = request.form.get("branch", "")
    if chosen not in {choice.id for choice in cases.branches_for(held.work, held.ticket)}:
        raise WrongError(_("请选择转给哪个志愿队或协作单位。"))
    deadline = _deadline(held.now)
    referral.hand_over(held.work, held.ticket, UUID(chosen), held.by, deadline)
    if said := text("why", 500):
        desk.note(held.session, held.ticket.id, "comment", held.now, actor=held.by, said=said)


def _deadline(now: datetime) -> datetime:
    typed = request.form.get("deadline", "")
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise WrongError(_("期限“%(typed)s”不是时间。", typed=typed[:20])) from None
    found = found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found
    if not now < found <= now + LONGEST_DEADLINE:
        raise WrongError(_("期限须在现在之后、九十天之内。"))
    return found


@views.post("/referral/end")
@needs(Permission.TICKETS_WORK)
def end_referral(ticket_id: UUID) -> AnyResponse:
    """Write down that they have helped, or take the ticket back."""
    return take(ticket_id, "referral", _end)


def _end(held: Held) -> None:
    current_one = referrals.open_referral(held.session, held.ticket.id)
    if current_one is None:
        raise WrongError(_("这张工单现在没有转办。"))
    if request.form.get("do") == "done":
        result = text("result", 500)
        if not result:
            raise WrongError(_("请写下对方办理的结果。"))
        referrals.done(held.session, held.ticket, current_one, held.now, result, by=held.by)
    else:
        referrals.give_back(held.session, held.ticket, current_one, "withdrawn", held.now, "console", by=held.by)


@views.post("/feedback")
@needs(Permission.TICKETS_WORK)
def feed_back(ticket_id: UUID) -> AnyResponse:
    """Write down what the survivor says of the help, asked by telephone or in person, never of one's own answer."""
    return take(ticket_id, "feedback", _feed_back)


def _feed_back(held: Held) -> None:
    rating, solved, how = (request.form.get(name, "") for name in ("rating", "solved", "how"))
    if how not in ("call", "in_person"):
        raise WrongError(_("请选择回访方式。"))
    if rating not in {*RATINGS, ""} or solved not in ("yes", "no", ""):
        raise WrongError(_("请选择满意程度。"))
    if not rating and not solved:
        raise WrongError(_("请选择满意程度，或是否已解决。"))
    if not feedback.may_record(held.ticket):
        raise WrongError(_("工单办结以后才能登记效果反馈。"))
    said = FeedbackSaid(rating, {"yes": True, "no": False}.get(solved), text("words"))
    try:
        take_feedback(held.work, held.ticket, said, held.by, "call" if how == "call" else "in_person")
    except OwnAnswerError as error:
        raise WrongError(cases.in_language(str(error), language())) from None


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
