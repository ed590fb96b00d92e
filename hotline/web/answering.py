"""How a webhook is answered: by the database within its time, else from the snapshot, at worst by a kind sentence."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Response, current_app, request
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.standby.bringing_in import bring_in
from hotline.calls.standby.gate import is_gone, is_slow
from hotline.calls.standby.memo import PARAMETER, Memo
from hotline.calls.standby.turns import NoSnapshotError
from hotline.calls.standby.turnstile import Turnstile
from hotline.db import is_clash
from hotline.numbers import mask
from hotline.telephony import events, twiml
from hotline.telephony.events import CallEvent
from ivr_flows.engine.steps import prompt

log = logging.getLogger(__name__)

P = ParamSpec("P")
S = TypeVar("S", Session, Connection)
Handler = Callable[Concatenate[Exchange, Session, CallEvent, P], str | None]
Statement = Callable[Concatenate[Exchange, Connection, CallEvent, P], None]
First = Callable[[Exchange, Connection, CallEvent], str | None]
Spare = Callable[..., str | None]
"""What answers the same webhook without a database: given exchange, memo, event and the parts of the address."""

CARRIED = (
    "Digits", "RecordingSid", "RecordingUrl", "RecordingDuration", "DialCallStatus", "DialCallDuration", "DialBridged",
    "ErrorUrl",
)  # fmt: skip
"""What the caller or the carrier told us and must survive a second try of the same webhook."""
MOST_BEFORE = 3
"""Entries of the journal that a caller's webhook takes in before its own turn; the keeper does the rest."""
REPORTS_AT_ONCE, REPORT_SECONDS = 3, 4.0
"""Reports that are worked on at once; a further one waits so long for its turn, while callers are answered."""
PLACE_SECONDS = 2.0
"""How long a webhook waits for a place among those who are with the database.

The snapshot costs as much time of this process as the database does, and the journal that again: in a crowd it is for
those who would wait too long, not for making the queue shorter."""
ALONE_AT_ONCE, ALONE_SECONDS = 8, 2.0
"""Webhooks that the snapshot answers at once, and how long a further one waits for its turn: of a hundred at once each
would take a hundred times as long."""
CALLERS_AT_ONCE = 144
"""Webhooks that somebody listens to and that are worked on or wait, fewer than hotline.commands.services.WEB_THREADS:
one more would wait before the threads, where nobody answers it. Who made it hears at once that we are still at it."""
ASKED_TO_WAIT = 3
"""So often; then they wait with the others."""
_reports, _alone, _callers = Turnstile(REPORTS_AT_ONCE), Turnstile(ALONE_AT_ONCE), Turnstile(CALLERS_AT_ONCE)
GIVES_WAY_SECONDS = 0.05
"""How long a webhook that gave way to another stands back, so that the other one is through first."""
TRIES = 2
"""A webhook that fails for another reason than the database is tried so often before the snapshot answers."""


def unable(*_: object, **__: object) -> None:
    """Answer nothing: calls that we have placed wait for the database, spoken to, and keep what was pressed."""
    raise NoSnapshotError("this cannot be done from the snapshot")


@dataclass(frozen=True)
class _Ways:
    """How one webhook may be answered."""

    alone: Callable[[Memo | None], str | None]
    """From the snapshot."""
    first: Callable[[Connection], str | None] | None = None
    """By statements that are a transaction each; where that gives no answer, by ``ask``."""
    ask: Callable[[Session], str | None] | None = None
    """By one transaction."""
    needed: bool = False
    """The snapshot cannot answer this, so it waits for its turn."""
    heard: bool = True
    """Somebody waits for the answer."""


def spoken(spare: Spare = unable, first: First | None = None) -> Callable[[Handler[P]], Callable[P, Response]]:
    """Make a webhook that somebody listens to: one transaction, one commit; whatever fails, they hear words.

    ``first`` may answer instead, by statements that are a transaction each.
    """

    def decorate(handler: Handler[P]) -> Callable[P, Response]:
        @functools.wraps(handler)
        def view(*args: P.args, **kwargs: P.kwargs) -> Response:
            x, event = _exchange(), events.read(request.values)
            ways = _Ways(
                alone=lambda memo: spare(x, memo, event, *args, **kwargs),
                first=(lambda connection: first(x, connection, event)) if first else None,
                ask=lambda session: handler(x, session, event, *args, **kwargs),
                needed=spare is unable,
            )
            place = _callers.acquire(timeout=0)
            try:
                if place or event.over or _tries() >= ASKED_TO_WAIT:  # whoever has hung up does not ask again
                    reply = _answer(x, event, ways)
                else:
                    log.info("webhook %s of call %s is asked to wait: too many", request.endpoint, event.sid)
                    reply = _apology(x)
            except Exception:  # whatever went wrong, the caller hears a sentence and goes on
                log.exception("webhook %s of call %s from %s failed", request.endpoint, event.sid, _who(event))
                reply = _apology(x) if event.sid else twiml.empty()
            finally:
                if place:
                    _callers.release()
            if reply is None:
                return Response(status=204)
            return Response(reply, mimetype="text/xml")

        return view

    return decorate


