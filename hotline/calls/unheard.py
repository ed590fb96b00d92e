"""Calls that the carrier took while all of ours was down: its own books say who rang, and each becomes a ticket.

A call that we knew and that went on there may have left a message there: it is put to its ticket.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import endings, opening
from hotline.calls.exchange import Exchange
from hotline.calls.holds import LONGEST_CALL
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.models import Call, Errand, Recording
from hotline.directory.models import Handset, Staff
from hotline.telephony import events
from hotline.telephony.rest import Heard, Spoken
from tickets import desk

log = logging.getLogger(__name__)

SETTLED = timedelta(minutes=10)
"""A call is looked for this long after its end: by then whoever took it without the database has said so."""
FIRST = timedelta(hours=24)
"""How far back the books are read the first time."""
MARK = "the carrier's books are read until"


def take_in(x: Exchange) -> int:
    """Open a ticket, with a call back owed, for each call that we never heard of; return how many there were.

    Safe to repeat. Raises CarrierError: then the same books are read again the next time.
    """
    now = x.clock()
    with x.sessions() as session:
        mark = session.get(KeepingMark, MARK)
        since = mark.at if mark else now - FIRST
    heard = x.carrier.incoming(since - LONGEST_CALL)
    over = [one for one in heard if one.ended and one.ended <= now - SETTLED]
    with x.sessions() as session:
        unknown = _unknown(session, over)
    for one in unknown:
        told = x.carrier.more_of(one)
        with x.sessions.begin() as session:
            _open(x, session, told)
    for message in x.carrier.spoken(since - LONGEST_CALL):
        if message.at <= now - SETTLED:
            _keep(x, message)
    with x.sessions.begin() as session:
        row = insert(KeepingMark).values(key=MARK, at=now - SETTLED)
        session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"at": row.excluded.at}))
    return len(unknown)


def _keep(x: Exchange, message: Spoken) -> None:
    """Keep a message of a call of ours that we have not heard of; memos of our own calls are none."""
    with x.sessions.begin() as session:
        if session.scalar(select(exists().where(Recording.sid == message.sid))):
            return
        call = session.scalars(select(Call).where(Call.sid == message.call_sid).with_for_update()).first()
        if call is None:
            return
        outcome = call.outcome
        told = {
            "CallSid": message.call_sid,
            "RecordingSid": message.sid,
            "RecordingUrl": message.url,
            "RecordingDuration": str(message.seconds),
        }
        endings.keep_message(session, call, events.read(told), message.at)
        if call.accepted_leg_id is not None:
            call.outcome = outcome
    log.warning("message %s was left with the carrier alone and is on its ticket now", message.sid)


def _unknown(session: Session, heard: Sequence[Heard]) -> list[Heard]:
    sids = [one.sid for one in heard]
    known = set(session.scalars(select(Call.sid).where(Call.sid.in_(sids))))
    known |= set(session.scalars(select(Errand.sid).where(Errand.sid.in_(sids))))
    return [one for one in heard if one.sid not in known]


def _open(x: Exchange, session: Session, heard: Heard) -> None:
    """Store the call as missed, or as one of which nobody knows whether a human took it, as of when it was."""
    ended: datetime = heard.ended or heard.started
    event = events.read(
        {
            "CallSid": heard.sid,
            "From": heard.caller,
            "To": heard.called,
            "CallStatus": "completed",
            "RecordingSid": heard.recording_sid,
            "RecordingUrl": heard.recording_url,
            "RecordingDuration": str(heard.recording_seconds),
        }
    )
    if event.caller and _is_ours(session, x.vault.fingerprint(event.caller.value)):
        return
    call = opening.open_call(replace(x, clock=lambda: heard.started), session, event, heard.started)
    if call is None:
        return
    desk.note(session, call.ticket_id, "unheard", ended)
    if heard.met:
        call.outcome = "unconfirmed"
    endings.keep_message(session, call, event, ended)
    endings.finish(session, call, ended, how="found_over")
    log.warning("call %s was taken by the carrier alone and is a ticket now", call.id)


def _is_ours(session: Session, number_hash: bytes) -> bool:
    """Whether somebody on duty rang in: they are not to be rung back."""
    ours = or_(exists().where(Handset.number_hash == number_hash), exists().where(Staff.number_hash == number_hash))
    return bool(session.scalar(select(ours)))
