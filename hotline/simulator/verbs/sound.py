"""Say, Play, Pause; alone and inside Gather."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin

from hotline.simulator.document import Document, DocumentError, Element, Step, number
from hotline.simulator.session import Session

ENDLESS = 1000
"""How often ``loop="0"`` repeats."""


async def say(session: Session, verb: Element, document: Document) -> Step | None:
    """Speak the text."""
    await session.answer()
    await session.guard(sound(session, verb, document))
    return None


async def play(session: Session, verb: Element, document: Document) -> Step | None:
    """Play an audio file, or keys."""
    await session.answer()
    await session.guard(sound(session, verb, document))
    return None


async def pause(session: Session, verb: Element, document: Document) -> Step | None:
    """Wait; an incoming call that was not answered yet goes on ringing."""
    await session.guard(sound(session, verb, document))
    return None


async def sound(session: Session, verb: Element, document: Document) -> None:
    """Let the party hear one of the three. Raises DocumentError for any other element."""
    leg = session.leg
    if verb.tag == "Pause":
        seconds = number(verb, "length", 1.0)
        await (leg.pause(seconds) if leg.answered else asyncio.sleep(seconds))
        return
    if verb.tag not in ("Say", "Play"):
        raise DocumentError(12200, f"<{verb.tag}> cannot be played")
    text = " ".join("".join(verb.itertext()).split())
    if not text and not verb.get("digits"):
        session.exchange.note(leg, f"13520: <{verb.tag}> is empty")
        return
    for _ in range(int(number(verb, "loop", 1.0)) or ENDLESS):
        if verb.tag == "Say":
            await leg.say(text, verb.get("language", "en-US"), verb.get("voice", "man"))
        elif verb.get("digits"):
            leg.send_keys(verb.get("digits", ""))
        else:
            await _play_file(session, urljoin(document.url, text))


async def _play_file(session: Session, url: str) -> None:
    seconds = await session.exchange.audio_seconds(url, session.record.sid)
    if seconds is None:
        session.exchange.note(session.leg, f"11200: no audio at {url}")
        return
    await session.leg.play(url, seconds)
