"""The carrier's webhooks: signature checked in one place, and no failure that a caller would hear as an error."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, request, send_file
from sqlalchemy.orm import Session

from hotline.calls import errand_turns, errands, fallback, handsets, switchboard
from hotline.calls.exchange import Exchange
from hotline.numbers import mask
from hotline.telephony import events, twiml
from hotline.telephony.events import CallEvent
from hotline.telephony.signature import is_signed
from ivr_flows.engine.steps import FlowError, Position, prompt

log = logging.getLogger(__name__)
webhooks = Blueprint("carrier", __name__, url_prefix="/carrier")

P = ParamSpec("P")
Handler = Callable[Concatenate[Exchange, Session, CallEvent, P], str | None]

CARRIED = ("Digits", "RecordingSid", "RecordingUrl", "RecordingDuration", "DialCallStatus", "DialCallDuration")
"""What the caller or the carrier told us and must survive a second try of the same webhook."""


def exchange() -> Exchange:
    """Return the exchange of this process."""
    found: Exchange = current_app.extensions["hotline"]
    return found


@webhooks.before_request
def check_signature() -> None:
    """Refuse what the carrier did not sign. Recorded prompts are public: the carrier fetches them unsigned."""
    if request.endpoint == "carrier.audio":
        return
    x = exchange()
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    path = raw if raw.startswith("/") else "/" + raw.split("/", 3)[-1]
    url = x.settings.base_url + path
    body = request.get_data(cache=True)
    if not is_signed(url, request.form, body, request.headers, x.settings.carrier_tokens, x.capabilities):
        given = "wrong" if request.headers.get("X-Twilio-Signature") else "missing"
        log.warning("refused a webhook: signature %s, path %s, from %s", given, request.path, request.remote_addr)
        abort(403)


def spoken(handler: Handler[P]) -> Callable[P, Response]:
    """Make a webhook of a use case: one transaction, one commit; a failure is spoken and the carrier asks again."""

    @functools.wraps(handler)
    def view(*args: P.args, **kwargs: P.kwargs) -> Response:
        x = exchange()
        event = events.read(request.values)
        try:
            with x.sessions.begin() as session:
                reply = handler(x, session, event, *args, **kwargs)
        except Exception:  # whatever went wrong, the caller hears a sentence and goes on
            log.exception("webhook %s of call %s from %s failed", request.endpoint, event.sid, _who(event))
            reply = _apology(x) if event.sid else twiml.empty()
        if reply is None:
            return Response(status=204)
        return Response(reply, mimetype="text/xml")

    return view


def quiet(handler: Handler[P]) -> Callable[P, Response]:
    """Make a webhook of a report that nobody listens to: 204, or 500 so that the carrier's log shows the failure."""

    @functools.wraps(handler)
    def view(*args: P.args, **kwargs: P.kwargs) -> Response:
        x = exchange()
        event = events.read(request.values)
        try:
            with x.sessions.begin() as session:
                handler(x, session, event, *args, **kwargs)
        except Exception:  # the sweep finds what a lost report would have said
            log.exception("report %s of call %s failed", request.endpoint, event.sid)
            return Response(status=500)
        return Response(status=204)

    return view


@webhooks.post("/voice")
@spoken
def voice(x: Exchange, session: Session, event: CallEvent) -> str:
    """A new call: of a survivor, or of somebody of ours who rings from a handset."""
    if request.args.get("as") == "caller":
        return switchboard.incoming(x, session, event.as_caller())
    return errand_turns.staff_call(x, session, event) or switchboard.incoming(x, session, event)


@webhooks.post("/calls/<uuid:call_id>/<int:number>/<position>")
@spoken
def step(x: Exchange, session: Session, event: CallEvent, call_id: UUID, number: int, position: str) -> str:
    """A later turn of a call."""
    return switchboard.step(x, session, call_id, number, _position(position), event)


@webhooks.post("/calls/<uuid:call_id>/recording")
@quiet
def recording(x: Exchange, session: Session, event: CallEvent, call_id: UUID) -> None:
    """A message is ready at the carrier."""
    switchboard.recorded(x, session, call_id, event)


@webhooks.post("/legs/<uuid:leg_id>/screen")
@spoken
def screen(x: Exchange, session: Session, event: CallEvent, leg_id: UUID) -> str:
    """A handset was picked up."""
    return handsets.screen(x, session, leg_id, event)


@webhooks.post("/legs/<uuid:leg_id>/key/<position>")
@spoken
def key(x: Exchange, session: Session, event: CallEvent, leg_id: UUID, position: str) -> str:
    """A key was pressed on a handset."""
    return handsets.key(x, session, leg_id, _position(position), event)


@webhooks.post("/legs/<uuid:leg_id>/status")
@quiet
def leg_status(x: Exchange, session: Session, event: CallEvent, leg_id: UUID) -> None:
    """The carrier reports on a handset."""
    handsets.status(x, session, leg_id, event)


@webhooks.post("/errands/<uuid:errand_id>/<int:number>/<position>")
@spoken
def errand(x: Exchange, session: Session, event: CallEvent, errand_id: UUID, number: int, position: str) -> str:
    """A turn of a call that we placed."""
    return errand_turns.turn(x, session, errand_id, number, _position(position), event)


@webhooks.post("/errands/<uuid:errand_id>/greet")
@spoken
def greet(x: Exchange, session: Session, _event: CallEvent, errand_id: UUID) -> str:
    """A survivor who is rung back has picked up."""
    return errand_turns.greet(x, session, errand_id)


@webhooks.post("/errands/<uuid:errand_id>/status")
@quiet
def errand_status(x: Exchange, session: Session, event: CallEvent, errand_id: UUID) -> None:
    """The carrier reports on a call that we placed."""
    errands.status(x, session, errand_id, event)
    switchboard.status(x, session, event)  # whoever asked for a human went on as a caller


@webhooks.post("/status")
@quiet
def status(x: Exchange, session: Session, event: CallEvent) -> None:
    """The carrier reports on the caller's leg."""
    switchboard.status(x, session, event)


@webhooks.post("/fallback")
@spoken
def lost(x: Exchange, session: Session, event: CallEvent) -> str:
    """The carrier could not get our answer: go on from where the call stands."""
    return fallback.resume(x, session, event, request.form.get("ErrorUrl", ""))


@webhooks.get("/audio/<path:name>")
def audio(name: str) -> Response:
    """A recorded prompt."""
    file = exchange().book.audio_file(name)
    if file is None:
        abort(404)
    return send_file(file, conditional=True)


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except FlowError:
        abort(404)


def _apology(x: Exchange) -> str:
    """Say that we are still at it and ask for the same document again, keys and all."""
    again = request.args.get("again", type=int, default=0)
    carried = {name: request.values[name] for name in CARRIED if request.values.get(name)}
    url = f"{x.settings.base_url}{request.path}?{urlencode({**carried, 'again': again + 1})}"
    words = x.book.words(prompt("error.line" if again % 4 == 0 else "error.moment"), x.settings.default_language)
    return twiml.apology(words.text, x.settings.default_language, url, wait_seconds=min(2 + again, 5))


def _who(event: CallEvent) -> str:
    return mask(event.caller.value) if event.caller else "withheld"
