"""Dial: ring telephones, join the first that is ready, report how it went."""

from __future__ import annotations

import re

from hotline.simulator.document import Document, DocumentError, Element, Fetch, Step, flag, method, number, words
from hotline.simulator.session import HungUp, Session
from hotline.simulator.verbs.ring_group import DialOptions, RingGroup, Target

_DIALLABLE = re.compile(r"^\+?[1-9]\d{2,14}$")
MOST_TARGETS = 10


async def dial(session: Session, verb: Element, document: Document) -> Step | None:
    """Call the targets and talk; then go to the action, or on to the next verb without one."""
    if session.screening:
        raise DocumentError(13201, "<Dial> is not allowed while a callee is being screened")
    options = _options(session, verb, document)
    if not options.answer_on_bridge:
        await session.answer()
    group = RingGroup(session, options, verb, document)
    action = document.address(verb, "action")
    try:
        await session.guard(group.run())
    except HungUp:
        if action and session.exchange.switches.dial_action_after_hang_up:
            await session.tell(Fetch("action", method(verb), action, group.fields(caller_gone=True)))
        raise
    if not action:
        return None
    return Fetch("action", method(verb), action, group.fields())


def _options(session: Session, verb: Element, document: Document) -> DialOptions:
    profile = session.exchange.profile
    for noun in verb:
        if noun.tag in profile.aborting_verbs or noun.tag != "Number":
            raise DocumentError(12200, f"<{noun.tag}> inside <Dial> is not known here")
    targets = tuple(_target(session, noun, document) for noun in verb)
    plain = (verb.text or "").strip()
    if plain:
        targets = (Target(plain, _DIALLABLE.match(plain) is not None), *targets)
    if not targets or len(targets) > MOST_TARGETS:
        raise DocumentError(13223, f"<Dial> has {len(targets)} targets; 1 to {MOST_TARGETS} are allowed")
    on_bridge = flag(verb, "answerOnBridge") and "answerOnBridge" not in profile.ignored_dial_attributes
    return DialOptions(
        targets=targets,
        caller_id=verb.get("callerId") or session.record.caller,
        ring_seconds=number(verb, "timeout", 30.0, 5.0, 600.0),
        talk_seconds=number(verb, "timeLimit", 14_400.0, 1.0, 14_400.0),
        answer_on_bridge=on_bridge,
        star_ends=flag(verb, "hangupOnStar"),
        records=verb.get("record", "do-not-record") not in ("do-not-record", "false"),
    )


def _target(session: Session, noun: Element, document: Document) -> Target:
    text = re.sub(r"[\s\-()]", "", noun.text or "")
    if not session.exchange.profile.number_attributes:
        return Target(text, _DIALLABLE.match(text) is not None)
    return Target(
        number=text,
        diallable=_DIALLABLE.match(text) is not None,
        screen=Fetch("screen", method(noun), document.address(noun, "url")) if noun.get("url") else None,
        status_url=document.address(noun, "statusCallback"),
        status_method=method(noun, "statusCallbackMethod"),
        status_events=words(noun, "statusCallbackEvent", ("completed",)),
        send_digits=noun.get("sendDigits", ""),
    )