def quiet(spare: Spare = unable) -> Callable[[Handler[P]], Callable[P, Response]]:
    """Make a webhook of a report that nobody listens to: 204, or 500 so that the carrier's log shows the failure."""

    def decorate(handler: Handler[P]) -> Callable[P, Response]:
        return _report(handler, spare, lambda ask, alone: _Ways(alone, ask=ask, needed=spare is unable, heard=False))

    return decorate


def reported(spare: Spare) -> Callable[[Statement[P]], Callable[P, Response]]:
    """Make a webhook as ``quiet`` does, whose handler is one statement and so a transaction by itself."""

    def decorate(handler: Statement[P]) -> Callable[P, Response]:
        return _report(handler, spare, lambda first, alone: _Ways(alone, first=first, heard=False))

    return decorate


def _report(
    handler: Callable[Concatenate[Exchange, S, CallEvent, P], str | None],
    spare: Spare,
    ways: Callable[[Callable[[S], str | None], Callable[[Memo | None], str | None]], _Ways],
) -> Callable[P, Response]:
    @functools.wraps(handler)
    def view(*args: P.args, **kwargs: P.kwargs) -> Response:
        x, event = _exchange(), events.read(request.values)
        turn = _reports.acquire(timeout=REPORT_SECONDS)
        try:
            _answer(
                x,
                event,
                ways(
                    lambda of: handler(x, of, event, *args, **kwargs),
                    lambda memo: spare(x, memo, event, *args, **kwargs),
                ),
            )
        except Exception:  # the sweep finds what a lost report would have said
            log.exception("report %s of call %s failed", request.endpoint, event.sid)
            return Response(status=500)
        finally:
            if turn:
                _reports.release()
        return Response(status=204)

    return view


def memo_of_request(x: Exchange) -> Memo | None:
    """Return what the address says of its call: ours, or that of the webhook which failed."""
    text = request.args.get(PARAMETER, "")
    if not text and (failed := request.values.get("ErrorUrl")):
        text = parse_qs(urlsplit(failed).query).get(PARAMETER, [""])[0]
    return x.standby.memos.read(text) if text else None


def _answer(x: Exchange, event: CallEvent, ways: _Ways) -> str | None:
    """Ask the database, unless it is away or the call has gone on without it before; then the snapshot."""
    memo, standby = memo_of_request(x), x.standby
    ready = standby.directory is not None
    if ready and memo and memo.alone:
        return _by_snapshot(ways, memo)
    behind = standby.dirty and ready and not standby.gate.closed
    if behind and not ways.heard and not ways.needed and standby.journal.pending(1):
        return _by_snapshot(ways, memo)  # what happened before comes first: the journal keeps the order
    try:
        if behind and ways.heard and not standby.gate.crowded:  # in a crowd it would only make more of it
            bring_in(x, MOST_BEFORE)
        # The key that took this very call may be among what is still in the journal.
        if behind and memo and not ways.needed and standby.journal.waits(str(memo.call_id)):
            return _by_snapshot(ways, memo)
        for last in (False, True):
            try:
                return _by_database(x, ways, patient=not ready)
            except DBAPIError as error:
                if last or not is_clash(error):
                    raise
                log.info("webhook %s of call %s gave way to another and begins again", request.endpoint, event.sid)
                time.sleep(GIVES_WAY_SECONDS)
    except Exception as error:
        slow, gone = is_slow(error), is_gone(error)
        if not ready or not (slow or gone or _tries() >= TRIES):
            raise
        if gone and not slow:
            standby.gate.close(error)
        log.warning("webhook %s of call %s is answered from the snapshot: %s", request.endpoint, event.sid, error)
    return _by_snapshot(ways, memo)


def _by_snapshot(ways: _Ways, memo: Memo | None) -> str | None:
    turn = _alone.acquire(timeout=ALONE_SECONDS)
    try:
        return ways.alone(memo)
    finally:
        if turn:
            _alone.release()


def _by_database(x: Exchange, ways: _Ways, *, patient: bool) -> str | None:
    gate = x.standby.gate
    reply = None
    if ways.first:
        with gate.statements(patient=patient, place_within=PLACE_SECONDS) as connection:
            reply = ways.first(connection)
    if reply or not ways.ask:
        return reply
    with gate.transaction(x.call_sessions, patient=patient, place_within=PLACE_SECONDS) as session:
        if ways.first:  # whoever begins to listen hears the newest words; the keeper sees to the rest within seconds
            x.prompts.refresh(session)
        return ways.ask(session)


def _exchange() -> Exchange:
    found: Exchange = current_app.extensions["hotline"]
    return found


def _tries() -> int:
    return request.args.get("again", type=int, default=0)


def _apology(x: Exchange) -> str:
    """Say that we are still at it and ask for the same document again, keys and all."""
    again = _tries()
    carried = {name: request.values[name] for name in (*CARRIED, PARAMETER) if request.values.get(name)}
    url = f"{x.settings.base_url}{request.path}?{urlencode({**carried, 'again': again + 1})}"
    words = x.book.words(prompt("error.line" if again % 4 == 0 else "error.moment"), x.settings.default_language)
    return twiml.apology(words.text, x.settings.default_language, url, wait_seconds=min(2 + again, 5))


def _who(event: CallEvent) -> str:
    return mask(event.caller.value) if event.caller else "withheld"
