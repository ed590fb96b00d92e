"""Calls: create, fetch, list, update."""

from __future__ import annotations

from datetime import UTC, datetime

from hotline.simulator.calls import CallRecord
from hotline.simulator.carrier import Carrier
from hotline.simulator.document import DocumentError, Fetch, Step, parse
from hotline.simulator.placing import Order
from hotline.simulator.rest import shapes
from hotline.simulator.rest.request import Request, RestError, RestReply, is_number, not_found, page
from hotline.simulator.session import Redirected

KNOWN_BAD = {
    "+15005550001": (21217, "Phone number does not appear to be valid"),
    "+15005550002": (21214, "'To' phone number cannot be reached"),
    "+15005550003": (21215, "Account not authorized to call this number"),
    "+15005550004": (21216, "Account not allowed to call this number"),
}
"""Numbers by which a client tests its error handling."""
TEST_CALLER = "+15005550006"
LONGEST_TWIML = 4000


def handle(carrier: Carrier, request: Request, path: str) -> RestReply:
    """Answer a request about calls. Raises RestError."""
    if not request.sid:
        return _create(carrier, request) if request.method == "POST" else _list(carrier, request, path)
    record = carrier.records.get(request.sid)
    if record is None:
        raise not_found(path)
    if request.method == "POST":
        _update(carrier, record, request)
    elif request.method == "DELETE":
        if not record.over:
            raise RestError(409, 20009, "Call cannot be deleted because it is still in progress")
        del carrier.records[request.sid]
        return RestReply(204)
    return RestReply(200, shapes.call(record))


def _create(carrier: Carrier, request: Request) -> RestReply:
    to, sender = request.get("To"), request.get("From")
    _check(carrier, to, sender)
    step = _step(request)
    if step is None:
        raise RestError(400, 21205, "Url parameter is required")
    limited = not carrier.config.profile.rest_timeout
    fallback = request.get("FallbackUrl")
    order = Order(
        step=step,
        fallback=Fetch("fallback", "POST", fallback) if fallback else None,
        ring_seconds=60.0 if limited else float(request.get("Timeout") or 60),
        detects=not limited and request.get("MachineDetection") in ("Enable", "DetectMessageEnd"),
        detects_meanwhile=request.get("AsyncAmd").lower() == "true",
        detection_url=request.get("AsyncAmdStatusCallback"),
        send_digits=request.get("SendDigits"),
    )
    record = carrier.exchange.new_record(sender, to, "outbound-api")
    record.line = sender if sender in carrier.lines else ""
    record.status_url = request.get("StatusCallback")
    events = [event for value in request.all("StatusCallbackEvent") for event in value.split()]
    record.status_events = frozenset(events if events and not limited else ["completed"])
    carrier.place(record, order)
    return RestReply(201, shapes.call(record))


def _check(carrier: Carrier, to: str, sender: str) -> None:
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not sender:
        raise RestError(400, 21213, "No 'From' number is specified")
    if to in KNOWN_BAD:
        raise RestError(400, *KNOWN_BAD[to])
    if not is_number(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if sender not in carrier.lines and sender != TEST_CALLER:
        raise RestError(400, 21210, f"The source phone number provided, {sender}, is not yet verified for your account")


def _step(request: Request) -> Step | None:
    """Return where the call is sent by Url or Twiml, None without either. Raises RestError."""
    url, text = request.get("Url"), request.get("Twiml")
    if text and len(text) > LONGEST_TWIML:
        raise RestError(400, 21623, f"Twiml has {len(text)} characters, the limit is {LONGEST_TWIML}")
    if text:
        try:
            return parse(text, url)
        except DocumentError as error:
            raise RestError(400, error.code, str(error)) from error
    if url and not url.startswith(("http://", "https://")):
        raise RestError(400, 21205, f"Url is not a valid URL: {url}")
    return Fetch("voice", "GET" if request.get("Method").upper() == "GET" else "POST", url) if url else None


def _update(carrier: Carrier, record: CallRecord, request: Request) -> None:
    status, step = request.get("Status"), _step(request)
    session = carrier.exchange.sessions.get(record.sid)
    if not status and step is None:
        return
    if session is None or record.over:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status:
        if status not in ("canceled", "completed"):
            raise RestError(400, 20001, f"Status {status} is not canceled or completed")
        if status == "canceled" and record.status == "in-progress":
            raise RestError(400, 21220, "Call is in-progress. Cannot cancel.")
        final = "completed" if record.status == "in-progress" else "canceled"
        session.leg.hang_up(final)
        carrier.exchange.reporter.move(record, final)
    elif step is not None:
        if record.status != "in-progress" and record.direction != "inbound":
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        session.interrupt(Redirected(step))


def _list(carrier: Carrier, request: Request, path: str) -> RestReply:
    wanted = {"Status": "status", "To": "called", "From": "caller", "ParentCallSid": "parent_sid"}
    records = [
        record
        for record in reversed(carrier.records.values())
        if all(request.asked(name) in ("", getattr(record, field)) for name, field in wanted.items())
        and _started_within(record, request)
    ]
    return page(request, path, "calls", [shapes.call(record) for record in records])


def _started_within(record: CallRecord, request: Request) -> bool:
    """Compare as Twilio does: to the day where only a date is given, to the second otherwise."""
    for name in ("StartTime", "StartTime<", "StartTime>"):
        text = request.asked(name)
        if not text:
            continue
        limit = datetime.fromisoformat(text.replace("Z", "+00:00"))
        limit = limit if limit.tzinfo else limit.replace(tzinfo=UTC)
        start = record.created.replace(microsecond=0)
        same_day = start.date() == limit.date() if len(text) == 10 else start == limit
        if not (same_day or (name == "StartTime<" and start < limit) or (name == "StartTime>" and start > limit)):
            return False
    return True
