"""The carrier's webhooks: signature checked in one place, and no failure that a caller would hear as an error."""

from __future__ import annotations

import logging
import re
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, request, send_file
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from hotline.calls import errand_turns, errands, fallback, handsets, reports, switchboard
from hotline.calls.arrival import taking as arrival
from hotline.calls.exchange import Exchange
from hotline.calls.standby import handset_turns, turns
from hotline.calls.standby.memo import PARAMETER, Memo
from hotline.telephony.events import CallEvent
from hotline.telephony.signature import is_signed
from hotline.web.answering import quiet, reported, spoken
from ivr_flows.engine.steps import FlowError, Position

log = logging.getLogger(__name__)
_MADE = re.compile(r"recorded/([0-9a-f]{64}\.(?:wav|mp3))")
webhooks = Blueprint("carrier", __name__, url_prefix="/carrier")


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


@webhooks.after_request
def close_connection(response: Response) -> Response:
    """Each webhook comes on a connection of its own: one left open would be cut by a server that stops."""
    response.headers["Connection"] = "close"
    return response


def _voice_alone(x: Exchange, _memo: Memo | None, event: CallEvent) -> str:
    """Without the database whoever rings is a caller: nobody of ours can be told apart from one."""
    return turns.begin(x, event.as_caller())


def _step_alone(x: Exchange, memo: Memo | None, event: CallEvent, call_id: UUID, number: int, position: str) -> str:
    return turns.step(x, memo, call_id, number, _position(position), event)


def _recording_alone(x: Exchange, _memo: Memo | None, event: CallEvent, call_id: UUID) -> None:
    handset_turns.report(x, "recording", str(call_id), event)


def _screen_alone(x: Exchange, memo: Memo | None, event: CallEvent, leg_id: UUID) -> str:
    return handset_turns.screen(x, memo, leg_id, event)


def _key_alone(x: Exchange, memo: Memo | None, event: CallEvent, leg_id: UUID, position: str) -> str:
    return handset_turns.key(x, memo, leg_id, _position(position), event)


def _leg_status_alone(x: Exchange, _memo: Memo | None, event: CallEvent, leg_id: UUID) -> None:
    handset_turns.report(x, "leg_status", str(leg_id), event)


def _status_alone(x: Exchange, _memo: Memo | None, event: CallEvent) -> None:
    handset_turns.report(x, "status", event.sid, event)


def _lost_alone(x: Exchange, memo: Memo | None, event: CallEvent) -> str:
    return fallback.resume_alone(x, memo, event, request.values.get("ErrorUrl", ""))


def _taken_at_once(x: Exchange, connection: Connection, event: CallEvent) -> str | None:
    return None if request.args.get("as") == "caller" else arrival.answer(x, connection, event)


@webhooks.post("/voice")
@spoken(_voice_alone, first=_taken_at_once)
def voice(x: Exchange, session: Session, event: CallEvent) -> str:
    """A new call: of a survivor, or of somebody of ours who rings from a handset."""
    if request.args.get("as") == "caller":
        return switchboard.incoming(x, session, event.as_caller())
    return errand_turns.staff_call(x, session, event) or switchboard.incoming(x, session, event)


@webhooks.post("/calls/<uuid:call_id>/<int:number>/<position>")
@spoken(_step_alone)
def step(x: Exchange, session: Session, event: CallEvent, call_id: UUID, number: int, position: str) -> str:
    """A later turn of a call."""
    return switchboard.step(x, session, call_id, number, _position(position), event)


@webhooks.post("/calls/<uuid:call_id>/recording")
@quiet(_recording_alone)
def recording(x: Exchange, session: Session, event: CallEvent, call_id: UUID) -> None:
    """A message is ready at the carrier."""
    switchboard.recorded(x, session, call_id, event)


@webhooks.post("/legs/<uuid:leg_id>/screen")
@spoken(_screen_alone)
def screen(x: Exchange, session: Session, event: CallEvent, leg_id: UUID) -> str:
    """A handset was picked up."""
    return handsets.screen(x, session, leg_id, event, request.args.get(PARAMETER, ""))


@webhooks.post("/legs/<uuid:leg_id>/key/<position>")
@spoken(_key_alone)
def key(x: Exchange, session: Session, event: CallEvent, leg_id: UUID, position: str) -> str:
    """A key was pressed on a handset."""
    return handsets.key(x, session, leg_id, _position(position), event, request.args.get(PARAMETER, ""))


@webhooks.post("/legs/<uuid:leg_id>/status")
@reported(_leg_status_alone)
def leg_status(x: Exchange, connection: Connection, event: CallEvent, leg_id: UUID) -> None:
    """The carrier reports on a handset."""
    reports.on_handset(connection, leg_id, event, x.clock(), alone=True)


@webhooks.post("/errands/<uuid:errand_id>/<int:number>/<position>")
@spoken()
def errand(x: Exchange, session: Session, event: CallEvent, errand_id: UUID, number: int, position: str) -> str:
    """A turn of a call that we placed."""
    return errand_turns.turn(x, session, errand_id, number, _position(position), event)


@webhooks.post("/errands/<uuid:errand_id>/greet")
@spoken()
def greet(x: Exchange, session: Session, _event: CallEvent, errand_id: UUID) -> str:
    """A survivor who is rung back has picked up."""
    return errand_turns.greet(x, session, errand_id)


@webhooks.post("/errands/<uuid:errand_id>/status")
@quiet()
def errand_status(x: Exchange, session: Session, event: CallEvent, errand_id: UUID) -> None:
    """The carrier reports on a call that we placed."""
    if not event.over:
        reports.on_placed(session.connection(), errand_id, event, x.clock())
        return
    errands.status(x, session, errand_id, event)
    switchboard.status(x, session, event)  # whoever asked for a human went on as a caller


@webhooks.post("/status")
@quiet(_status_alone)
def status(x: Exchange, session: Session, event: CallEvent) -> None:
    """The carrier reports on the caller's leg."""
    switchboard.status(x, session, event)


@webhooks.post("/fallback")
@spoken(_lost_alone)
def lost(x: Exchange, session: Session, event: CallEvent) -> str:
    """The carrier could not get our answer: go on from where the call stands."""
    return fallback.resume(x, session, event, request.values.get("ErrorUrl", ""))


@webhooks.get("/audio/<path:name>")
def audio(name: str) -> Response:
    """A recorded prompt; one made at the console has the hash of its content for a name and never changes."""
    x = exchange()
    made = _MADE.fullmatch(name)
    file = x.prompts.audio_file(made[1]) if made else x.book.audio_file(name)
    if file is None or not file.is_file():
        abort(404)
    answer = send_file(file.resolve(), conditional=True)
    if made:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except FlowError:
        abort(404)
