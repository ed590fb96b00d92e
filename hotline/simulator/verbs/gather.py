"""Gather: prompts, then keys (or words)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from hotline.simulator.document import Document, Element, Fetch, Step, flag, method, number, words
from hotline.simulator.leg import Leg
from hotline.simulator.session import Session
from hotline.simulator.verbs.sound import sound

AUTO_SECONDS = 2.0
"""What ``timeout="auto"`` comes to."""


@dataclass(frozen=True)
class Heard:
    """What the party entered: a key or a sentence."""

    key: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Ears:
    """Waits for the next key or, where speech is asked for, sentence."""

    leg: Leg
    speech: bool
    dtmf: bool

    def empty(self) -> None:
        """Forget what was entered before."""
        for queue in (self.leg.keys, self.leg.words):
            while not queue.empty():
                queue.get_nowait()

    async def during(self, work: Awaitable[None]) -> Heard | None:
        """Return what is entered while ``work`` goes on (which stops it), or None at its end."""
        return await self._first(asyncio.ensure_future(work), None)

    async def within(self, seconds: float) -> Heard | None:
        """Return what is entered within so many seconds, or None."""
        return await self._first(None, seconds)

    async def _first(self, work: asyncio.Future[None] | None, seconds: float | None) -> Heard | None:
        key = asyncio.ensure_future(self.leg.keys.get()) if self.dtmf else None
        sentence = asyncio.ensure_future(self.leg.words.get()) if self.speech else None
        tasks = {task for task in (key, sentence, work) if task is not None}
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if key is not None and key.done():
                return Heard(key=key.result())
            if sentence is not None and sentence.done():
                return Heard(sentence=sentence.result())
            if work is not None:
                work.result()
            return None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def gather(session: Session, verb: Element, document: Document) -> Step | None:
    """Collect input; go to the action with it, or on to the next verb without."""
    await session.answer()
    kinds = words(verb, "input", ("dtmf",))
    ears = Ears(session.leg, "speech" in kinds, "dtmf" in kinds)
    if not session.exchange.switches.type_ahead:
        ears.empty()
    with session.leg.listening():
        digits, sentence = await session.guard(_collect(session, verb, document, ears))
    if not digits and not sentence and not flag(verb, "actionOnEmptyResult"):
        return None
    extra = [("Digits", digits)] if digits or not sentence else []
    if sentence:
        extra += [("SpeechResult", sentence), ("Confidence", "0.9")]
    return Fetch("action", method(verb), document.address(verb, "action", document.url), tuple(extra))


async def _collect(session: Session, verb: Element, document: Document, ears: Ears) -> tuple[str, str]:
    timeout = AUTO_SECONDS if verb.get("timeout") == "auto" else number(verb, "timeout", 5.0)
    finish = verb.get("finishOnKey", "#")
    limit = int(number(verb, "numDigits", 1000.0, lowest=1))
    digits = ""
    heard = await ears.during(_prompts(session, verb, document)) if len(verb) else None
    if heard is None:
        heard = await ears.within(timeout)
    while heard is not None:
        if heard.sentence:
            return "", heard.sentence
        if finish and heard.key in finish:
            break
        digits += heard.key
        if len(digits) >= limit:
            break
        heard = await ears.within(timeout)
    return digits, ""


async def _prompts(session: Session, verb: Element, document: Document) -> None:
    for prompt in verb:
        if prompt.tag in session.exchange.profile.aborting_verbs:
            session.exchange.note(session.leg, f"<{prompt.tag}> is not known here")
            continue
        await sound(session, prompt, document)
