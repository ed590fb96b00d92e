"""Neutral steps -> TwiML: the one function that speaks the carrier's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from hotline.telephony.capabilities import Capabilities
from ivr_flows.engine.steps import (
    Ask,
    Continue,
    Join,
    Leave,
    Position,
    Prompt,
    Record,
    Ring,
    Speak,
    Step,
    Wait,
)
from ivr_flows.wording import Book

VOICES = {"zh-CN": ("cmn-CN", "Polly.Zhiyu-Neural"), "en": ("en-GB", "Polly.Amy-Neural")}
"""Our language -> the carrier's language code and voice; recorded prompts replace both."""


@dataclass(frozen=True)
class Target:
    """A telephone to ring: its number and the addresses the carrier asks while it rings."""

    number: str
    screen_url: str
    status_url: str
    extension: str = ""


@dataclass(frozen=True)
class Ringing:
    """The telephones that ring at once."""

    targets: tuple[Target, ...]
    seconds: int
    caller_id: str
    limit_seconds: int = 7200


@dataclass(frozen=True)
class Style:
    """How a call is spoken to: the words, their language, and where the carrier's answers go."""

    book: Book
    language: str
    carrier: Capabilities
    url: Callable[[Position], str]
    audio_url: Callable[[str], str]
    recording_url: str = ""
    line: str = ""
    dialect: str = ""
    ringing: Ringing | None = field(default=None)


def render(steps: Sequence[Step], style: Style) -> str:
    """Return the TwiML document of some steps. Raises ValueError on a Ring step without telephones."""
    document = VoiceResponse()
    for step in steps:
        _STEPS[type(step)](document, step, style)
    return str(document)


def apology(words: str, language: str, again_url: str, wait_seconds: int = 3) -> str:
    """Return a document for when we failed: it speaks, waits and asks again, so nobody is left in silence."""
    document = VoiceResponse()
    code, voice = VOICES[language]
    document.say(words, language=code, voice=voice)
    document.pause(length=wait_seconds)
    document.redirect(again_url, method="POST")
    return str(document)


def empty() -> str:
    """Return the document that does nothing: the carrier goes on or hangs up."""
    return str(VoiceResponse())


def _say(parent: TwiML, prompt: Prompt, style: Style) -> None:
    words = style.book.words(prompt, style.language, line=style.line, dialect=style.dialect)
    if words.audio:
        parent.play(style.audio_url(words.audio))
        return
    code, voice = VOICES[style.language]
    parent.say(printable(words.text), language=code, voice=voice)


def printable(text: str) -> str:
    """Return ``text`` without the control characters that would make the document unreadable."""
    return "".join(c for c in text if c.isprintable() or c == "\n")


def _speak(document: VoiceResponse, step: Speak, style: Style) -> None:
    _say(document, step.prompt, style)


def _wait(document: VoiceResponse, step: Wait, style: Style) -> None:
    if style.carrier.pause:
        document.pause(length=step.seconds)


def _ask(document: VoiceResponse, step: Ask, style: Style) -> None:
    gather = Gather(
        action=style.url(step.at),
        method="POST",
        input="dtmf",
        timeout=step.timeout,
        num_digits=None if step.finish_key else step.digits,
        finish_on_key=step.finish_key,
    )
    for prompt in step.prompts:
        _say(gather, prompt, style)
    document.append(gather)


def _ring(document: VoiceResponse, step: Ring, style: Style) -> None:
    ringing, carrier = style.ringing, style.carrier
    if ringing is None or not ringing.targets:
        raise ValueError("nobody to ring")
    dial = Dial(
        action=style.url(step.at),
        method="POST",
        timeout=max(5, ringing.seconds - carrier.ring_extra_seconds),
        time_limit=ringing.limit_seconds,
        caller_id=ringing.caller_id,
        answer_on_bridge=carrier.answer_on_bridge or None,
    )
    for target in ringing.targets:
        reports = carrier.leg_status and bool(target.status_url)
        dial.number(
            target.number,
            url=carrier.document(target.screen_url) if carrier.screening else None,
            method="POST" if carrier.screening else None,
            status_callback=carrier.report(target.status_url) if reports else None,
            status_callback_event="initiated ringing answered completed" if reports else None,
            status_callback_method="POST" if reports else None,
            send_digits=f"wwww{target.extension}" if target.extension else None,
        )
    document.append(dial)


def _record(document: VoiceResponse, step: Record, style: Style) -> None:
    document.record(
        action=style.url(step.at),
        method="POST",
        max_length=step.max_seconds,
        timeout=step.silence_seconds,
        finish_on_key=step.finish_keys or "1234567890*#",
        play_beep=True,
        recording_status_callback=style.carrier.report(style.recording_url) if style.recording_url else None,
        recording_status_callback_event="completed absent" if style.recording_url else None,
    )


def _continue(document: VoiceResponse, step: Continue, style: Style) -> None:
    document.redirect(style.url(step.at), method="POST")


def _leave(document: VoiceResponse, _step: Leave, _style: Style) -> None:
    document.hangup()


def _join(_document: VoiceResponse, _step: Join, _style: Style) -> None:
    """The end of a screening document joins the two; nothing is to be said."""


_STEPS: dict[type, Callable[..., None]] = {
    Speak: _speak,
    Wait: _wait,
    Ask: _ask,
    Ring: _ring,
    Record: _record,
    Continue: _continue,
    Leave: _leave,
    Join: _join,
}
