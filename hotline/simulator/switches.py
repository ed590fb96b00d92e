"""How this carrier behaves where the documents are silent, and how the carriers we know differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Switches:
    """Undocumented points and paces, times in seconds; the defaults are what Twilio does or is said to do."""

    cancel_others_at: Literal["answer", "accept"] = "answer"
    """Several screened Numbers: the others stop ringing when the first is answered, or only when one accepts."""
    screening_supported: bool = True
    """False: the ``url`` of a Number is ignored, whoever answers is connected."""
    status_after_reject: Literal["completed", "no-answer"] = "completed"
    """DialCallStatus when somebody answered but the screening document hung up on them."""
    dial_timeout_extra_seconds: float = 0
    """Added to every ring time (Twilio is said to add about 5)."""
    dial_action_after_hang_up: bool = True
    """The Dial's action is still asked when the caller is gone."""
    dial_status_after_hang_up: Literal["canceled", "no-answer", "completed"] = "canceled"
    """DialCallStatus in that request when nobody had been connected yet."""
    status_of_abandoned: Literal["no-answer", "canceled", "completed"] = "no-answer"
    """CallStatus of an incoming call whose caller gave up before it was answered."""
    declined_status: Literal["busy", "no-answer", "failed"] = "busy"
    """CallStatus of a leg whose owner pressed the red button."""
    type_ahead: bool = False
    """Keys pressed before a Gather begins count for it."""
    ring_delay_seconds: float = 0.5
    """From dialling a telephone to its ringing."""
    unreachable_after_seconds: float = 2.0
    """How long the network takes to say that a telephone is off or a number does not exist."""
    zh_chars_per_second: float = 4.5
    en_chars_per_second: float = 14.0
    unknown_audio_seconds: float = 4.0
    """Length of a played file that is not WAV."""
    beep_seconds: float = 0.5
    recording_ready_seconds: float = 1.0
    """From the end of a recording to its status callback."""
    webhook_ceiling_seconds: float = 15.0
    detection_seconds: float = 4.0
    """How long machine detection listens."""
    calls_per_second: float | None = None
    """Calls through REST beyond this rate wait in the queue; None: no limit."""
    withheld_from: str = "+266696687"
    """What From says when the caller hides the number."""
    document_limit: int = 200
    """Documents in a row without a second passing; more is a loop without an exit."""


@dataclass(frozen=True)
class Profile:
    """What distinguishes one carrier from another (source: telephony.md, "Compatible carriers")."""

    name: str
    number_attributes: bool = True
    """Reads the attributes of Number (screening, status callbacks)."""
    aborting_verbs: frozenset[str] = frozenset()
    """Verbs and nouns that end the document, as unknown to the carrier."""
    ignored_dial_attributes: frozenset[str] = frozenset()
    uuid_sids: bool = False
    counts_events: bool = True
    """False: SequenceNumber is always 0."""
    reports_bridge: bool = True
    """Says DialBridged in a Dial's action."""
    rest_timeout: bool = True
    """calls.create takes Timeout, StatusCallbackEvent and MachineDetection."""
    fields: frozenset[str] | None = None
    """The only standing fields in a webhook; None: all of Twilio's."""
    hex_signature: bool = False
    """Signs as hex HMAC-SHA1 over address and raw body, in X-SignalWire-Signature."""
    switches: Switches = field(default_factory=Switches)


PROFILES = {
    "twilio": Profile("twilio"),
    "signalwire": Profile("signalwire", uuid_sids=True, hex_signature=True),
    "somleng": Profile(
        "somleng",
        number_attributes=False,
        aborting_verbs=frozenset({"Pause", "Enqueue", "Conference"}),
        ignored_dial_attributes=frozenset({"answerOnBridge"}),
        uuid_sids=True,
        counts_events=False,
        reports_bridge=False,
        rest_timeout=False,
        fields=frozenset(
            {"CallSid", "AccountSid", "From", "To", "CallStatus", "Direction", "ApiVersion", "Caller", "Called"}
        ),
    ),
}
"""Carrier name -> its profile."""
