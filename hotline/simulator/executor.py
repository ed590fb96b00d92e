"""Runs TwiML: fetches a document, does its verbs in order, goes where they lead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from hotline.simulator.courier import WebhookError
from hotline.simulator.document import Document, DocumentError, Element, Step
from hotline.simulator.session import Ended, HungUp, Redirected, Session
from hotline.simulator.verbs.dial import dial
from hotline.simulator.verbs.flow import hangup, redirect, reject
from hotline.simulator.verbs.gather import gather
from hotline.simulator.verbs.record import record
from hotline.simulator.verbs.sound import pause, play, say

CANNED_ERROR = "We are sorry, an application error has occurred. Goodbye."
Verb = Callable[[Session, Element, Document], Awaitable[Step | None]]
VERBS: dict[str, Verb] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Redirect": redirect,
    "Reject": reject,
    "Hangup": hangup,
}


async def run(session: Session, step: Step) -> None:
    """Execute documents until one comes to its end. Raises Ended, HungUp, DocumentError or WebhookError."""
    time, documents, since = asyncio.get_running_loop().time, 0, 0.0
    following: Step | None = step
    while following is not None:
        step = following
        if time() > since:
            documents, since = 0, time()
        documents += 1
        if documents > session.exchange.switches.document_limit:
            raise DocumentError(13000, "documents follow each other without end and without any time passing")
        try:
            document = await session.guard(session.fetch(step))
            following = await _perform(session, document)
        except Redirected as redirected:
            following = redirected.step
        except (DocumentError, WebhookError) as error:
            following = session.after(error, step)


async def serve(session: Session, step: Step) -> str:
    """Run a whole call and return its final CallStatus; a caller hears a canned sentence when all else fails."""
    try:
        await run(session, step)
        if not session.leg.answered:  # an empty document answers, as at Twilio
            await session.answer()
    except Ended as ended:
        return "completed" if session.leg.answered else ended.status
    except HungUp:
        return ""
    except (DocumentError, WebhookError):
        await _apologise(session)
    return "completed"


async def _perform(session: Session, document: Document) -> Step | None:
    for verb in document.verbs:
        if verb.tag in session.exchange.profile.aborting_verbs or verb.tag not in VERBS:
            raise DocumentError(12200, f"<{verb.tag}> is not known here")
        following = await VERBS[verb.tag](session, verb, document)
        if following is not None:
            return following
    return None


async def _apologise(session: Session) -> None:
    try:
        await session.answer()
        await session.guard(session.leg.say(CANNED_ERROR, "en-US", "man"))
    except (HungUp, Redirected):
        return
