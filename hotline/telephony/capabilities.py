"""What each carrier can do; the rest of the application asks here instead of asking who the carrier is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capabilities:
    """One carrier's abilities (source: telephony.md in docs; measured where it says so)."""

    name: str
    screening: bool = True
    """Runs a document on the handset's leg before the two are joined, so that a human must press a key."""
    pause: bool = True
    answer_on_bridge: bool = True
    conference: bool = True
    leg_status: bool = True
    """Reports ringing and answer of each handset."""
    rest_timeout: bool = True
    """Takes a ring time on calls that we place."""
    machine_detection: bool = True
    messages: bool = False
    """Sends text messages that may hold a link."""
    ring_extra_seconds: int = 0
    """Seconds the carrier adds to every ring time by itself."""
    hex_signature: bool = False
    """Also signs as hex HMAC over address and raw body."""
    asks_again: bool = False
    """Repeats a webhook as the address's fragment says (connection overrides); the fragment is not sent or signed."""

    def document(self, url: str) -> str:
        """Return an address that is asked again when it is not reached or answers 5xx: on a leg without a fallback."""
        return f"{url}#rc=2&rp=ct,5xx" if self.asks_again else url

    def report(self, url: str) -> str:
        """Return an address that a report is brought to again also when it answers too late; nobody waits for it."""
        return f"{url}#rc=3&rp=ct,rt,5xx" if self.asks_again else url


CARRIERS: dict[str, Capabilities] = {
    "simulator": Capabilities("simulator", messages=True, asks_again=True),
    "twilio": Capabilities("twilio", ring_extra_seconds=5, messages=True, asks_again=True),
    "signalwire": Capabilities("signalwire", hex_signature=True, messages=True),
    "somleng": Capabilities(
        "somleng",
        screening=False,
        pause=False,
        answer_on_bridge=False,
        conference=False,
        leg_status=False,
        rest_timeout=False,
        machine_detection=False,
    ),
}
"""Carrier name in the settings -> what it can do. A new carrier is a row here."""
