"""Redirect, Reject, Hangup."""

from __future__ import annotations

from urllib.parse import urljoin

from hotline.simulator.document import Document, Element, Fetch, Step, method
from hotline.simulator.session import Ended, Session


async def redirect(_: Session, verb: Element, document: Document) -> Step | None:
    """Go on with another document; what follows this verb is never reached."""
    return Fetch("action", method(verb), urljoin(document.url, (verb.text or "").strip()))


async def reject(session: Session, verb: Element, _: Document) -> Step | None:
    """Refuse an incoming call without answering it; on an answered one it hangs up."""
    status = "busy" if verb.get("reason") == "busy" else "failed"
    raise Ended("completed" if session.leg.answered else status)


async def hangup(session: Session, _: Element, __: Document) -> Step | None:
    """End the call; as the first verb it does not keep the carrier from answering."""
    await session.answer()
    raise Ended
