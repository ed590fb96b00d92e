"""Recordings, incoming numbers, text messages."""

from __future__ import annotations

from dataclasses import replace

from hotline.simulator.carrier import Carrier
from hotline.simulator.phone import Message
from hotline.simulator.recordings import Recording
from hotline.simulator.rest import shapes
from hotline.simulator.rest.request import Request, RestError, RestReply, is_number, not_found, page


def recordings(carrier: Carrier, request: Request, path: str) -> RestReply:
    """Answer a request about recordings; ``.wav`` or ``.mp3`` after the sid gives the sound (WAV). Raises RestError."""
    sid, _, kind = request.sid.partition(".")
    kept = carrier.recordings

    def shape(item: Recording) -> dict[str, object]:
        return shapes.recording(item, carrier.config.account, kept.url(item.sid))

    if not sid:
        wanted = request.call_sid or request.asked("CallSid")
        items = [shape(item) for item in kept if wanted in ("", item.call_sid)]
        return page(request, path, "recordings", items)
    item = kept.get(sid)
    if item is None:
        raise not_found(path)
    if kind in ("wav", "mp3"):
        if item.status != "completed":
            raise not_found(path)
        return RestReply(200, media=kept.path(sid).read_bytes())
    if request.method == "DELETE":
        kept.delete(sid)
        return RestReply(204)
    return RestReply(200, shape(item))


def incoming_numbers(carrier: Carrier, request: Request, path: str) -> RestReply:
    """Answer a request about published numbers. Raises RestError."""
    account, since = carrier.config.account, carrier.since
    if not request.sid:
        wanted = request.asked("PhoneNumber")
        lines = [line for line in carrier.lines.values() if wanted in line.number]
        shown = [shapes.incoming_number(line, account, since) for line in lines]
        return page(request, path, "incoming_phone_numbers", shown)
    line = next((line for line in carrier.lines.values() if line.sid == request.sid), None)
    if line is None:
        raise not_found(path)
    if request.method == "POST":
        line = carrier.add_line(
            replace(
                line,
                voice_url=request.get("VoiceUrl", line.voice_url),
                voice_method=request.get("VoiceMethod", line.voice_method),
                voice_fallback_url=request.get("VoiceFallbackUrl", line.voice_fallback_url),
                status_callback=request.get("StatusCallback", line.status_callback),
                label=request.get("FriendlyName", line.label),
            )
        )
    return RestReply(200, shapes.incoming_number(line, account, since))


def messages(carrier: Carrier, request: Request, path: str) -> RestReply:
    """Answer a request about text messages. Raises RestError."""
    account = carrier.config.account
    if request.method == "POST" and not request.sid:
        return RestReply(201, shapes.message(_send(carrier, request), account, "queued"))
    found = [item for item in reversed(carrier.messages) if request.sid in ("", item.sid)]
    shown = [shapes.message(item, account, "delivered") for item in found if request.asked("To") in ("", item.receiver)]
    if not request.sid:
        return page(request, path, "messages", shown)
    if not shown:
        raise not_found(path)
    return RestReply(200, shown[0])


def _send(carrier: Carrier, request: Request) -> Message:
    to, sender, body = request.get("To"), request.get("From"), request.get("Body")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if not is_number(to) or to == "+15005550001":
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not sender:
        raise RestError(400, 21603, "A 'From' phone number is required.")
    if not body:
        raise RestError(400, 21602, "Message body is required.")
    return carrier.deliver(Message(carrier.exchange.sids.new("SM"), carrier.now(), sender, to, body))
