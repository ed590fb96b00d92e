"""twilio-python talking to a carrier in the same process."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response

from hotline.simulator.carrier import Carrier
from hotline.simulator.rest.core import Rest
from hotline.simulator.rest.request import Pairs


class InProcessHttpClient(HttpClient):  # type: ignore[misc]  # the vendor ships no types
    """Give it to ``twilio.rest.Client(account, token, http_client=...)``; may be used from any thread.

    ``requests`` keeps every (method, path, form) for assertions. A recording's sound comes as Latin-1 text.
    """

    def __init__(self, carrier: Carrier) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._rest = Rest(carrier)
        self.requests: list[tuple[str, str, Pairs]] = []

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002  (the base class's signature)
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        """Answer as the carrier's server would."""
        parts = urlsplit(uri)
        query, form = [*parse_qsl(parts.query), *_pairs(params)], _pairs(data)
        self.requests.append((method.upper(), unquote(parts.path), form))
        reply = self._rest.handle(method.upper(), unquote(parts.path), query, form, auth)
        text = reply.media.decode("latin-1") if reply.media is not None else ""
        text = text if reply.json is None else json.dumps(reply.json)
        return Response(reply.status, text, {})


def _pairs(fields: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return fields as a form would carry them: lists repeated, nothing for None."""
    pairs: list[tuple[str, str]] = []
    for name, value in (fields or {}).items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(one)) for one in values if one is not None]
    return pairs
