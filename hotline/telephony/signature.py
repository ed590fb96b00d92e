"""The one place where a carrier's signature is checked; there is no switch to turn it off."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from twilio.request_validator import RequestValidator

from hotline.telephony.capabilities import Capabilities


class Form(Protocol):
    """A posted form: werkzeug's MultiDict, as the vendor's validator wants it."""

    def keys(self) -> object:
        """Return the field names."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a field."""


class Headers(Protocol):
    """A request's headers, found whatever their case."""

    def get(self, key: str, default: str) -> str:
        """Return a header's value."""


def is_signed(
    url: str, form: Form, body: bytes, headers: Headers, tokens: Sequence[str], carrier: Capabilities
) -> bool:
    """Return whether one of our tokens signed exactly this request.

    ``url`` is the address the carrier called: the public address plus the raw, undecoded path and query.
    """
    given = headers.get("X-Twilio-Signature", "") or headers.get("X-SignalWire-Signature", "")
    if not given:
        return False
    if any(_matches(_validator(token), url, form, given) for token in tokens):
        return True
    return carrier.hex_signature and any(_hex_matches(url, body, given, token) for token in tokens)


@lru_cache(maxsize=8)
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)


def _matches(validator: RequestValidator, url: str, form: Form, given: str) -> bool:
    """The address as it is comes first: the vendor's own check reckons it with and without a port every time."""
    at_once = hmac.compare_digest(validator.compute_signature(url, form).encode(), given.encode())
    return at_once or bool(validator.validate(url, form, given))


def _hex_matches(url: str, body: bytes, given: str, token: str) -> bool:
    expected = hmac.new(token.encode(), url.encode() + body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(expected, given)
