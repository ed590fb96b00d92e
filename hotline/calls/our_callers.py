"""Somebody of ours rings a published line: a duty handset comes to the staff menu, a branch to the case it took."""

from __future__ import annotations

from sqlalchemy import select

from hotline.calls.errands import WATCH, WATCH_AFTER, hold
from hotline.calls.kinds import referral_case
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.db import new_id
from hotline.directory.models import BranchLine, Handset, Line, Station
from hotline.directory.queries import find_line
from hotline.directory.words import short_name
from hotline.numbers import Number
from hotline.roster.queries import duty_at
from hotline.telephony.events import CallEvent
from tickets import timers


def begin(work: Work, event: CallEvent) -> Errand | None:
    """Return the errand that begins with this call at the caller's end; None: the caller is none of ours."""
    if event.caller is None or event.called is None:
        return None
    line = find_line(work.session, work.x.vault, event.called)
    if line is None:
        return None
    errand = _of_handset(work, event.caller, line) or _of_branch(work, event.caller, line)
    if errand is None:
        return None
    errand.state, errand.sid, errand.language = "talking", event.sid, work.x.settings.default_language
    work.session.add(errand)
    work.session.flush()
    hold(work, errand)
    timers.set_timer(work.session, WATCH, f"{WATCH}:{errand.id}", work.now + WATCH_AFTER, errand=str(errand.id))
    return errand


def _of_handset(work: Work, caller: Number, line: Line) -> Errand | None:
    handset = work.session.scalars(
        select(Handset)
        .where(Handset.number_hash == work.x.vault.fingerprint(caller.value), Handset.active)
        .where(Handset.tenant_id == line.tenant_id)
    ).first()
    if handset is None:
        return None
    return Errand(
        id=new_id(),
        kind="staff_menu",
        tenant_id=line.tenant_id,
        line_id=line.id,
        station_id=handset.station_id,
        target_kind="handset",
        target_id=handset.id,
        label=_label(work, handset),
        number_hash=handset.number_hash,
        number_sealed=handset.number_sealed,
        created_at=work.now,
    )


def _of_branch(work: Work, caller: Number, line: Line) -> Errand | None:
    """A team or partner rings about a case it has taken; without one it is a caller like any other."""
    branch = work.session.scalars(
        select(BranchLine)
        .where(BranchLine.number_hash == work.x.vault.fingerprint(caller.value), BranchLine.active)
        .where(BranchLine.tenant_id == line.tenant_id)
    ).first()
    taken = referral_case.cases_of(work, branch) if branch else ()
    if branch is None or not taken:
        return None
    errand = Errand(
        id=new_id(),
        kind="referral_case",
        tenant_id=line.tenant_id,
        line_id=line.id,
        target_kind="branch",
        target_id=branch.id,
        label=taken[0].label,
        number_hash=branch.number_hash,
        number_sealed=branch.number_sealed,
        created_at=work.now,
        data={"incoming": True},
    )
    referral_case.choose(errand, taken, 0)
    return errand


def _label(work: Work, handset: Handset) -> str:
    """Return the handset's label with whoever carries it now, as routing writes it."""
    station = work.session.get_one(Station, handset.station_id)
    duty = duty_at(work.session, [station.id], work.now)[station.id]
    carried = {person.handset_id: person for person in (duty.first, duty.backup) if person and person.handset_id}
    person = carried.get(handset.id) or (duty.first if handset.priority == 1 else duty.backup)
    return f"{short_name(station, 'zh-CN')}值班手机" + (f"（{person.name}）" if person else "")
