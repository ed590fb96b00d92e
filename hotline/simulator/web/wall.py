"""The phone wall's JSON interface (see WALL_API.md)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from hotline.simulator.behaviours import MODES
from hotline.simulator.carrier import Carrier
from hotline.simulator.faults import EFFECTS
from hotline.simulator.party import PartyGoneError
from hotline.simulator.phone import Phone
from hotline.simulator.speech import speech_seconds
from hotline.simulator.web.state import Limits, View, fault

STREAMED = Limits(ended_calls=10, webhooks=20, messages=20)
TOGETHER_SECONDS = 0.08
PING_SECONDS = 15.0
_KEYS = re.compile(r"^[0-9*#]{1,32}$")
_CALLER = re.compile(r"^(anonymous|\+?\d{3,15})$")


class RefusalError(Exception):
    """A request that cannot be done; becomes ``{"error", "message"}``."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@web.middleware
async def refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn refusals into JSON; a request that changes something must be JSON, so that no other site can send it."""
    try:
        if request.path.startswith("/wall/") and request.method != "GET" and request.content_type != "application/json":
            raise RefusalError(415, "not_json", "需要 JSON / JSON is needed")
        return await handler(request)
    except RefusalError as error:
        return web.json_response({"error": error.code, "message": str(error)}, status=error.status)


class Wall:
    """The handlers."""

    def __init__(self, carrier: Carrier, app_url: str) -> None:
        self._carrier = carrier
        self._view = View(carrier, app_url)

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        phone = "/wall/api/phones/{number}"
        return [
            web.get("/wall/api/state", self._state),
            web.get("/wall/api/events", self._events),
            web.post("/wall/api/calls", self._call),
            web.post(f"{phone}/{{action:answer|reject|hang_up|press|say}}", self._act),
            web.put(phone, self._mode),
            web.get("/wall/api/faults", self._faults),
            web.post("/wall/api/faults", self._add_fault),
            web.delete("/wall/api/faults", self._clear_faults),
            web.post("/wall/api/clock", self._clock),
        ]

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self._view.state())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the page was closed
            await self._stream(response)
        return response

    async def _stream(self, response: web.StreamResponse) -> None:
        pulse, told = self._carrier.pulse, -1
        while True:
            if pulse.version == told:
                await pulse.next(PING_SECONDS)
            if pulse.version == told:
                await response.write(b": ping\n\n")
                continue
            await asyncio.sleep(TOGETHER_SECONDS)
            told = pulse.version
            data = json.dumps(self._view.state(STREAMED), ensure_ascii=False)
            await response.write(f"event: state\nid: {told}\ndata: {data}\n\n".encode())

    async def _call(self, request: web.Request) -> web.Response:
        body = await _body(request)
        caller, called = str(body.get("from", "")), str(body.get("to", ""))
        if not _CALLER.match(caller) or called not in self._carrier.lines:
            raise RefusalError(400, "bad_request", "主叫号码无效或线路不存在 / No such caller or line")
        try:
            party = self._carrier.dial(caller, called)
        except RuntimeError as error:
            raise RefusalError(409, "busy", "这部电话正在通话 / This telephone is on a call") from error
        return web.json_response(self._view.leg(party.leg), status=201)

    async def _act(self, request: web.Request) -> web.Response:
        phone, body, action = self._phone(request), await _body(request), request.match_info["action"]
        if action in ("answer", "reject"):
            if phone.leg is None or not phone.leg.ringing:
                raise RefusalError(409, "nothing_rings", "没有来电 / Nothing rings")
            (phone.party.answer if action == "answer" else phone.party.reject)()
        elif phone.leg is None or (action != "hang_up" and not phone.leg.answered):
            raise RefusalError(409, "not_on_a_call", "没有通话 / Not on a call")
        elif action == "hang_up":
            phone.party.hang_up()
        elif action == "press":
            self._press(phone, str(body.get("digits", "")))
        else:
            self._say(phone, body)
        return web.json_response(self._view.phone(phone))

    def _press(self, phone: Phone, digits: str) -> None:
        if not _KEYS.match(digits):
            raise RefusalError(400, "bad_request", "按键只有 0-9 * # / Keys are 0-9 * #")
        phone.party.press(digits)

    def _say(self, phone: Phone, body: dict[str, Any]) -> None:
        text = str(body.get("text", ""))[:500]
        seconds = float(body.get("seconds") or speech_seconds(text, self._carrier.exchange.switches))
        party = phone.party

        async def speak() -> None:
            try:
                await party.speak(text, seconds)
            except PartyGoneError:
                return

        self._carrier.spawn(speak())

    async def _mode(self, request: web.Request) -> web.Response:
        phone, mode = self._phone(request), str((await _body(request)).get("mode", ""))
        if mode not in MODES:
            raise RefusalError(400, "bad_request", f"模式只有 {', '.join(MODES)} / No such mode")
        phone.behaviour = MODES[mode]
        self._carrier.pulse()
        return web.json_response(self._view.phone(phone))

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response([fault(rule) for rule in self._carrier.faults.rules])

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        effect = body.get("effect")
        if effect not in EFFECTS:
            raise RefusalError(400, "bad_request", f"故障只有 {', '.join(EFFECTS)} / No such effect")
        try:
            rule = self._carrier.faults.add(
                effect,
                str(body.get("kind", "")),
                str(body.get("url", "")),
                nth=int(body.get("nth", 1)),
                times=int(body.get("times", 1)),
                seconds=float(body.get("seconds", 5)),
            )
        except (ValueError, TypeError, re.error) as error:
            raise RefusalError(400, "bad_request", f"无法理解 / Not understood: {error}") from error
        self._carrier.pulse()
        return web.json_response(fault(rule), status=201)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._carrier.faults.clear()
        self._carrier.pulse()
        return web.Response(status=204)

    async def _clock(self, request: web.Request) -> web.Response:
        body, carrier = await _body(request), self._carrier
        try:
            if body.get("reset"):
                seconds = -carrier.offset
            elif "at" in body:
                moment = datetime.fromisoformat(str(body["at"]).replace("Z", "+00:00"))
                seconds = (moment - carrier.now()).total_seconds()
            else:
                seconds = float(body["advance"])
        except (ValueError, TypeError, KeyError) as error:
            raise RefusalError(400, "bad_request", f"无法理解 / Not understood: {error}") from error
        if seconds < 0 and not body.get("reset"):
            raise RefusalError(400, "bad_request", "时钟只能向前 / The clock only goes forward")
        carrier.shift(seconds)
        return web.json_response({"now": self._view.state(Limits(0, 0, 0))["now"], "offset": carrier.offset})

    def _phone(self, request: web.Request) -> Phone:
        number = request.match_info["number"].replace(" ", "+")
        phone = self._carrier.phones.get(number)
        if phone is None:
            raise RefusalError(404, "unknown_phone", "没有这部电话 / No such telephone")
        return phone


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json() if request.can_read_body else {}
    except ValueError as error:
        raise RefusalError(400, "bad_request", "不是有效的 JSON / Not valid JSON") from error
    if not isinstance(body, dict):
        raise RefusalError(400, "bad_request", "需要 JSON 对象 / A JSON object is needed")
    return body
