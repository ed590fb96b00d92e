"""Duty confirmed: whoever's shift begins is rung and presses a key; without one the backup is raised (Q21 s.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls.keeping import shift_tickets, telephones
from hotline.calls.keeping.alarm import alarm
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.keeping.rules import AGAIN_AFTER, LATE, TRIES, Period, may_ask
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.db import new_id
from hotline.roster.duty import HORIZON, Roster, ShiftFact, covering
from hotline.roster.notices import Beginning, due_confirmations
from hotline.roster.queries import load_rosters

_MOMENT = timedelta(microseconds=1)


def ask_those_who_begin(work: Work, tenant_id: UUID, rosters: Collection[Roster], since: datetime) -> int:
    """Ring whoever's first duty began a moment ago (after ``since``) and was not asked yet; return how many."""
    asked = 0
    for roster in rosters:
        for begun in due_confirmations(roster, max(since, work.now - LATE), work.now):
            still = covering(roster.first, work.now)
            if begun.role == "first" and still and still.staff_id == begun.staff_id:
                asked += _ask(work, tenant_id, roster, begun)
    return asked


def _ask(work: Work, tenant_id: UUID, roster: Roster, begun: Beginning) -> bool:
    """Write that somebody is asked, and order the call; only one transaction can."""
    if not may_ask(work.now, begun.start, work.x.settings.duty_check_quiet):
        return False
    piece = ShiftFact(begun.staff_id, begun.start, begun.end, begun.source, begun.handset_id)
    row = _write(work, tenant_id, begun.station_id, "first", piece, Period(begun.start, begun.end))
    if row is None:
        return False
    before = covering(roster.first, begun.start - _MOMENT)
    if shift_tickets.taken_already(work.session, row):
        confirm(work, row)
    else:
        row.handover_id = shift_tickets.hand_over(work, row, before.staff_id if before else None)
        if order(work, row) is None:
            missed(work, row)
    return True


def _write(
    work: Work, tenant_id: UUID, station_id: UUID, role: str, piece: ShiftFact | None, turn: Period
) -> DutyConfirmation | None:
    """Write that a duty is asked for; None when it was before."""
    phone = telephones.carried(work.session, station_id, role, piece)
    values = {
        "id": new_id(),
        "tenant_id": tenant_id,
        "station_id": station_id,
        "role": role,
        "staff_id": piece.staff_id if piece else None,
        "starts": turn.start,
        "ends": turn.end,
        "telephone_kind": telephones.kind_of(phone) if phone else "",
        "telephone_id": phone.id if phone else None,
        "asked_at": work.now,
    }
    statement = insert(DutyConfirmation).values(values).on_conflict_do_nothing().returning(DutyConfirmation.id)
    id_ = work.session.scalar(statement)
    return work.session.get_one(DutyConfirmation, id_) if id_ else None


def order(work: Work, row: DutyConfirmation, attempt: int = 1) -> Errand | None:
    """Order the call: with tickets to hand over it reads them, else it only asks. None without a telephone."""
    phone = telephones.find(work.session, row.telephone_kind, row.telephone_id) if row.telephone_id else None
    if phone is None:
        return None
    kind = "duty_handover" if row.handover_id else "duty_check"
    at = row.asked_at + (attempt - 1) * AGAIN_AFTER
    return telephones.ring(work, kind, phone, max(at, work.now), attempt, duty=str(row.id))


def locked(work: Work, errand: Errand) -> DutyConfirmation:
    """Return the duty that an errand asks about, locked."""
    id_ = UUID(str(errand.data["duty"]))
    return work.session.get_one(DutyConfirmation, id_, with_for_update=True, populate_existing=True)


def first_is_there(session: Session, row: DutyConfirmation) -> bool:
    """Return whether a stand-in is not needed any more: the first has confirmed after all."""
    same = (DutyConfirmation.station_id == row.station_id, DutyConfirmation.starts == row.starts)
    first = select(DutyConfirmation.state).where(*same, DutyConfirmation.role == "first")
    return row.role == "backup" and session.scalar(first) == "confirmed"


def unanswered(work: Work, row: DutyConfirmation, attempt: int) -> None:
    """A call brought no key: once more, if people may be rung by then, else the backup is raised."""
    if row.state != "asked":
        return
    again = max(row.asked_at + attempt * AGAIN_AFTER, work.now)
    if attempt < TRIES and may_ask(again, row.starts, work.x.settings.duty_check_quiet):
        order(work, row, attempt + 1)
    else:
        missed(work, row)


def confirm(work: Work, row: DutyConfirmation) -> None:
    """A human pressed the key, perhaps late."""
    row.state, row.settled_at = "confirmed", work.now
    if row.handover_id:
        shift_tickets.take(work, row.handover_id)


def unable(work: Work, row: DutyConfirmation) -> None:
    """The person on duty cannot come and has said so by key."""
    if row.state in ("asked", "missed"):
        row.state, row.settled_at = "unable", work.now
        raise_backup(work, row)


def missed(work: Work, row: DutyConfirmation) -> None:
    """Nobody has pressed a key."""
    if row.state == "asked":
        row.state, row.settled_at = "missed", work.now
        raise_backup(work, row)


def raise_backup(work: Work, row: DutyConfirmation) -> None:
    """Ring the backup and tell the coordinators. From now on both telephones ring together (see routing)."""
    if row.role == "first":
        alarm(work, row, nobody=not _ask_backup(work, row))
    elif not first_is_there(work.session, row):
        alarm(work, row, nobody=True)


def _ask_backup(work: Work, row: DutyConfirmation) -> bool:
    """Return whether there is a backup who takes the calls; by night nobody is rung for a duty that began by day."""
    roster = load_rosters(work.session, [row.station_id], work.now, work.now + HORIZON)[row.station_id]
    piece = covering(roster.backup, work.now)
    if telephones.carried(work.session, row.station_id, "backup", piece) is None:
        return False
    if not may_ask(work.now, row.starts, work.x.settings.duty_check_quiet):
        return True
    stand_in = _write(work, row.tenant_id, row.station_id, "backup", piece, Period(row.starts, row.ends))
    return stand_in is None or order(work, stand_in) is not None
