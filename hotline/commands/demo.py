"""The demo accounts of the simulated county: one a role, entered by a click on this machine, without any password."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import demo
from hotline.accounts import people
from hotline.accounts.models import Account
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import WHOLE_INSTALLATION, Role
from hotline.commands import speak
from hotline.commands.county import exchange_of
from hotline.commands.database import exchange
from hotline.directory.models import Staff, Station
from hotline.embedded.errors import EmbeddedError
from hotline.roster.queries import duty_at
from hotline.settings import Settings

NAMES = {
    Role.DUTY: "陈小红",
    Role.HEAD: "张建国",
    Role.COORDINATOR: "李敏",
    Role.SUPERVISOR: "王志强",
    Role.AUDITOR: "赵静",
    Role.ADMINISTRATOR: "刘洋",
}
"""Made-up people; the two at a station are those of its roster instead, where it has any."""
AT_A_STATION = (Role.DUTY, Role.HEAD)


def make_demo_accounts(settings: Settings) -> bool:
    """Make the demo accounts where a demo can be used and there are none yet; return whether there are any."""
    if settings.carrier != "simulator" or not is_of_this_machine(settings.host):
        return False
    with exchange_of(settings) as x, x.sessions.begin() as session:
        if demo.is_off(session):
            return False
        if session.scalars(select(Account.id).where(Account.demo).limit(1)).first():
            return True
        top, station = _places(session)
        for role, name in NAMES.items():
            place = station if role in AT_A_STATION else top
            if place is None and role not in WHOLE_INSTALLATION:
                continue
            where = place.id if place and role is not Role.ADMINISTRATOR else None
            staff = _on_the_roster(session, place, role, x.clock()) if place and role in AT_A_STATION else None
            wanted = NewAccount(f"demo-{role}", staff.name if staff else name, role, where, demo=True)
            people.add(session, replace(wanted, staff_id=staff.id if staff else None), "demo", x.clock())
        return top is not None


def _on_the_roster(session: Session, station: Station, role: Role, now: datetime) -> Staff | None:
    """The station's head, or whoever is on duty there while the demo is made: so that it begins with a duty to see."""
    duty = duty_at(session, [station.id], now)[station.id].first
    mine = select(Staff).where(Staff.station_id == station.id, Staff.active, Staff.head == (role is Role.HEAD))
    found = session.scalars(mine.order_by(Staff.code)).all()
    return next((staff for staff in found if duty and staff.id == duty.staff_id), next(iter(found), None))


def is_of_this_machine(host: str) -> bool:
    """Return whether only this machine reaches a server that listens on ``host``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _places(session: Session) -> tuple[Station | None, Station | None]:
    """The top of the first tenant and the first station below it, as their file lists them; None in an empty one."""
    listed = select(Station).where(Station.active).order_by(Station.id).limit(1)  # identifiers follow the file
    top = session.scalars(listed.where(Station.parent_id.is_(None))).first()
    if top is None:
        return None, None
    return top, session.scalars(listed.where(Station.parent_id == top.id)).first() or top


def demo_off() -> None:
    """Take the sample county away and say what is left to do. Raises EmbeddedError."""
    with exchange() as x, x.sessions.begin() as session:
        try:
            removed = demo.take_away(session, x.vault, x.clock())
        except demo.DemoError as error:
            raise EmbeddedError(str(error)) from error
    demo.forget_files(x.settings, removed)
    speak.tell("✓", f"已清除示例县：{removed.name}（{removed.rows} 行）", "the sample county is taken away")
    speak.tell("·", "请导入自己的通讯录：hotline import 文件", "now import your own directory: hotline import FILE")
