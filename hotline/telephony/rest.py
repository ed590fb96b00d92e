"""Asking the carrier: true state of a call, calls that we place, recordings. The only client of its REST API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from hotline.settings import Settings
from hotline.telephony.capabilities import CARRIERS

if TYPE_CHECKING:
    from twilio.http import HttpClient
    from twilio.rest import Client

TIMEOUT_SECONDS = 6
"""Longest wait for the carrier's answer; the vendor's client would wait for ever."""


class CarrierError(Exception):
    """The carrier refused or did not answer."""


class UnknownCallError(CarrierError):
    """The carrier knows no such call."""


@contextmanager
def _errors() -> Iterator[None]:
    """Turn the vendor's and the network's errors into ours."""
    from twilio.base.exceptions import TwilioException, TwilioRestException

    try:
        yield
    except TwilioRestException as error:
        raise (UnknownCallError if error.status == 404 else CarrierError)(str(error)) from error
    except (TwilioException, OSError) as error:
        raise CarrierError(str(error)) from error


@dataclass(frozen=True)
class Carrier:
    """The configured carrier; ``http`` replaces the connection in stories."""

    settings: Settings
    http: HttpClient | None = None

    def state(self, sid: str) -> str | None:
        """Return the carrier's word for a call's state, None when it knows no such call. Raises CarrierError."""
        try:
            with _errors():
                return str(self._client().calls(sid).fetch().status)
        except UnknownCallError:
            return None

    def place(self, *, to: str, shown: str, url: str, status_url: str, ring_seconds: int, digits: str = "") -> str:
        """Place a call and return its sid. Raises CarrierError.

        Nobody knows after a time-out whether the call was placed: ask ``find`` before placing it again.
        """
        able = CARRIERS[self.settings.carrier]
        more: dict[str, Any] = {"timeout": ring_seconds} if able.rest_timeout else {}
        if able.leg_status:
            more["status_callback_event"] = ["answered", "completed"]
        if digits:
            more["send_digits"] = f"wwww{digits}"
        with _errors():
            call = self._client().calls.create(
                to=to,
                from_=shown,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                **more,
            )
        return str(call.sid)

    def find(self, to: str, since: datetime) -> str | None:
        """Return the sid of a call placed to ``to`` since then, None when there is none. Raises CarrierError."""
        with _errors():
            for call in self._client().calls.list(to=to, start_time_after=since, limit=20):
                if call.direction == "outbound-api" and call.date_created >= since:
                    return str(call.sid)
        return None

    def hang_up(self, sid: str) -> None:
        """End a call that is still going on. Raises CarrierError."""
        with _errors():
            self._client().calls(sid).update(status="completed")

    def download(self, url: str) -> bytes:
        """Return a recording as WAV. Raises CarrierError, also while the carrier has not finished it."""
        auth = (self.settings.carrier_account, self.settings.carrier_tokens[0])
        try:
            answer = requests.get(f"{url}.wav", auth=auth, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise CarrierError(str(error)) from error
        return answer.content

    def _client(self) -> Client:
        # Importing the vendor's client costs 0.2 s, so only those who ask the carrier pay for it.
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        client = Client(
            self.settings.carrier_account,
            self.settings.carrier_tokens[0],
            http_client=self.http or TwilioHttpClient(timeout=TIMEOUT_SECONDS),
        )
        if self.settings.carrier_api_url:
            client.api.base_url = self.settings.carrier_api_url.rstrip("/")
        return client
