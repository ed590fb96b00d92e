"""Duty check: at the start of a shift its telephone is rung; with tickets open it is the handover as well (Q21 s.2)."""

from __future__ import annotations

from hotline.calls.keeping import duty
from hotline.calls.keeping.rules import spoken_until
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.kinds.handover import facts_of
from hotline.calls.kinds.selection import count_open
from hotline.calls.models import Errand
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.roster.models import Handover
from ivr_flows.engine.steps import Effect, Facts

_YES = frozenset({"on_duty", "acknowledge"})
_NO = frozenset({"unable", "refuse"})


class DutyCheck(Kind):
    """Asks whoever is on duty for a key."""

    flow = "duty_check"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Until it is settled; whoever stands in is not asked any more when the first has turned up."""
        row = duty.locked(work, errand)
        return row.state == "asked" and not duty.first_is_there(work.session, row)

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Whose shift, of which station, until when, and how many tickets are open."""
        row = duty.locked(work, errand)
        station = work.session.get_one(Station, row.station_id)
        staff = work.session.get(Staff, row.staff_id) if row.staff_id else None
        count = count_open(work.session, row.station_id)
        words = {
            "station": short_name(station, errand.language),
            "name": staff.name if staff else "",
            "until": spoken_until(row.ends, work.now, errand.language),
            "count": str(count) if count else "",
        }
        return Facts(errand.language, words)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """There, or not able to come."""
        errand.result = effect.kind
        row = duty.locked(work, errand)
        if effect.kind in _YES:
            duty.confirm(work, row)
        elif effect.kind in _NO:
            duty.unable(work, row)

    def over(self, work: Work, errand: Errand) -> None:
        """No key: once more, then the backup is raised."""
        if not errand.result:
            duty.unanswered(work, duty.locked(work, errand), errand.attempt)


class DutyHandover(DutyCheck):
    """The same call reads the open tickets of whoever hands over and asks to take them."""

    flow = "handover"

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Who hands over, how many tickets are open, and the first few of them."""
        row = duty.locked(work, errand)
        return facts_of(work, work.session.get(Handover, row.handover_id), errand.language)
