"""Delivers webhooks: signs them, retries as Twilio does, lets faults happen, writes everything down."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from hotline.simulator.faults import Fault, Faults
from hotline.simulator.masking import mask_text
from hotline.simulator.switches import Profile, Switches
from hotline.simulator.transport import ConnectFailedError, Form, ReadTimeoutError, Reply, Transport

log = logging.getLogger(__name__)
HELD_BACK_SECONDS = 60.0
"""How long a reordered webhook waits for a next one that never comes."""


@dataclass(frozen=True)
class Errand:
    """A webhook to deliver; ``kind`` is voice, action, screen, status, recording, amd, fallback or audio."""

    kind: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...]
    call_sid: str


@dataclass
class Sent:
    """What was sent and what came back; ``status`` 0: it never arrived or no answer came."""

    at: datetime
    kind: str
    url: str
    form: dict[str, str]
    call_sid: str
    fault: str = ""
    status: int = 0
    reply: str = ""
    seconds: float = 0.0


class WebhookError(Exception):
    """A document could not be had; ``code`` is Twilio's error code."""

    def __init__(self, code: int, url: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.url = url


@dataclass
class Courier:
    """Carries webhooks to the application. For one loop's thread only; ``log`` keeps all of them, oldest first."""

    transport: Transport
    token: str
    profile: Profile
    switches: Switches
    now: Callable[[], datetime]
    spawn: Callable[[Coroutine[Any, Any, None]], object]
    changed: Callable[[], None]
    faults: Faults = field(default_factory=Faults)
    log: list[Sent] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Calls that are gone without a trace: nothing more is sent about them."""
    _last: dict[str, asyncio.Event] = field(default_factory=dict)
    _delivered: dict[str, int] = field(default_factory=dict)

    async def fetch(self, errand: Errand) -> Reply:
        """Ask for a document; redirects are followed without the form, as Twilio does. Raises WebhookError."""
        for _ in range(5):
            reply = await self._deliver(errand, lambda: None)
            if not (300 <= reply.status < 400 and "Location" in reply.headers):
                break
            errand = replace(errand, method="GET", url=urljoin(errand.url, reply.headers["Location"]), form=())
        if not 200 <= reply.status < 300:
            raise WebhookError(11200, errand.url, f"the application answered {reply.status}")
        return reply

    def notify(self, errand: Errand) -> None:
        """Deliver in the background; those of one call leave one after the other, unless a fault holds them."""
        before, mine = self._last.get(errand.call_sid), asyncio.Event()
        self._last[errand.call_sid] = mine
        self.spawn(self._notify(errand, before, mine))

    async def _notify(self, errand: Errand, before: asyncio.Event | None, mine: asyncio.Event) -> None:
        try:
            if before is not None:
                await before.wait()
            await self._deliver(errand, mine.set)
        except WebhookError as error:
            log.info("%s callback not delivered: %s", errand.kind, error)
        finally:
            mine.set()

    async def _deliver(self, errand: Errand, let_next_go: Callable[[], None]) -> Reply:
        url, fragment = urldefrag(errand.url)
        options = parse_qs(fragment)
        retries = min(5, int(options.get("rc", ["1"])[0]))
        policy = options.get("rp", ["ct"])[0].split(",")
        repeat: dict[str, str] = {}
        failure = WebhookError(11200, url, "not sent")
        for _ in range(retries + 1):
            if errand.call_sid in self.lost:
                raise WebhookError(11200, url, "the call is lost")
            try:
                reply = await self._within_ceiling(replace(errand, url=url), repeat, let_next_go)
            except ConnectFailedError as error:
                failure, reason = WebhookError(11205, url, f"no connection: {error}"), "ct"
            except ReadTimeoutError as error:
                failure, reason = WebhookError(11200, url, f"no answer in time: {error}"), "rt"
            else:
                reason = "5xx" if reply.status >= 500 else "4xx" if reply.status >= 400 else ""
                if not reason or reason not in policy:
                    return reply
                failure = WebhookError(11200, url, f"the application answered {reply.status}")
            if reason not in policy and "all" not in policy:
                break
            repeat = repeat or {"I-Twilio-Idempotency-Token": str(uuid.uuid4())}
        raise failure

    async def _within_ceiling(self, errand: Errand, extra: dict[str, str], let_next_go: Callable[[], None]) -> Reply:
        fault = self.faults.strike(errand.kind, errand.url)
        if fault is not None and fault.effect in ("late", "reordered"):
            let_next_go()
        task = asyncio.ensure_future(self._with_fault(errand, extra, fault))
        # A status callback held back on the way has not begun yet; a document's caller is waiting from the start.
        ceiling = self.switches.webhook_ceiling_seconds
        if errand.kind in ("status", "recording", "amd") and fault is not None:
            ceiling += fault.seconds + HELD_BACK_SECONDS
        try:
            await asyncio.wait({task}, timeout=ceiling)
        finally:
            if not task.done():  # whoever waited is gone or has given up; the request is on its way all the same
                self.spawn(_quietly(task))
        if not task.done():
            raise ReadTimeoutError(f"{self.switches.webhook_ceiling_seconds:g} s")
        return task.result()

    async def _with_fault(self, errand: Errand, extra: dict[str, str], fault: Fault | None) -> Reply:
        effect = fault.effect if fault else ""
        again = {**extra, "I-Twilio-Idempotency-Token": str(uuid.uuid4())}
        if fault is None:
            return await self._send(errand, extra)
        if effect in ("lost", "error"):
            self._write(errand, effect)
            if effect == "lost":
                raise ConnectFailedError("lost on the way")
            return Reply(500)
        if effect == "late":
            await asyncio.sleep(fault.seconds)
        if effect == "reordered":
            await self._overtaken(errand.call_sid)
        if effect == "duplicate_at_once":
            return (await asyncio.gather(self._send(errand, extra, effect), self._send(errand, again, effect)))[1]
        reply = await self._send(errand, extra, effect)
        if effect == "duplicate":
            return await self._send(errand, again, effect)
        if effect == "slow":
            await asyncio.sleep(fault.seconds)
        if effect == "garbage":
            return Reply(200, b"<html>502 Bad Gateway", "text/html")
        return Reply(500) if effect == "error_after" else reply

    async def _overtaken(self, call_sid: str) -> None:
        before = self._delivered.get(call_sid, 0)
        deadline = asyncio.get_running_loop().time() + HELD_BACK_SECONDS
        while self._delivered.get(call_sid, 0) == before and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)

    async def _send(self, errand: Errand, extra: dict[str, str], fault: str = "") -> Reply:
        sent = self._write(errand, fault)
        time = asyncio.get_running_loop().time
        began = time()
        url, form = errand.url, errand.form
        if errand.method == "GET" and form:
            url, form = f"{url}{'&' if '?' in url else '?'}{urlencode(form)}", ()
        reply = await self.transport.send(errand.method, url, form, {**self._signature(url, form), **extra})
        sent.status, sent.seconds = reply.status, time() - began
        sent.reply = reply.body.decode("utf-8", "replace") if errand.kind != "audio" else ""
        self._delivered[errand.call_sid] = self._delivered.get(errand.call_sid, 0) + 1
        log.info("%s %s -> %d", errand.kind, mask_text(url), reply.status)
        self.changed()
        return reply

    def _signature(self, url: str, form: Form) -> dict[str, str]:
        if self.profile.hex_signature:
            signed = url.encode() + urlencode(list(form)).encode()
            return {"X-SignalWire-Signature": hmac.new(self.token.encode(), signed, hashlib.sha1).hexdigest()}
        signature = RequestValidator(self.token).compute_signature(url, MultiDict(form))
        return {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}

    def _write(self, errand: Errand, fault: str) -> Sent:
        sent = Sent(self.now(), errand.kind, errand.url, dict(errand.form), errand.call_sid, fault)
        self.log.append(sent)
        self.changed()
        return sent


async def _quietly(task: asyncio.Task[Reply]) -> None:
    try:
        await task
    except (ConnectFailedError, ReadTimeoutError) as error:
        log.info("nobody waited for it: %s", error)
