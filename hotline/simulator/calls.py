"""The carrier's record of one leg, and the one place where its state moves on and is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hotline.simulator.courier import Courier, Errand
from hotline.simulator.switches import Profile

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_SIP_CODES = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 480}
_PLACES = ("City", "State", "Zip", "Country")


@dataclass
class CallRecord:
    """One leg as the REST interface shows it. Statuses are Twilio's words."""

    sid: str
    account: str
    caller: str
    called: str
    direction: str
    created: datetime
    parent_sid: str = ""
    line: str = ""
    """The published number it came in on or is placed from."""
    number_sid: str = ""
    status: str = "queued"
    answered: datetime | None = None
    ended: datetime | None = None
    sip_code: int = 0
    answered_by: str = ""
    status_url: str = ""
    status_method: str = "POST"
    status_events: frozenset[str] = frozenset({"completed"})
    history: list[tuple[datetime, str]] = field(default_factory=list)
    sequence: int = 0

    @property
    def over(self) -> bool:
        """True in a final state."""
        return self.status in OVER

    @property
    def seconds(self) -> int:
        """Whole seconds since it was answered, 0 when it never was."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())


def form_of(record: CallRecord, profile: Profile, status: str = "") -> list[tuple[str, str]]:
    """Return the fields that stand in every webhook about this leg."""
    fields = [
        ("CallSid", record.sid),
        ("AccountSid", record.account),
        ("From", record.caller),
        ("To", record.called),
        ("Caller", record.caller),
        ("Called", record.called),
        ("CallStatus", status or record.status),
        ("Direction", record.direction),
        ("ApiVersion", "2010-04-01"),
        *((side + place, "") for side in ("From", "To", "Caller", "Called") for place in _PLACES),
    ]
    if record.parent_sid:
        fields.append(("ParentCallSid", record.parent_sid))
    if record.answered_by:
        fields.append(("AnsweredBy", record.answered_by))
    return [(name, value) for name, value in fields if profile.fields is None or name in profile.fields]


class Reporter:
    """Moves records on and sends the status callbacks that were asked for."""

    def __init__(
        self, courier: Courier, profile: Profile, now: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self._courier = courier
        self._profile = profile
        self._now = now
        self._changed = changed

    def move(self, record: CallRecord, status: str, sip_code: int = 0) -> None:
        """Bring ``record`` into ``status`` and report it; a final state stays."""
        if record.over or record.status == status:
            return
        now = self._now()
        record.status = "queued" if status == "initiated" else status
        record.history.append((now, status))
        if status == "in-progress":
            record.answered = now
        if record.over:
            record.ended = now
            record.sip_code = sip_code or _SIP_CODES[status]
        self._report(record, status, now)
        self._changed()

    def _report(self, record: CallRecord, status: str, now: datetime) -> None:
        if not record.status_url or EVENTS.get(status, "completed") not in record.status_events:
            return
        extra = [
            ("Timestamp", now.strftime("%a, %d %b %Y %H:%M:%S +0000")),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(record.sequence if self._profile.counts_events else 0)),
        ]
        record.sequence += 1
        if record.over:
            extra += [("CallDuration", str(record.seconds)), ("SipResponseCode", str(record.sip_code))]
        if status == "completed":
            extra.append(("Duration", str(-(-record.seconds // 60))))
        form = (*form_of(record, self._profile, status), *extra)
        self._courier.notify(Errand("status", record.status_method, record.status_url, form, record.sid))
