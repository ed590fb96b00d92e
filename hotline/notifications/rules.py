"""Who is told what on which way: an event and its recipients in, outbox drafts and telephone calls out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from hotline.notifications.quiet import Personal, shown, told_at

Way = Literal["console", "telephone", "channels"]

WAYS: Mapping[str, frozenset[Way]] = {
    "clock_half": frozenset({"console", "telephone"}),
    "clock_due": frozenset({"console", "telephone", "channels"}),
    "clock_up": frozenset({"console", "telephone", "channels"}),
    "call_back_given_up": frozenset({"console", "channels"}),
    "wrap_up_missing": frozenset({"console"}),
    "ticket_reopened": frozenset({"console", "telephone", "channels"}),
    "tickets_assigned": frozenset({"console", "telephone", "channels"}),
    "referral_returned": frozenset({"console", "telephone", "channels"}),
    "shift_changed": frozenset({"console", "telephone", "channels"}),
    "shift_lifted": frozenset({"console", "telephone", "channels"}),
    "shifts_changed": frozenset({"console", "telephone", "channels"}),
    "swap_asked": frozenset({"console", "telephone", "channels"}),
    "swap_expired": frozenset({"console", "telephone", "channels"}),
    "swap_refused": frozenset({"console", "telephone", "channels"}),
    "shift_tomorrow": frozenset({"console", "telephone", "channels"}),
    "duty_unconfirmed": frozenset({"console", "telephone", "channels"}),
    "duty_nobody": frozenset({"console", "telephone", "channels"}),
    "handover_refused": frozenset({"console", "telephone", "channels"}),
    "handset_demoted": frozenset({"console", "channels"}),
    "handset_dead": frozenset({"console", "telephone", "channels"}),
    "bulletin_drafted": frozenset({"console"}),
    "work_failed": frozenset({"console", "channels"}),
}
"""Template -> the ways it goes; the words are in hotline.notifications.words under the same names."""

CLOCKS = frozenset({"clock_half", "clock_due", "clock_up"})
"""Told by telephone as a reminder on the ticket, by which the survivor can be rung; the others as a notice."""
TELEPHONE_QUIET = "21:00-08:00"
"""Staff are not rung in these hours for what is not urgent."""


@dataclass(frozen=True)
class Telephone:
    """A telephone of ours to ring: a station's handset or a person's own."""

    kind: Literal["handset", "staff"]
    id: UUID


@dataclass(frozen=True)
class Recipient:
    """Who is told: on which console, and by which telephone."""

    kind: Literal["station", "staff", "role", "survivor"]
    id: str
    station_id: UUID | None = None
    telephone: Telephone | None = None


@dataclass(frozen=True)
class Channel:
    """What the rules need to know of a tenant's channel."""

    id: UUID
    code: str
    personal: Personal = "none"
    station_id: UUID | None = None
    urgent_only: bool = False
    quiet: str = TELEPHONE_QUIET
    workdays_only: bool = False
    language: str = "zh-CN"


@dataclass(frozen=True)
class Event:
    """Something to be told. ``key`` names it for good: it is told once. ``person`` is cut down for each channel."""

    template: str
    key: str
    tenant_id: UUID
    words: Mapping[str, Any] = field(default_factory=dict)
    person: str = ""
    ticket_id: UUID | None = None
    urgent: bool = False
    clock: str = ""


@dataclass(frozen=True)
class Draft:
    """An outbox row to be."""

    channel: str
    channel_id: UUID | None
    recipient: Recipient
    payload: Mapping[str, Any]
    language: str
    next_at: datetime
    dedupe: str


@dataclass(frozen=True)
class TelephoneRequest:
    """Somebody is to be rung with what an event says, not before ``not_before``; ``dedupe`` names it for good."""

    event: Event
    recipient: Recipient
    telephone: Telephone
    not_before: datetime
    dedupe: str

    @property
    def errand(self) -> Literal["reminder", "notice"]:
        """The kind of errand that carries it out."""
        return "reminder" if self.event.template in CLOCKS else "notice"


@dataclass(frozen=True)
class Told:
    """What follows from an event."""

    drafts: tuple[Draft, ...]
    calls: tuple[TelephoneRequest, ...]


def tell(event: Event, recipients: Iterable[Recipient], channels: Sequence[Channel], now: datetime) -> Told:
    """Return what is put on consoles and channels, and who is rung."""
    ways, drafts, calls = WAYS[event.template], {}, {}
    for recipient in recipients:
        if "console" in ways and recipient.station_id:
            draft = _console(event, recipient, now)
            drafts[draft.dedupe] = draft
        if "telephone" in ways and recipient.telephone:
            call = _call(event, recipient, recipient.telephone, now)
            calls[call.dedupe] = call
        for channel in channels if "channels" in ways else ():
            if _concerns(channel, event, recipient):
                draft = _channel(event, recipient, channel, now)
                drafts[draft.dedupe] = draft
    return Told(tuple(drafts.values()), tuple(calls.values()))


def _console(event: Event, recipient: Recipient, now: datetime) -> Draft:
    """The console is ours, behind a login: it may name the person."""
    dedupe = f"{event.key}:console:{recipient.station_id}"
    return Draft("console", None, recipient, _payload(event, "full"), "zh-CN", now, dedupe)


def _call(event: Event, recipient: Recipient, telephone: Telephone, now: datetime) -> TelephoneRequest:
    at = told_at(now, TELEPHONE_QUIET, urgent=event.urgent)
    return TelephoneRequest(event, recipient, telephone, at, f"{event.key}:telephone:{telephone.id}")


def _channel(event: Event, recipient: Recipient, channel: Channel, now: datetime) -> Draft:
    """A channel reaches many at once: one message for each event, however many recipients it stands for."""
    at = told_at(now, channel.quiet, workdays_only=channel.workdays_only, urgent=event.urgent)
    payload = _payload(event, channel.personal)
    return Draft(channel.code, channel.id, recipient, payload, channel.language, at, f"{event.key}:{channel.id}")


def _concerns(channel: Channel, event: Event, recipient: Recipient) -> bool:
    if channel.urgent_only and not event.urgent:
        return False
    return channel.station_id is None or channel.station_id == recipient.station_id


def _payload(event: Event, personal: Personal) -> dict[str, Any]:
    return {**event.words, "person": shown(event.person, personal)}
