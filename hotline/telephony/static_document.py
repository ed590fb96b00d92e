"""Documents that need nobody: rung and recorded by the carrier alone, while the whole application is down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from hotline.numbers import Number
from hotline.telephony.capabilities import Capabilities
from hotline.telephony.twiml import VOICES, printable
from ivr_flows.engine.steps import prompt
from ivr_flows.wording import Book

LONGEST_CALL_SECONDS = 7200
SCREEN, JOINED, THANKS = "screen.xml", "joined.xml", "thanks.xml"
"""What stands beside a line's document where several files can be hosted: the whisper, the join, the thanks."""


@dataclass(frozen=True)
class Voice:
    """Who speaks how, and the public folder (empty: none) in which the files beside the document stand."""

    book: Book
    language: str
    carrier: Capabilities
    folder_url: str = ""


@dataclass(frozen=True)
class Round:
    """Telephones that ring at once."""

    numbers: tuple[Number, ...]
    seconds: int


def for_line(rounds: Sequence[Round], shown: str, voice: Voice) -> str:
    """Return the document of a line: ring round after round, then take a message; ``shown`` is the number displayed.

    Without a folder nobody is asked for a key and a message has no end of its own (see docs/adr on the last resort).
    """
    document = VoiceResponse()
    _say(document, "error.last_resort", voice)
    for number, one in enumerate(rounds):
        if number:  # a handset that has hung up leads here as well as one that nobody took
            _say(document, "closing.unconfirmed", voice)
        document.append(_dial(one, shown, voice))
    if rounds:
        _say(document, "closing.unconfirmed", voice)
    for key in ("message.busy", "message.record"):
        _say(document, key, voice)
    after = {"action": _beside(voice, THANKS), "method": "GET"} if voice.folder_url else {}
    document.record(max_length=120, timeout=5, finish_on_key="#", play_beep=True, **after)
    _say(document, "message.empty_number", voice)
    return str(document)


def beside(voice: Voice) -> Mapping[str, str]:
    """Return the files beside the lines' documents, by name: without them a mailbox could pass for a human."""
    screen, thanks = VoiceResponse(), VoiceResponse()
    gather = Gather(action=_beside(voice, JOINED), method="GET", input="dtmf", num_digits=1, timeout=8)
    _say(gather, "error.last_resort_keys", voice)
    screen.append(gather)
    screen.hangup()
    _say(thanks, "message.thanks_number", voice)
    return {SCREEN: str(screen), JOINED: str(VoiceResponse()), THANKS: str(thanks)}


def _dial(one: Round, shown: str, voice: Voice) -> Dial:
    dial = Dial(
        timeout=max(5, one.seconds - voice.carrier.ring_extra_seconds),
        time_limit=LONGEST_CALL_SECONDS,
        caller_id=shown,
        answer_on_bridge=voice.carrier.answer_on_bridge or None,
    )
    asks = bool(voice.folder_url) and voice.carrier.screening
    for number in one.numbers:
        dial.number(
            number.value,
            url=_beside(voice, SCREEN) if asks else None,
            method="GET" if asks else None,
            send_digits=f"wwww{number.extension}" if number.extension else None,
        )
    return dial


def _beside(voice: Voice, name: str) -> str:
    return f"{voice.folder_url.rstrip('/')}/{name}"


def _say(parent: TwiML, key: str, voice: Voice) -> None:
    code, name = VOICES[voice.language]
    words = voice.book.words(prompt(key), voice.language)  # recordings are ours to serve, and we are down
    parent.say(printable(words.text), language=code, voice=name)
