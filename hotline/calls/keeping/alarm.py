"""Who learns that a duty is not confirmed: the coordinators; the station's head too when no backup is there either."""

from __future__ import annotations

from hotline.calls.keeping import telling
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.kinds.base import Work
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.notifications import recipients
from hotline.notifications.rules import Event

STAND_IN = "备班手机"
"""Named instead of a person when the backup is nobody on the roster."""


def alarm(work: Work, row: DutyConfirmation, *, nobody: bool) -> None:
    """Tell the coordinators, once; with ``nobody`` there it is urgent, so they are rung by night too."""
    template = "duty_nobody" if nobody else "duty_unconfirmed"
    station = work.session.get_one(Station, row.station_id)
    staff = work.session.get(Staff, row.staff_id) if row.staff_id else None
    words = {"station": short_name(station, "zh-CN"), "staff": staff.name if staff else STAND_IN}
    to = [recipients.coordinators(work.session, row.tenant_id, work.now)]
    if nobody:
        to.append(recipients.head(work.session, row.station_id, work.now))
    telling.send(work, Event(template, f"{template}:{row.id}", row.tenant_id, words, urgent=nobody), to)
