"""Asking the carrier: true state of a call, calls that we place, recordings. The only client of its REST API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.settings import Settings

if TYPE_CHECKING:
    from twilio.http import HttpClient
    from twilio.rest import Client

TIMEOUT_SECONDS = 6
"""Longest wait for the carrier's answer; the vendor's client would wait for ever."""


class CarrierError(Exception):
    """The carrier refused or did not answer."""


@dataclass(frozen=True)
class Carrier:
    """The configured carrier; ``http`` replaces the connection in stories."""

    settings: Settings
    http: HttpClient | None = None

    def state(self, sid: str) -> str | None:
        """Return the carrier's word for a call's state, None when it knows no such call. Raises CarrierError."""
        from twilio.base.exceptions import TwilioRestException

        try:
            return str(self._client().calls(sid).fetch().status)
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise CarrierError(str(error)) from error
        except OSError as error:
            raise CarrierError(str(error)) from error

    def redirect(self, sid: str, url: str) -> None:
        """Send a live call to another document. Raises CarrierError."""
        from twilio.base.exceptions import TwilioRestException

        try:
            self._client().calls(sid).update(url=url, method="POST")
        except (TwilioRestException, OSError) as error:
            raise CarrierError(str(error)) from error

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
