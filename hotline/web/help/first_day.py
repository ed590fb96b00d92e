"""The guided first day: what must be true before a county is turned on; each step ticks itself from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import demo
from hotline.accounts.access import What
from hotline.accounts.models import Account
from hotline.accounts.roles import Permission
from hotline.calls.models import Call
from hotline.directory.models import Handset, Line, Staff, Survivor
from hotline.reach import Reach
from hotline.roster import duty
from hotline.roster.queries import load_rosters, stations_shown
from hotline.web import place
from hotline.web.language import _, language
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets.models import Ticket

views = Blueprint("first_day", __name__, url_prefix="/first-day")
AHEAD = timedelta(days=7)
"""How far ahead the roster must be without gaps."""


@dataclass(frozen=True)
class Step:
    """Something to do: done or not, how far it is, and the page on which it is done (empty: by telephone)."""

    name: str
    done: bool
    how_far: str
    what: str
    endpoint: str = ""
    permission: Permission = Permission.TICKETS_SEE
    """What the page on which it is done needs."""


@views.get("")
@needs(Permission.DIRECTORY_SEE)
def show() -> tuple[str, int]:
    """The checklist."""
    return _page()


@views.post("/demo-off")
@needs(Permission.SYSTEM_EDIT)
def demo_off() -> AnyResponse | tuple[str, int]:
    """Take the sample county away; its name must be typed, and a demo account may not do it."""
    x, mine = exchange(), current.current()
    if mine.account.demo or current.reach().tenant_id is not None:
        abort(403)
    try:
        with x.sessions.begin() as session:
            found = demo.sample(session)
            if found and request.form.get("name", "").strip() != found.name:
                return _page(_("名称：请原样填写示例县的名称。"))
            removed = demo.take_away(session, x.vault, x.clock())
            current.note(session, What.DEMO_REMOVED, subject=f"{removed.name} · {removed.rows}")
    except demo.DemoError as error:
        return _page(error.english if language() == "en" else error.chinese)
    demo.forget_files(x.settings, removed)
    flash(_("示例县已清除，可以导入自己的通讯录了。"), "good")
    return redirect(url_for("first_day.show"), 303)


def steps(session: Session, where: Place | None, reach: Reach, now: datetime) -> Sequence[Step]:
    """Return the steps in their order, as they stand at ``now``."""
    return [
        _accounts(session, reach),
        _directory(session, where),
        _roster(session, where, now),
        _handsets(session, where),
        _greeting(session, where),
        _ticket(session, where),
    ]


def _page(problem: str = "") -> tuple[str, int]:
    x = exchange()
    with x.sessions() as session:
        where = place.find(session, current.reach())
        mine = current.current()
        may_clear = current.may(Permission.SYSTEM_EDIT) and not mine.account.demo and current.reach().tenant_id is None
        page = render_template(
            "first_day.html", where=where, tenant=where and where.tenant, problem=problem,
            steps=steps(session, where, current.reach(), x.clock()), sample=demo.sample(session), may_clear=may_clear,
        )  # fmt: skip
    return page, 422 if problem else 200


def _accounts(session: Session, reach: Reach) -> Step:
    usable = select(func.count()).select_from(Account).where(Account.active, ~Account.demo)
    found = session.scalar(usable.where(reach.covers_station(Account.station_id))) or 0
    return Step(
        _("建立正式账号"), found > 0, _("%(count)s 个正式账号", count=found),
        _("每人一个账号，按岗位给角色；演示账号不能用于正式值守。"), "accounts.overview", Permission.ACCOUNTS_MANAGE,
    )  # fmt: skip


def _directory(session: Session, where: Place | None) -> Step:
    counts = [_count(session, model, where) for model in (Line, Handset, Staff, Survivor)]
    how_far = _("%(lines)s 条热线、%(handsets)s 部手机、%(staff)s 名人员、%(survivors)s 名遗属",
                lines=counts[0], handsets=counts[1], staff=counts[2], survivors=counts[3])  # fmt: skip
    return Step(
        _("导入通讯录"), all(counts), how_far,
        _("下载模板，填好站点、手机、人员、遗属和热线后一次导入；有错会逐条指出。"), "directory_import.form",
        Permission.DIRECTORY_EDIT,
    )  # fmt: skip


def _roster(session: Session, where: Place | None, now: datetime) -> Step:
    gaps, unkept = 0, 0
    if where:
        inside = set(where.ids)
        ids = [row.id for row in stations_shown(session, where.tenant.code) if row.id in inside]
        rosters = load_rosters(session, ids, now, now + AHEAD)
        unkept = sum(not roster.first.is_kept for roster in rosters.values())
        gaps = sum(len(duty.gaps(roster, now, now + AHEAD)) for roster in rosters.values() if roster.first.is_kept)
    return Step(
        _("排好七天的班"), where is not None and not gaps and not unkept,
        _("七天内 %(gaps)s 处空缺，%(unkept)s 个站没有排班", gaps=gaps, unkept=unkept),
        _("每个站时时有人值班；空缺在排班表上标红。"), "roster.show", Permission.ROSTER_SEE,
    )  # fmt: skip


def _handsets(session: Session, where: Place | None) -> Step:
    every = _count(session, Handset, where)
    heard = 0
    if where:
        pressed = select(func.count()).select_from(Handset).where(Handset.active, Handset.confirmed_at.is_not(None))
        heard = session.scalar(pressed.where(Handset.station_id.in_(where.ids))) or 0
    return Step(
        _("测通值班手机"), every > 0 and heard == every, _("%(heard)s / %(every)s 部测通", heard=heard, every=every),
        _("系统每天在测试时段逐部拨打，接起按任意键即通过；也可用手机拨热线。"), "wallboard.show", Permission.WALLBOARD,
    )  # fmt: skip


def _greeting(session: Session, where: Place | None) -> Step:
    rung = 0
    if where:
        mine = select(func.count()).select_from(Call).where(Call.tenant_id == where.tenant.id, Call.direction == "in")
        rung = session.scalar(mine) or 0
    return Step(
        _("拨打热线，听一遍提示语"), rung > 0, _("已有 %(count)s 次来电", count=rung),
        _("用任意电话拨打热线，听问候和等候时的提示，请值班员接听。"),
    )  # fmt: skip


def _ticket(session: Session, where: Place | None) -> Step:
    done = 0
    if where:
        mine = select(func.count()).select_from(Ticket).where(Ticket.tenant_id == where.tenant.id)
        done = session.scalar(mine.where(Ticket.wrapped_at.is_not(None))) or 0
    return Step(
        _("办结第一张工单"), done > 0, _("%(count)s 张已小结", count=done),
        _("挂机后一分钟内值班手机会再响，按键登记办理结果；也可在工单页填写。"), "pages.tickets",
    )  # fmt: skip


def _count(
    session: Session, model: type[Line] | type[Handset] | type[Staff] | type[Survivor], where: Place | None
) -> int:
    if where is None:
        return 0
    mine = select(func.count()).select_from(model).where(model.tenant_id == where.tenant.id, model.active)
    return session.scalar(mine.where(model.station_id.in_(where.ids))) or 0
