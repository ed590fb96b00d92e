"""People on the roster of the small county's township, their handset, and the accounts they sign in with."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.calls.models import Call, Leg
from hotline.directory.models import Handset, Staff
from hotline.roster.models import Pattern
from tests.web.browsers import an_account, sign_in
from tests.web.ticket_world import Try, World
from tickets.models import Ticket

T = TypeVar("T")
RINGING = Try(1, "duty", "龙港镇值班手机（安一）", "duty", "ringing", 2, name="龙港镇")
TALKING = Try(1, "duty", "龙港镇值班手机（安一）", "duty", "accepted", 2, 4, 6, None, "1", "龙港镇")
TALKED = Try(1, "duty", "龙港镇值班手机（安一）", "duty", "ended", 2, 4, 6, 90, "1", "龙港镇")


class People:
    """安一 and 薄二 take turns of 24 hours from eight o'clock; on Monday 23 November 2026 安一 has it. 蔡三 is free."""

    def __init__(self, app: Flask, session: Session, world: World, now: datetime) -> None:
        self.app, self.session, self.world, self.now = app, session, world, now
        self.handset = self._handset("+8615403560101")
        self.ann, self.bo, self.cai = (
            self._staff(code, name, f"+861540357020{at}")
            for at, (code, name) in enumerate((("ann", "安一"), ("bo", "薄二"), ("cai", "蔡三")))
        )

    def roster(self) -> None:
        """Put the two on the roster."""
        self._pattern("first", self.ann, self.bo)

    def backup(self) -> None:
        """Put 蔡三 behind them."""
        self._pattern("backup", self.cai)

    def _pattern(self, role: str, *staff: Staff) -> None:
        self._add(
            Pattern(
                tenant_id=self.world.tenant.id, station_id=self.world.township.id, role=role, code=role,
                staff_ids=[one.id for one in staff], starts=date(2026, 11, 23), at=time(8), hours=24, every=24,
            )
        )  # fmt: skip

    def browser(self, staff: Staff | None, role: Role = Role.DUTY) -> FlaskClient:
        """Return a browser in which somebody has signed in; None: an account that is nobody's on the roster."""
        account = an_account(self.session, role, self.world.township, self.now)
        account.staff_id = staff.id if staff else None
        self.session.flush()
        return sign_in(self.app, self.session, account, self.now)

    def rings_here(self, ticket: Ticket) -> Ticket:
        """The ticket's calls rang the duty handset."""
        for leg in self.session.scalars(select(Leg).join(Call).where(Call.ticket_id == ticket.id)):
            leg.target_id = self.handset.id
        self.session.flush()
        return ticket

    def _handset(self, number: str) -> Handset:
        vault = self.world.vault
        return self._add(
            Handset(
                tenant_id=self.world.tenant.id, code="h1", station_id=self.world.township.id,
                number_hash=vault.fingerprint(number), number_sealed=vault.seal(number),
            )
        )  # fmt: skip

    def _staff(self, code: str, name: str, number: str) -> Staff:
        vault = self.world.vault
        return self._add(
            Staff(
                tenant_id=self.world.tenant.id, code=code, station_id=self.world.township.id, name=name,
                number_hash=vault.fingerprint(number), number_sealed=vault.seal(number),
            )
        )  # fmt: skip

    def _add(self, row: T) -> T:
        self.session.add(row)
        self.session.flush()
        return row
