"""What a carrier's webhook says, as one typed value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hotline.numbers import Number, parse_caller

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Call states after which nobody is on the line any more."""

_WITHHELD = {"", "anonymous", "restricted", "unavailable", "unknown", "private", "+266696687", "+7378742833"}


@dataclass(frozen=True)
class CallEvent:
    """A webhook's form in our words; unknown fields are ignored, missing ones are empty."""

    sid: str
    parent_sid: str
    caller: Number | None
    """None when withheld or not a number."""
    called: Number | None
    status: str
    direction: str
    digits: str
    dial_status: str
    dial_sid: str
    dial_bridged: bool | None
    """Whether the carrier says two people were joined; None when it does not say."""
    dial_seconds: int
    recording_sid: str
    recording_url: str
    recording_seconds: int
    answered_by: str
    error_code: str

    def as_caller(self) -> CallEvent:
        """Return the event as if the person on the line had rung us, whoever placed the call."""
        return replace(self, caller=self.called, called=self.caller) if self.outbound else self

    @property
    def over(self) -> bool:
        """True when the caller is no longer on the line."""
        return self.status in OVER

    @property
    def outbound(self) -> bool:
        """True for a call that we placed: then ``called`` is the person and ``caller`` our own line."""
        return self.direction.startswith("outbound")

    @property
    def machine(self) -> bool:
        """True when the carrier believes that a machine answered."""
        return self.answered_by.startswith(("machine", "fax"))


def read(form: Mapping[str, str]) -> CallEvent:
    """Return the event that a form of the carrier describes."""

    def text(name: str) -> str:
        return form.get(name, "").strip()

    def whole(name: str) -> int:
        value = text(name)
        return int(value) if value.isdigit() else 0

    caller = text("From")
    bridged = text("DialBridged").lower()
    return CallEvent(
        sid=text("CallSid"),
        parent_sid=text("ParentCallSid"),
        caller=None if caller.lower() in _WITHHELD else parse_caller(caller),
        called=parse_caller(text("To")),
        status=text("CallStatus"),
        direction=text("Direction"),
        digits="".join(c for c in text("Digits") if c in "0123456789*#"),
        dial_status=text("DialCallStatus"),
        dial_sid=text("DialCallSid"),
        dial_bridged={"true": True, "false": False}.get(bridged),
        dial_seconds=whole("DialCallDuration"),
        recording_sid=text("RecordingSid"),
        recording_url=text("RecordingUrl"),
        recording_seconds=whole("RecordingDuration"),
        answered_by=text("AnsweredBy"),
        error_code=text("ErrorCode"),
    )
