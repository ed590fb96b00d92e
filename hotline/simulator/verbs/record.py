"""Record: a message after the tone."""

from __future__ import annotations

import asyncio
from datetime import datetime

from hotline.simulator.courier import Errand
from hotline.simulator.document import Document, Element, Fetch, Step, flag, method, number, words
from hotline.simulator.leg import Take
from hotline.simulator.recordings import Recording
from hotline.simulator.session import HungUp, Session

ANY_KEY = "1234567890*#"


async def record(session: Session, verb: Element, document: Document) -> Step | None:
    """Record the party; go to the action with the recording, or on to the next verb when it is empty."""
    await session.answer()
    leg, exchange = session.leg, session.exchange
    if flag(verb, "playBeep", default=True):
        await session.guard(leg.beep())
    while not leg.keys.empty():
        leg.keys.get_nowait()
    sid, started = exchange.sids.new("RE"), exchange.now()
    take = Take(asyncio.get_running_loop().time())
    report_recording(session, verb, document, Recording(sid, session.record.sid, started, 0, "", "in-progress"))
    limit, silence = number(verb, "maxLength", 3600.0, lowest=1), number(verb, "timeout", 5.0, lowest=1)
    try:
        await session.guard(leg.record(take, limit, silence, verb.get("finishOnKey", ANY_KEY)))
    except HungUp:
        step = _finish(session, verb, document, (sid, started, take), "hangup")
        if step is not None:
            await session.tell(step)
        raise
    return _finish(session, verb, document, (sid, started, take), take.key)


def _finish(
    session: Session, verb: Element, document: Document, made: tuple[str, datetime, Take], digits: str
) -> Fetch | None:
    sid, started, take = made
    trimmed = verb.get("trim", "trim-silence") == "trim-silence"
    kept = session.exchange.recordings.keep(
        sid, session.record.sid, started, take, source="RecordVerb", trimmed=trimmed
    )
    report_recording(session, verb, document, kept)
    if kept.status == "absent":
        return None
    extra = (*recording_fields(session, kept), ("Digits", digits))
    return Fetch("action", method(verb), document.address(verb, "action", document.url), extra)


def recording_fields(session: Session, recording: Recording) -> tuple[tuple[str, str], ...]:
    """Return the fields by which an action learns of a recording."""
    return (
        ("RecordingUrl", session.exchange.recordings.url(recording.sid)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.seconds)),
    )


def report_recording(session: Session, verb: Element, document: Document, recording: Recording) -> None:
    """Send the recording's status callback, if this event was asked for, a moment after the fact."""
    url = document.address(verb, "recordingStatusCallback")
    if not url or recording.status not in words(verb, "recordingStatusCallbackEvent", ("completed",)):
        return
    exchange = session.exchange
    fields = (
        ("AccountSid", exchange.account),
        ("CallSid", session.record.sid),
        *recording_fields(session, recording),
        ("RecordingStatus", recording.status),
        ("RecordingChannels", "1"),
        ("RecordingStartTime", recording.started.strftime("%a, %d %b %Y %H:%M:%S +0000")),
        ("RecordingSource", recording.source or "RecordVerb"),
        ("ErrorCode", "0"),
    )
    errand = Errand("recording", method(verb, "recordingStatusCallbackMethod"), url, fields, session.record.sid)

    async def later() -> None:
        if recording.status != "in-progress":
            await asyncio.sleep(exchange.switches.recording_ready_seconds)
        exchange.courier.notify(errand)

    exchange.spawn(later())
