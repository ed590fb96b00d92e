"""Webhooks out, for whoever manages tokens: made (secret shown once), tried, what was told, told again, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts import tokens
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.accounts.token_models import ApiToken
from hotline.directory.models import Partner, Station
from hotline.outgoing import addresses, desk, outbox
from hotline.outgoing.addresses import AddressError, SendError
from hotline.outgoing.desk import NewWebhook
from hotline.outgoing.events import EVENTS, name_of
from hotline.outgoing.models import Webhook
from hotline.outgoing.payload import SCOPES
from hotline.web import place
from hotline.web.api.problems import halves
from hotline.web.language import _, words
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("webhooks_out", __name__, url_prefix="/webhooks")
MANAGE = Permission.TOKENS_MANAGE


@dataclass(frozen=True)
class _Choices:
    stations: Sequence[Station]
    partners: Sequence[Partner]
    tokens: Sequence[ApiToken]


@views.get("")
@needs(MANAGE)
def overview() -> str:
    """The webhooks of one's subtree, and the form for another."""
    return _page()


@views.post("")
@needs(MANAGE)
def make() -> tuple[str, int]:
    """Make a webhook; its secret is shown once."""
    x = exchange()
    problem = _unreachable()
    with x.sessions.begin() as session:
        wanted = problem or _wanted(_choices(session))
        if isinstance(wanted, NewWebhook):
            row, secret = desk.make(session, x.vault, wanted, current.current().account.login, x.clock())
            desk.ping(session, row, x.clock())
            current.note(session, What.WEBHOOK_MADE, station_id=row.station_id, subject=f"{row.name} ({row.host})")
    if not isinstance(wanted, NewWebhook):
        return _page(wanted), 422
    return render_template("webhook_made.html", hook=row, secret=secret), 201


@views.get("/<uuid:webhook_id>")
@needs(MANAGE)
def show(webhook_id: UUID) -> str:
    """What one system was told last, and what it answered."""
    with exchange().sessions() as session:
        row = _found(session, webhook_id)
        return render_template(
            "webhook.html",
            hook=row,
            deliveries=desk.last(session, row.id),
            events=EVENTS,
            scopes=SCOPES,
            name_of=name_of,
        )


@views.post("/<uuid:webhook_id>/ping")
@needs(MANAGE)
def ping(webhook_id: UUID) -> AnyResponse:
    """Send a test."""
    with exchange().sessions.begin() as session:
        row = _found(session, webhook_id)
        if row.ended_at is None:
            desk.ping(session, row, exchange().clock())
            flash(_("测试消息已排队，几秒后刷新可看结果。"))
    return _back(webhook_id)


@views.post("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
@needs(MANAGE)
def again(webhook_id: UUID, delivery_id: UUID) -> AnyResponse:
    """Tell something again."""
    with exchange().sessions.begin() as session:
        row = _found(session, webhook_id)
        if row.ended_at is None and outbox.send_again(session, row.id, delivery_id, exchange().clock()):
            flash(_("已重新排队。"))
    return _back(webhook_id)


@views.post("/<uuid:webhook_id>/end")
@needs(MANAGE)
def end(webhook_id: UUID) -> AnyResponse:
    """Tell the system nothing any more."""
    with exchange().sessions.begin() as session:
        row = _found(session, webhook_id)
        desk.end(row, exchange().clock())
        current.note(session, What.WEBHOOK_ENDED, station_id=row.station_id, subject=f"{row.name} ({row.host})")
    flash(_("不再向 %(name)s 推送。", name=row.name))
    return redirect(url_for(".overview"), 303)


def _unreachable() -> str:
    """Why nothing may be sent to the address of the form; asked before a transaction is open."""
    try:
        addresses.judge(request.form.get("url", "").strip(), addresses.networks(exchange().settings.webhook_networks))
    except AddressError as error:
        return _("推送地址：%(why)s", why=words(halves(str(error))))
    except SendError:
        return _("推送地址：找不到这台主机。")
    return ""


def _wanted(choices: _Choices) -> NewWebhook | str:
    """What the form asks for, or a sentence that says what is wrong with it."""
    form = request.form
    name = form.get("name", "").strip()
    events = [event for event in EVENTS if event in form.getlist("event")]
    scopes = [scope for scope in SCOPES if scope.value in form.getlist("scope")]
    station, partner, token = (
        next((row for row in rows if str(row.id) == form.get(field)), None)
        for field, rows in (("station", choices.stations), ("partner", choices.partners), ("token", choices.tokens))
    )
    if not 1 <= len(name) <= 64:
        return _("请填写系统名称，最多 64 个字。")
    if not events:
        return _("请至少选择一类推送内容。")
    if station is None and (form.get("station") or current.reach().tenant_id is not None):
        return _("请选择服务站。")
    if (form.get("partner") and partner is None) or (form.get("token") and token is None):
        return _("请重新选择对方系统。")
    return NewWebhook(
        name, form.get("url", "").strip(), events, scopes, station.id if station else None,
        token.id if token else None, partner.id if partner else None,
    )  # fmt: skip


def _page(problem: str = "") -> str:
    x = exchange()
    with x.sessions() as session:
        choices, rows = _choices(session), desk.within(session, current.reach())
        return render_template(
            "webhooks.html", hooks=rows, standing=desk.standing(session, [row.id for row in rows]), choices=choices,
            names={s.id: s for s in choices.stations}, events=EVENTS, scopes=SCOPES, problem=problem,
            form=request.form, whole=current.reach().tenant_id is None,
        )  # fmt: skip


def _choices(session: Session) -> _Choices:
    reach = current.reach()
    partners = select(Partner).where(reach.covers_tenant(Partner.tenant_id), Partner.active)
    return _Choices(
        place.offered(session, reach),
        session.scalars(partners.order_by(Partner.tenant_id, Partner.code)).all(),
        [token for token in tokens.within(session, reach) if token.revoked_at is None],
    )


def _found(session: Session, webhook_id: UUID) -> Webhook:
    return desk.find(session, current.reach(), webhook_id) or abort(404)


def _back(webhook_id: UUID) -> AnyResponse:
    return redirect(url_for(".show", webhook_id=webhook_id), 303)
