"""The REST interface: one synchronous function that any server, or none, can call from any thread."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from concurrent.futures import Future

from hotline.simulator.carrier import Carrier
from hotline.simulator.rest import calls, others
from hotline.simulator.rest.request import Pairs, Request, RestError, RestReply, not_found

ANSWER_SECONDS = 30.0
"""Longest wait, in real seconds, for the carrier's loop."""
_PATH = re.compile(
    r"^(?:/api/laml)?/2010-04-01/Accounts/(?P<account>[\w-]+)"
    r"(?:/Calls/(?P<call>[\w-]+)(?=/Recordings))?"
    r"/(?P<resource>Calls|Recordings|IncomingPhoneNumbers|Messages)"
    r"(?:/(?P<sid>[\w-]+))?(?P<kind>\.json|\.wav|\.mp3)?$"
)
Handler = Callable[[Carrier, Request, str], RestReply]
_HANDLERS: dict[str, Handler] = {
    "Calls": calls.handle,
    "Recordings": others.recordings,
    "IncomingPhoneNumbers": others.incoming_numbers,
    "Messages": others.messages,
}


class Rest:
    """Answers REST requests about one carrier."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def handle(self, method: str, path: str, query: Pairs, form: Pairs, auth: tuple[str, str] | None) -> RestReply:
        """Answer a request. ``auth`` is account and token. Safe in any thread; never raises for a bad request."""

        def answer() -> RestReply:
            try:
                return self._answer(method, path, query, form, auth)
            except RestError as error:
                return RestReply(error.status, error.json)
            except ValueError as error:  # a number or a date that is none
                return RestReply(400, RestError(400, 20001, f"Invalid parameter: {error}").json)

        return self._on_loop(answer)

    def _answer(self, method: str, path: str, query: Pairs, form: Pairs, auth: tuple[str, str] | None) -> RestReply:
        match = _PATH.match(path)
        if match is None:
            raise not_found(path)
        is_media = match["resource"] == "Recordings" and match["sid"] and match["kind"] != ".json"
        if not (is_media and method == "GET"):  # the sound is public, as at Twilio by default
            self._authenticate(match["account"], auth)
        if match["account"] != self._carrier.config.account:
            raise not_found(path)
        sid = match["sid"] or ""
        if is_media and method == "GET":
            sid += match["kind"] or ".wav"
        request = Request(method, match["resource"], sid, query, form, match["call"] or "")
        return _HANDLERS[match["resource"]](self._carrier, request, path)

    def _authenticate(self, account: str, auth: tuple[str, str] | None) -> None:
        config = self._carrier.config
        given = auth or ("", "")
        if account != given[0] or not hmac.compare_digest(given[1].encode(), config.token.encode()):
            raise RestError(401, 20003, "Authenticate")

    def _on_loop(self, answer: Callable[[], RestReply]) -> RestReply:
        loop = self._carrier.loop
        try:
            if asyncio.get_running_loop() is loop:
                return answer()
        except RuntimeError:  # no loop in this thread
            pass

        async def soon() -> RestReply:
            return answer()

        if not loop.is_running():
            return loop.run_until_complete(soon())
        future: Future[RestReply] = asyncio.run_coroutine_threadsafe(soon(), loop)
        return future.result(ANSWER_SECONDS)
