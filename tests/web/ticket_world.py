"""A small county with calls of every kind, written row by row: what the ticket pages are tested and looked at with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg, Recording
from hotline.db import new_id
from hotline.directory.models import Line, Station, Survivor, SurvivorPhone, Tenant
from hotline.vault import Vault
from tickets import desk
from tickets.models import Ticket

T = TypeVar("T")


@dataclass(frozen=True)
class Try:
    """One telephone of a chain; seconds count from the start of the call."""

    tier: int
    kind: str
    label: str
    reason: str
    state: str
    rung: float | None = None
    picked: float | None = None
    accepted: float | None = None
    ended: float | None = None
    key: str = ""
    name: str = ""
    ring_seconds: int = 15
    plan: int = 1


DUTY = Try(1, "duty", "李建国（龙港镇值班）", "duty", "ended", 7, 13, 16, 248, "1", "龙港镇")
BACKUP = Try(2, "backup", "周敏（龙港镇备班）", "backup", "planned", name="龙港镇", ring_seconds=12)
VILLAGE = Try(2, "backup", "柳湾村服务站", "village", "planned", name="龙港镇", ring_seconds=12)
PARENT = Try(3, "neighbour", "郑庄镇值班手机", "neighbour", "planned", name="郑庄镇", ring_seconds=10)
COUNTY = Try(4, "county", "县中心值班室", "county", "planned", name="沁水县中心", ring_seconds=10)
TEAM = Try(5, "volunteer", "红烛志愿服务队", "team", "planned", name="红烛志愿服务队", ring_seconds=8)
CLOSED = Try(0, "partner", "县人民医院绿色通道", "closed", "passed_over", name="", ring_seconds=8)
REST = (BACKUP, VILLAGE, PARENT, COUNTY, TEAM, CLOSED)


class World:
    """The county, and what happened in it."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session, self.vault = session, vault
        self.tenant = self._add(
            Tenant(code="qinshui", name="沁水县", name_en="Qinshui County", levels=["县", "乡镇", "村"])
        )
        self.county = self._station("C", "沁水县退役军人服务中心", "Qinshui centre", 0)
        self.township = self._station("T1", "龙港镇退役军人服务站", "Longgang", 1, self.county)
        self.village = self._station("V1", "柳湾村退役军人服务站", "Liuwan village", 2, self.township)
        self.line = self._line("main", "沁水县关爱热线", "Qinshui care hotline", "+8635600000001")
        self.people = {
            name: self._survivor(code, name, number)
            for code, name, number in (
                ("S1", "王秀英", "+8615400000001"),
                ("S2", "张福贵", "+8635600000022"),
                ("S3", "刘桂兰", "+8615400000003"),
                ("S4", "陈德明", "+8615400000004"),
            )
        }

    def call(
        self,
        who: str | None,
        at: datetime,
        tries: Sequence[Try] = (),
        *,
        lasted: float | None,
        outcome: str = "",
        ticket: Ticket | None = None,
        number: str | None = "+8615400000099",
        message: int = 0,
        need: str = "",
        urgent: bool = False,
        plan: int = 1,
        fetched: str = "",
    ) -> Ticket:
        """Write a call with its legs and everything its ticket says of it; ``lasted`` None: it still goes on."""
        session, vault = self.session, self.vault
        survivor, phone = (self.people[who]) if who else (None, number)
        hash_, sealed = (vault.fingerprint(phone), vault.seal(phone)) if phone else (None, None)
        station = self.township.id
        if ticket is None:
            contact = desk.Contact(
                self.tenant.id, station, self.line.id, survivor.id if survivor else None, hash_, sealed
            )
            ticket = desk.open_ticket(session, contact, at)
        ticket.need = need
        call = Call(
            id=new_id(), sid=f"CA{new_id().hex}", tenant_id=self.tenant.id, line_id=self.line.id, station_id=station,
            home_id=self.village.id, ticket_id=ticket.id, survivor_id=survivor.id if survivor else None,
            from_hash=hash_, from_sealed=sealed, flow="main_line", need=need, urgent=urgent, plan=plan,
            started_at=at, seen_at=at, outcome=outcome,
            ended_at=None if lasted is None else at + timedelta(seconds=lasted),
        )  # fmt: skip
        session.add(call)
        session.flush()
        desk.note(session, ticket.id, "called", at, call=str(call.id), line=self.line.name)
        if urgent:
            desk.urgent(session, ticket, at + timedelta(seconds=4))
        for position, attempt in enumerate(tries):
            leg = self._leg(call, attempt, position)
            call.tier = max(call.tier, attempt.tier if leg.rung_at else 0)
            if leg.accepted_at:
                call.accepted_leg_id, call.accepted_at = leg.id, leg.accepted_at
                desk.answered(session, ticket, leg.label, int(attempt.accepted or 0), leg.accepted_at)
        self._end(call, ticket, message, fetched)
        session.flush()
        return ticket

    def _end(self, call: Call, ticket: Ticket, message: int, fetched: str) -> None:
        if call.ended_at is None:
            return
        session, end = self.session, call.ended_at
        if message:
            row = Recording(
                id=new_id(), sid=f"RE{new_id().hex}", call_id=call.id, ticket_id=ticket.id, kind="message",
                url="http://carrier.test/recording", seconds=message, at=end, file=fetched,
            )  # fmt: skip
            session.add(row)
            ticket.message_at = end
            desk.note(session, ticket.id, "message_left", end, seconds=message, recording=str(row.id))
        if call.outcome != "answered":
            if call.from_hash is None:
                desk.note(session, ticket.id, "no_number_to_ring", end, why=call.outcome)
            else:
                desk.promise_call_back(session, ticket, 15, end, call.outcome)
        talked = int((end - call.accepted_at).total_seconds()) if call.accepted_at else 0
        lasted = int((end - call.started_at).total_seconds())
        desk.note(
            session, ticket.id, "call_ended", end, outcome=call.outcome, how="hung_up", seconds=lasted, talked=talked
        )

    def _leg(self, call: Call, attempt: Try, position: int) -> Leg:
        def at(seconds: float | None) -> datetime | None:
            return None if seconds is None else call.started_at + timedelta(seconds=seconds)

        number = f"+86154{10000000 + len(attempt.label) * 1111 + position:08d}"
        leg = Leg(
            id=new_id(), call_id=call.id, plan=attempt.plan, tier=attempt.tier, position=position,
            tier_kind=attempt.kind, tier_name=attempt.name, target_kind="handset", target_id=new_id(),
            station_id=self.township.id, label=attempt.label, number_hash=self.vault.fingerprint(number),
            number_sealed=self.vault.seal(number), ring_seconds=attempt.ring_seconds, reason=attempt.reason,
            state=attempt.state, rung_at=at(attempt.rung), picked_up_at=at(attempt.picked),
            accepted_at=at(attempt.accepted), ended_at=at(attempt.ended), key=attempt.key,
        )  # fmt: skip
        self.session.add(leg)
        return leg

    def _station(self, code: str, name: str, name_en: str, level: int, parent: Station | None = None) -> Station:
        parent_id: UUID | None = parent.id if parent else None
        return self._add(
            Station(tenant_id=self.tenant.id, code=code, name=name, name_en=name_en, level=level, parent_id=parent_id)
        )

    def _line(self, code: str, name: str, name_en: str, number: str) -> Line:
        return self._add(
            Line(
                tenant_id=self.tenant.id, code=code, name=name, name_en=name_en, station_id=self.county.id,
                number_hash=self.vault.fingerprint(number), number_sealed=self.vault.seal(number),
            )
        )  # fmt: skip

    def _survivor(self, code: str, name: str, number: str) -> tuple[Survivor, str]:
        row = self._add(
            Survivor(tenant_id=self.tenant.id, code=code, name=name, station_id=self.village.id, village="柳湾村")
        )
        self._add(
            SurvivorPhone(
                survivor_id=row.id, number_hash=self.vault.fingerprint(number), number_sealed=self.vault.seal(number)
            )
        )
        return row, number

    def _add(self, row: T) -> T:
        self.session.add(row)
        self.session.flush()
        return row
