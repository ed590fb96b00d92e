"""The carrier's books as JSON (schemas api.v2010.account.call, .recording, .incoming_phone_number, .message)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.simulator.calls import CallRecord
from hotline.simulator.lines import Line
from hotline.simulator.phone import Message
from hotline.simulator.recordings import Recording

VERSION = "2010-04-01"


def rfc2822(moment: datetime | None) -> str | None:
    """Return a moment as Twilio writes it."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000") if moment else None


def call(record: CallRecord) -> dict[str, Any]:
    """Return a leg."""
    uri = f"/{VERSION}/Accounts/{record.account}/Calls/{record.sid}"
    touched = record.history[-1][0] if record.history else record.created
    names = ("notifications", "recordings", "events", "payments", "siprec", "streams")
    return {
        "sid": record.sid,
        "account_sid": record.account,
        "parent_call_sid": record.parent_sid or None,
        "from": record.caller,
        "from_formatted": record.caller,
        "to": record.called,
        "to_formatted": record.called,
        "direction": record.direction,
        "status": record.status,
        "date_created": rfc2822(record.created),
        "date_updated": rfc2822(touched),
        "start_time": rfc2822(record.history[0][0]) if record.history else None,
        "end_time": rfc2822(record.ended),
        "duration": str(record.seconds) if record.status == "completed" else None,
        "price": None,
        "price_unit": "USD",
        "answered_by": record.answered_by or None,
        "phone_number_sid": record.number_sid or None,
        "api_version": VERSION,
        "forwarded_from": None,
        "caller_name": None,
        "group_sid": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {name: f"{uri}/{name.capitalize()}.json" for name in names},
    }


def recording(item: Recording, account: str, media_url: str) -> dict[str, Any]:
    """Return a recording."""
    uri = f"/{VERSION}/Accounts/{account}/Recordings/{item.sid}"
    return {
        "sid": item.sid,
        "account_sid": account,
        "call_sid": item.call_sid,
        "conference_sid": None,
        "status": item.status,
        "source": item.source,
        "channels": 1,
        "duration": str(item.seconds),
        "start_time": rfc2822(item.started),
        "date_created": rfc2822(item.started),
        "date_updated": rfc2822(item.started),
        "price": None,
        "price_unit": "USD",
        "error_code": 17400 if item.status == "absent" else None,
        "encryption_details": None,
        "api_version": VERSION,
        "media_url": media_url,
        "uri": f"{uri}.json",
        "subresource_uris": {"transcriptions": f"{uri}/Transcriptions.json"},
    }


def incoming_number(line: Line, account: str, since: datetime) -> dict[str, Any]:
    """Return a published number."""
    return {
        "sid": line.sid,
        "account_sid": account,
        "phone_number": line.number,
        "friendly_name": line.label or line.number,
        "voice_url": line.voice_url or None,
        "voice_method": line.voice_method,
        "voice_fallback_url": line.voice_fallback_url or None,
        "voice_fallback_method": "POST",
        "status_callback": line.status_callback or None,
        "status_callback_method": "POST",
        "voice_receive_mode": "voice",
        "voice_caller_id_lookup": False,
        "address_requirements": "none",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "api_version": VERSION,
        "date_created": rfc2822(since),
        "date_updated": rfc2822(since),
        "uri": f"/{VERSION}/Accounts/{account}/IncomingPhoneNumbers/{line.sid}.json",
    }


def message(item: Message, account: str, status: str) -> dict[str, Any]:
    """Return a text message."""
    return {
        "sid": item.sid,
        "account_sid": account,
        "from": item.sender,
        "to": item.receiver,
        "body": item.body,
        "direction": "outbound-api",
        "status": status,
        "num_segments": str(-(-len(item.body) // 67) or 1),
        "num_media": "0",
        "date_created": rfc2822(item.at),
        "date_updated": rfc2822(item.at),
        "date_sent": rfc2822(item.at) if status == "delivered" else None,
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "api_version": VERSION,
        "uri": f"/{VERSION}/Accounts/{account}/Messages/{item.sid}.json",
        "subresource_uris": {"media": f"/{VERSION}/Accounts/{account}/Messages/{item.sid}/Media.json"},
    }
