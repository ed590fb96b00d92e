"""The carrier lost our answer, or we were too slow: find the call again and go on from where it stands."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls import handsets, switchboard
from hotline.calls.exchange import Exchange
from hotline.calls.models import Call
from hotline.calls.standby import handset_turns, turns
from hotline.calls.standby.memo import Memo
from hotline.telephony.events import CallEvent
from ivr_flows.engine.steps import FlowError, Position

_UUID = r"([0-9a-f-]{36})"
_STEP = re.compile(rf"/carrier/calls/{_UUID}/(\d+)/([a-z0-9_.]+)$")
_SCREEN = re.compile(rf"/carrier/legs/{_UUID}/(screen|key/([a-z0-9_.]+))$")


def resume(x: Exchange, session: Session, event: CallEvent, error_url: str) -> str:
    """Answer in place of the webhook that failed; what it did, if it did anything, is not done again."""
    path = urlsplit(error_url).path
    if match := _STEP.search(path):
        return switchboard.step(x, session, UUID(match[1]), int(match[2]), _position(match[3]), event)
    if match := _SCREEN.search(path):
        if match[3]:
            return handsets.key(x, session, UUID(match[1]), _position(match[3]), event)
        return handsets.screen(x, session, UUID(match[1]), event)
    call = session.scalars(select(Call).where(Call.sid == event.sid)).first()
    if call is None or call.step == 0:
        return switchboard.incoming(x, session, event)
    return switchboard.step(x, session, call.id, call.step + 1, Position("connect"), event)


def resume_alone(x: Exchange, memo: Memo | None, event: CallEvent, error_url: str) -> str:
    """The same without the database. Raises NoSnapshotError."""
    path = urlsplit(error_url).path
    if match := _STEP.search(path):
        return turns.step(x, memo, UUID(match[1]), int(match[2]), _position(match[3]), event)
    if match := _SCREEN.search(path):
        if match[3]:
            return handset_turns.key(x, memo, UUID(match[1]), _position(match[3]), event)
        return handset_turns.screen(x, memo, UUID(match[1]), event)
    return turns.begin(x, event.as_caller())


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except FlowError:
        return Position("connect")
