"""Asking the carrier: true state of a call, calls that we place, recordings. The only client of its REST API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hotline.settings import Settings
from hotline.telephony.capabilities import CARRIERS

if TYPE_CHECKING:
    from twilio.http import HttpClient
    from twilio.rest import Client

TIMEOUT_SECONDS = 6
"""Longest wait for the carrier's answer; the vendor's client would wait for ever."""


class CarrierError(Exception):
    """The carrier refused or did not answer."""


class RefusedError(CarrierError):
    """The carrier will not do it, however often it is asked: nothing has happened there."""


class UnknownCallError(RefusedError):
    """The carrier knows no such call."""


@dataclass(frozen=True)
class Heard:
    """An incoming call in the carrier's books. Times are aware; numbers as the carrier writes them."""

    sid: str
    caller: str
    called: str
    started: datetime
    ended: datetime | None
    met: bool = False
    """Whether a telephone that it rang was picked up."""
    recording_sid: str = ""
    recording_url: str = ""
    recording_seconds: int = 0


@dataclass(frozen=True)
class Spoken:
    """A recording in the carrier's books; ``at``: aware, when it began."""

    sid: str
    call_sid: str
    url: str
    seconds: int
    at: datetime


@contextmanager
def _errors() -> Iterator[None]:
    """Turn the vendor's and the network's errors into ours."""
    from twilio.base.exceptions import TwilioException, TwilioRestException

    try:
        yield
    except TwilioRestException as error:
        raise _meaning(error.status)(str(error)) from error
    except (TwilioException, OSError) as error:
        raise CarrierError(str(error)) from error


def _meaning(status: int) -> type[CarrierError]:
    """What an HTTP status says: unknown, refused for good, or (429 and 5xx among others) to be asked again."""
    if status == 404:
        return UnknownCallError
    return RefusedError if 400 <= status < 500 and status not in (408, 409, 425, 429) else CarrierError


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
        """Place a call and return its sid. Raises RefusedError when it was not and will not be.

        After any other CarrierError nobody knows whether the call was placed: ask ``find`` before placing it again.
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

    def send_message(self, *, to: str, shown: str, text: str) -> str:
        """Send a text message and return its sid. Raises RefusedError when it was not sent and will not be."""
        with _errors():
            return str(self._client().messages.create(to=to, from_=shown, body=text).sid)

    def find(self, to: str, since: datetime) -> list[str]:
        """Return the sids of the calls placed to ``to`` since then, the newest first. Raises CarrierError.

        The carrier knows whole seconds only; a call that has not begun has no start time to be asked for.
        """
        since = since.replace(microsecond=0)
        with _errors():
            calls = self._client().calls.list(to=to, limit=20)
            return [str(c.sid) for c in calls if c.direction == "outbound-api" and c.date_created >= since]

    def incoming(self, since: datetime, most: int = 5000) -> list[Heard]:
        """Return the incoming calls that began since then, the newest first. Raises CarrierError."""
        since = since.replace(microsecond=0)
        with _errors():
            calls = self._client().calls.list(start_time_after=since, limit=most)
            return [
                Heard(str(c.sid), str(c._from or ""), str(c.to or ""), c.date_created, c.end_time)
                for c in calls
                if c.direction == "inbound" and c.date_created >= since
            ]

    def more_of(self, heard: Heard) -> Heard:
        """Return a call with its message, and whether a telephone that it rang was picked up. Raises CarrierError."""
        with _errors():
            client = self._client()
            legs = client.calls.list(parent_call_sid=heard.sid, limit=40)
            messages = client.recordings.list(call_sid=heard.sid, limit=5)
        met = any(leg.status == "completed" and int(leg.duration or 0) > 0 for leg in legs)
        spoken = [one for one in messages if int(one.duration or 0) > 0]
        if not spoken:
            return replace(heard, met=met)
        return replace(
            heard, met=met, recording_sid=str(spoken[0].sid), recording_url=_sound(client, spoken[0]),
            recording_seconds=int(spoken[0].duration),
        )  # fmt: skip

    def spoken(self, since: datetime, most: int = 1000) -> list[Spoken]:
        """Return the finished recordings that began since then, the newest first. Raises CarrierError."""
        since = since.replace(microsecond=0)
        with _errors():
            client = self._client()
            found = client.recordings.list(date_created_after=since, limit=most)
            return [
                Spoken(str(one.sid), str(one.call_sid), _sound(client, one), int(one.duration), one.date_created)
                for one in found
                if str(one.status) == "completed" and int(one.duration or 0) > 0 and one.date_created >= since
            ]

    def hang_up(self, sid: str) -> None:
        """End a call that is still going on. Raises CarrierError."""
        with _errors():
            self._client().calls(sid).update(status="completed")

    def download(self, url: str) -> bytes:
        """Return a recording as WAV. Raises CarrierError, also while the carrier has not finished it."""
        import requests

        auth = (self.settings.carrier_account, self.settings.carrier_tokens[0])
        try:
            answer = requests.get(f"{url}.wav", auth=auth, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise CarrierError(str(error)) from error
        return answer.content

    def _client(self) -> Client:
        # Importing the vendor's client costs 0.2 s: a worker pays before its first task, a web server never (see warm).
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


def warm() -> None:
    """Import what asking the carrier takes, in a process that will do so, so that no call waits for it."""
    import twilio.http.http_client
    import twilio.rest.api  # noqa: F401


def _sound(client: Client, recording: Any) -> str:
    """Return where a recording's sound is, without the ending that says in which form."""
    own = f"{client.api.base_url}{str(recording.uri).removesuffix('.json')}"
    return str(recording.media_url or own).removesuffix(".wav")
