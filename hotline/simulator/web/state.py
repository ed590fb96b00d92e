"""The carrier as the phone wall sees it; the shapes are described in WALL_API.md."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline.simulator.behaviours import MODES
from hotline.simulator.calls import CallRecord
from hotline.simulator.carrier import Carrier
from hotline.simulator.courier import Sent
from hotline.simulator.faults import Fault
from hotline.simulator.phone import Phone
from hotline.simulator.simulated_leg import SimulatedLeg
from hotline.simulator.transcript import Entry

LONGEST_REPLY = 2000
_HEARS = {"say": "speech", "play": "audio", "beep": "tone", "ringback": "ringback", "ringing": "ringback"}


@dataclass(frozen=True)
class Limits:
    """How much of the past is shown."""

    ended_calls: int = 50
    webhooks: int = 100
    messages: int = 50


def iso(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601 with milliseconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


class View:
    """Makes JSON of a carrier. ``app_url`` is where the application's own pages are."""

    def __init__(self, carrier: Carrier, app_url: str = "") -> None:
        self._carrier = carrier
        self._app_url = app_url

    def state(self, limits: Limits = Limits()) -> dict[str, Any]:
        """Return everything."""
        carrier, switches = self._carrier, self._carrier.exchange.switches
        return {
            "version": carrier.pulse.version,
            "now": iso(carrier.now()),
            "clock": {"offset": carrier.offset, "virtual": False},
            "carrier": {"profile": carrier.config.profile.name, "account": carrier.config.account},
            "app_url": self._app_url,
            "speech_rate": {"zh": switches.zh_chars_per_second, "en": switches.en_chars_per_second},
            "lines": [
                {"number": line.number, "label": line.label, "label_en": line.label_en, "group": line.group}
                for line in carrier.lines.values()
            ],
            "phones": [self.phone(phone) for phone in carrier.phones.values()],
            "calls": self._calls(limits.ended_calls),
            "messages": [
                {"sid": item.sid, "at": iso(item.at), "from": item.sender, "to": item.receiver, "body": item.body}
                for item in carrier.messages[: -limits.messages - 1 : -1]
            ],
            "webhooks": [_webhook(sent) for sent in carrier.log[: -limits.webhooks - 1 : -1]],
            "faults": [fault(rule) for rule in carrier.faults.rules],
        }

    def phone(self, phone: Phone) -> dict[str, Any]:
        """Return a telephone with the leg it is on."""
        leg = phone.leg
        state = "idle"
        if leg is not None:
            state = "ringing" if leg.ringing else "in_call" if leg.answered else "dialing"
        return {
            "number": phone.number,
            "label": phone.label,
            "label_en": phone.label_en,
            "kind": phone.kind,
            "group": phone.group,
            "mode": phone.behaviour.name if phone.behaviour.name in MODES else "manual",
            "state": state,
            "leg": self.leg(leg) if leg is not None else None,
        }

    def leg(self, leg: SimulatedLeg) -> dict[str, Any]:
        """Return one party's side of a call."""
        record = self._carrier.records[leg.sid]
        return {
            "sid": leg.sid,
            "parent_sid": record.parent_sid or None,
            "direction": record.direction,
            "number": leg.number,
            "display": "anonymous" if leg.display == leg.switches.withheld_from else leg.display,
            "line": record.line or None,
            "status": record.status,
            "since": iso(record.created),
            "answered_at": iso(record.answered),
            "ended_at": iso(record.ended),
            "ended_by": leg.ended_by or None,
            "talking_to": leg.peer.number if leg.peer else None,
            "hears": _hears(leg),
            "gathering": leg.gathering,
            "recording": leg.take is not None,
            "transcript": [self._entry(entry) for entry in leg.transcript.entries],
        }

    def _calls(self, most_ended: int) -> list[dict[str, Any]]:
        carrier = self._carrier
        children: dict[str, list[CallRecord]] = {}
        for record in carrier.records.values():
            children.setdefault(record.parent_sid, []).append(record)
        parents = children.get("", [])[::-1]
        live = [record for record in parents if not record.over]
        shown = [*live, *[record for record in parents if record.over][:most_ended]]
        return [self._call(record, [record, *children.get(record.sid, [])]) for record in shown]

    def _call(self, record: CallRecord, legs: list[CallRecord]) -> dict[str, Any]:
        known = self._carrier.legs
        return {
            "sid": record.sid,
            "line": record.line or None,
            "from": record.caller,
            "to": record.called,
            "status": record.status,
            "since": iso(record.created),
            "ended_at": iso(record.ended),
            "legs": [self.leg(known[leg.sid]) for leg in legs if leg.sid in known],
        }

    def _entry(self, entry: Entry) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": entry.id,
            "at": self._moment(entry.at),
            "kind": entry.kind,
            "text": entry.text,
            "seconds": entry.seconds,
            "stopped_at": None if entry.stopped_at is None else self._moment(entry.stopped_at),
        }
        extra = {"language": entry.language, "voice": entry.voice, "url": entry.url}
        return shown | {name: value for name, value in extra.items() if value}

    def _moment(self, loop_seconds: float) -> str | None:
        carrier = self._carrier
        return iso(carrier.now() - timedelta(seconds=carrier.loop.time() - loop_seconds))


def fault(rule: Fault) -> dict[str, Any]:
    """Return a rule."""
    return {name: value for name, value in asdict(rule).items() if name != "seen"}


def _hears(leg: SimulatedLeg) -> str:
    if leg.peer is not None:
        return "party"
    if leg.take is not None:
        return "recording"
    sounding = [entry.kind for entry in leg.transcript.entries if entry.stopped_at is None]
    return next((_HEARS[kind] for kind in reversed(sounding) if kind in _HEARS), "silence")


def _webhook(sent: Sent) -> dict[str, Any]:
    shown = asdict(sent)
    shown.update(at=iso(sent.at), fault=sent.fault or None, reply=sent.reply[:LONGEST_REPLY])
    return shown
