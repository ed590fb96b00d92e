"""A month of synthetic calls over a real directory: written in bulk, the same every time for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from hotline.clock import local
from hotline.db import new_id
from hotline.directory.models import BranchLine, Line, Partner, Station, Survivor, Team, Tenant
from hotline.vault import Vault
from tickets.models import Feedback, Referral, Ticket, TicketEvent

HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 16, 11, 7, 6, 10, 14, 13, 10, 8, 9, 8, 5, 3, 2)
"""How often people ring, by hour of the day."""
TIERS = (
    ("duty", 1, 71, 8),
    ("backup", 2, 14, 27),
    ("neighbour", 3, 4, 41),
    ("county", 4, 4, 54),
    ("volunteer", 5, 2, 66),
)
"""Kind of tier, its number, how many of a hundred calls it answers, and after about how many seconds."""
NEEDS = ("", "", "", "daily_life", "daily_life", "urgent", "counselling", "emotional")


@dataclass
class _Rows:
    tickets: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    legs: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    referrals: list[dict[str, Any]] = field(default_factory=list)

    def write(self, session: Session) -> None:
        kinds = ((Ticket, self.tickets), (Call, self.calls), (Leg, self.legs), (TicketEvent, self.events))
        for model, rows in (*kinds, (Feedback, self.feedback), (Referral, self.referrals)):
            if rows:
                session.execute(insert(model), rows)
        session.flush()


class Month:
    """Writes calls before ``until``; each ends as calls do: answered at some depth, abandoned, or with a message."""

    def __init__(self, session: Session, vault: Vault, tenant: Tenant, seed: int = 1) -> None:
        self.session, self.vault, self.tenant, self.random = session, vault, tenant, Random(seed)
        stations = (
            select(Station).where(Station.tenant_id == tenant.id, Station.active).order_by(Station.level, Station.code)
        )
        self.stations = [s for s in session.scalars(stations) if s.level == 1]
        lines = session.scalars(
            select(Line).where(Line.tenant_id == tenant.id, Line.flow == "main").order_by(Line.code)
        )
        self.line = lines.all()[0]
        self.survivors = session.scalars(
            select(Survivor).where(Survivor.tenant_id == tenant.id).order_by(Survivor.code)
        ).all()
        branches = select(BranchLine).where(BranchLine.tenant_id == tenant.id).order_by(BranchLine.code)
        self.branches = session.scalars(branches).all()
        self.names = {row.id: row.name for kind in (Team, Partner) for row in session.scalars(select(kind))}

    def write(self, calls: int, until: datetime, days: int = 30) -> None:
        """Write ``calls`` calls within ``days`` before ``until``, in bulk."""
        rows = _Rows()
        for at in self._moments(calls, until, days):
            self._contact(rows, at, until)
            if len(rows.calls) >= 5000:
                rows.write(self.session)
                rows = _Rows()
        rows.write(self.session)

    def _moments(self, calls: int, until: datetime, days: int) -> Iterator[datetime]:
        begin = local(until).replace(hour=0, minute=0, second=0, microsecond=0)
        made = 0
        while made < calls:
            day = begin - timedelta(days=self.random.randrange(days))
            if day.weekday() >= 5 and self.random.random() < 0.45:
                continue
            hour = self.random.choices(range(24), HOURS)[0]
            at = day + timedelta(hours=hour, seconds=self.random.random() * 3600)
            if at < until - timedelta(minutes=10):
                made += 1
                yield at

    def _contact(self, rows: _Rows, at: datetime, until: datetime) -> None:
        random = self.random
        station = random.choices(self.stations, [6 / (1 + n) + 1 for n in range(len(self.stations))])[0]
        survivor = random.choice([*self.survivors, None, None])
        number = f"+86154{random.randrange(10**8):08d}"
        need = random.choice(NEEDS)
        weak = 1.6 if station is self.stations[-1] else 1.0
        fate = random.random() * 100 * weak
        reached, tier = self._reached(fate)
        waited = round(max(3.0, random.gauss(tier[3], tier[3] * 0.3)), 3) if reached else None
        ticket_id, call_id, leg_id = new_id(), new_id(), new_id()
        lasted = (waited + random.expovariate(1 / 170) + 20) if waited else random.choice((4, 19, 44, 90, 110))
        lost = "" if reached else ("message" if random.random() < 0.55 else "abandoned")
        end = at + timedelta(seconds=lasted)
        ticket: dict[str, Any] = dict.fromkeys(("answered_at", "waited_seconds", "call_back_by", "message_at"))
        ticket |= {"wrapped_at": None, "solved_at": None, "helped_at": None, "found_at": None, "outcome": ""}
        ticket |= {
            "id": ticket_id, "tenant_id": self.tenant.id, "station_id": station.id, "line_id": self.line.id,
            "survivor_id": survivor.id if survivor else None, "caller_hash": self.vault.fingerprint(number),
            "caller_sealed": self.vault.seal(number), "need": need, "opened_at": at, "state": "open",
            "answered_by": "", "priority": "urgent" if need == "urgent" else "normal",
        }  # fmt: skip
        rows.tickets.append(ticket)
        rows.calls.append({
            "id": call_id, "sid": f"CA{call_id.hex}", "tenant_id": self.tenant.id, "line_id": self.line.id,
            "station_id": station.id, "home_id": station.id, "ticket_id": ticket_id,
            "survivor_id": survivor.id if survivor else None, "from_hash": ticket["caller_hash"], "flow": "main_line",
            "need": need, "started_at": at, "seen_at": end, "ended_at": end, "outcome": lost or "answered",
            "accepted_leg_id": leg_id if reached else None,
            "accepted_at": at + timedelta(seconds=waited) if waited else None, "plan": 1, "tier": tier[1],
        })  # fmt: skip
        self._legs(rows, call_id, leg_id, station, at, tier, waited)
        self._event(rows, ticket_id, "opened", at)
        if waited:
            self._answered(rows, ticket, at + timedelta(seconds=waited), int(waited), end, until)
        else:
            self._missed(rows, ticket, end, until, message=lost == "message")

    def _reached(self, fate: float) -> tuple[bool, tuple[str, int, int, int]]:
        for tier in TIERS:
            fate -= tier[2]
            if fate < 0:
                return True, tier
        return False, TIERS[-1]

    def _legs(
        self, rows: _Rows, call_id: UUID, leg_id: UUID, station: Station, at: datetime,
        tier: tuple[str, int, int, int], waited: float | None,
    ) -> None:  # fmt: skip
        for kind, number, _share, seconds in TIERS[: tier[1]]:
            last = waited is not None and number == tier[1]
            branch = self.random.choice(self.branches) if kind == "volunteer" and self.branches else None
            rung = at + timedelta(seconds=min(seconds - 6, waited - 2) if last and waited else seconds - 6)
            accepted = at + timedelta(seconds=waited) if last and waited else None
            target = branch.id if branch else station.id
            rows.legs.append({
                "id": leg_id if last else new_id(), "call_id": call_id, "plan": 1, "tier": number, "position": number,
                "tier_kind": kind, "target_kind": "branch" if branch else "handset", "target_id": target,
                "label": f"{station.name}值班手机", "number_hash": b"-", "number_sealed": b"-", "ring_seconds": 15,
                "reason": "duty", "state": "ended" if last else "no_answer", "rung_at": rung, "accepted_at": accepted,
            })  # fmt: skip

    def _answered(
        self, rows: _Rows, ticket: dict[str, Any], at: datetime, waited: int, end: datetime, until: datetime
    ) -> None:
        random, id_ = self.random, ticket["id"]
        ticket |= {
            "answered_at": at,
            "found_at": at,
            "waited_seconds": waited,
            "answered_by": "值班员",
            "state": "answered",
        }
        ticket["call_back_by"] = None
        self._event(rows, id_, "answer", at, waited=waited)
        wrapped = end + timedelta(seconds=40 + random.expovariate(1 / 200))
        if random.random() > 0.93 or wrapped > until:
            return
        ticket |= {"wrapped_at": wrapped, "outcome": "answered"}
        self._event(rows, id_, "wrapped_up", wrapped, outcome="answered")
        if random.random() < 0.3 and self.branches:
            wrapped = self._referred(rows, id_, wrapped, until)
            if wrapped > until:
                ticket["state"] = "waiting"
                return
        ticket |= {"state": "resolved", "helped_at": wrapped, "outcome": "guidance"}
        self._event(rows, id_, "resolve", wrapped)
        asked = wrapped + timedelta(days=1, hours=random.random() * 8)
        if asked < until and random.random() < 0.7:
            solved = random.random() < 0.91
            ticket |= {"state": "closed", "solved_at": asked if solved else None}
            rating = random.choices(("satisfied", "mostly", "not", ""), (70, 18, 5, 7))[0]
            rows.feedback.append({
                "id": new_id(), "ticket_id": id_, "at": asked, "rating": rating, "solved": solved, "asked_by": "回访",
            })  # fmt: skip

    def _referred(self, rows: _Rows, ticket_id: UUID, at: datetime, until: datetime) -> datetime:
        branch = self.random.choice(self.branches)
        target = branch.team_id or branch.partner_id
        assert target
        end = at + timedelta(hours=2 + self.random.expovariate(1 / 30))
        deadline = at + timedelta(days=3)
        over, state = end < until, "done" if self.random.random() < 0.85 else "failed"
        rows.referrals.append({
            "id": new_id(), "ticket_id": ticket_id, "target_id": target,
            "kind": "team" if branch.team_id else "partner",
            "label": self.names[target], "state": state if over else "accepted", "offered_by": "值班员",
            "offered_at": at,
            "deadline": deadline, "accepted_at": at + timedelta(minutes=20), "ended_at": end if over else None,
        })  # fmt: skip
        return end

    def _missed(self, rows: _Rows, ticket: dict[str, Any], end: datetime, until: datetime, *, message: bool) -> None:
        by = end + timedelta(minutes=15)
        ticket["message_at"] = end if message else None
        ticket["call_back_by"] = by
        self._event(rows, ticket["id"], "call_back_promised", end, by=by.isoformat(), why="abandoned")
        back = end + timedelta(seconds=70 + self.random.expovariate(1 / 420))
        if back < until and self.random.random() < 0.96:
            waited = int((back - ticket["opened_at"]).total_seconds())
            self._answered(rows, ticket, back, waited, back + timedelta(seconds=150), until)

    def _event(self, rows: _Rows, ticket_id: UUID, kind: str, at: datetime, **data: Any) -> None:
        rows.events.append({"id": new_id(), "ticket_id": ticket_id, "at": at, "kind": kind, "data": data})


def tenants(session: Session) -> Sequence[Tenant]:
    """Return the tenants of the directory by code."""
    return session.scalars(select(Tenant).order_by(Tenant.code)).all()
