"""How what is sent is signed: as Standard Webhooks does it, for which receivers in every language have a library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

_MARK = "whsec_"


def new_secret() -> str:
    """Return a fresh secret of 32 random bytes, as receivers' libraries take it."""
    return _MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that go with a body: its id, the moment (Unix seconds) and HMAC-SHA256 over all three.

    The moment is that of sending: receivers refuse what is older than some minutes, so that nothing is played back.
    """
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_MARK))
    signed = hmac.new(key, b".".join((id_.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
