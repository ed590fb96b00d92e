"""Calls that the carrier took while all of ours was down: its own books say who rang, and each becomes a ticket."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import endings, opening
from hotline.calls.chain import LONGEST_CALL
from hotline.calls.exchange import Exchange
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.lookup import policy_for
from hotline.calls.models import Call, Errand
from hotline.directory.models import Handset, Staff
from hotline.telephony import events
from hotline.telephony.rest import Heard
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
    with x.sessions.begin() as session:
        row = insert(KeepingMark).values(key=MARK, at=now - SETTLED)
        session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"at": row.excluded.at}))
    return len(unknown)


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
    endings.finish(session, call, policy_for(session, call.tenant_id, call.station_id), ended, how="found_over")
    log.warning("call %s was taken by the carrier alone and is a ticket now", call.id)


def _is_ours(session: Session, number_hash: bytes) -> bool:
    """Whether somebody on duty rang in: they are not to be rung back."""
    ours = or_(exists().where(Handset.number_hash == number_hash), exists().where(Staff.number_hash == number_hash))
    return bool(session.scalar(select(ours)))
