"""The carrier's REST answers against the vendor's official OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hotline.simulator.carrier import Config
from hotline.simulator.rest.core import Rest
from hotline.simulator.world import WEBHOOK, World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Toy
from tests.vendor_description import BASE, check, description, needed

pytestmark = needed
AUTH = (Config.account, Config.token)
CALLER, DUTY = "+8615400000001", "+8615400000002"


def schema_of(path: str, method: str, status: int) -> dict[str, Any]:
    answer = description()["paths"][BASE + path][method]["responses"][str(status)]
    return dict(answer["content"]["application/json"]["schema"])


@pytest.fixture
def ask(world: World) -> Callable[..., Any]:
    """Send a request and check its answer against the description; return the answer."""

    def send(method: str, path: str, status: int = 200, template: str = "", **form: str) -> Any:
        parts = urlsplit(path)
        real = BASE.format(AccountSid=Config.account) + parts.path
        reply = Rest(world.carrier).handle(method, real, parse_qsl(parts.query), list(form.items()), AUTH)
        assert reply.status == status, reply.json
        body = reply.json or {}
        schema = schema_of(template or parts.path, method.lower(), status)
        check(body, schema)
        fields = schema.get("properties") or description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert set(body) <= set(fields.get("properties", fields)), "a field that the vendor does not have"
        return body

    return send


async def test_calls(world: World, toy: Toy, ask: Callable[..., Any]) -> None:
    toy.pages["carrier/voice"] = f"<Dial callerId='{LINE}'><Number>{DUTY}</Number></Dial>"
    made = ask("POST", "/Calls.json", 201, To="+8615400000003", From=LINE, Url=f"{WEBHOOK}/x", Timeout="5")
    call = await world.dial(CALLER, LINE)
    ask("GET", f"/Calls/{call.sid}.json", template="/Calls/{Sid}.json")
    await world.passes(3)
    ask("POST", f"/Calls/{call.sid}.json", template="/Calls/{Sid}.json", Status="completed")
    await world.quiet()
    ask("GET", f"/Calls/{made['sid']}.json", template="/Calls/{Sid}.json")
    listed = ask("GET", "/Calls.json?PageSize=1")
    assert listed["next_page_uri"]
    assert len(ask("GET", "/Calls.json")["calls"]) == 3


async def test_recordings(world: World, toy: Toy, ask: Callable[..., Any]) -> None:
    toy.pages["carrier/voice"] = "<Record action='/done' timeout='2'/>"
    for words in ("喂", ""):
        call = await world.dial(CALLER, LINE)
        await call.hears_beep()
        if words:
            await call.speak(words, 2)
        await world.quiet()
    for recording in ask("GET", "/Recordings.json")["recordings"]:
        ask("GET", f"/Recordings/{recording['sid']}.json", template="/Recordings/{Sid}.json")
    ask("GET", f"/Calls/{call.sid}/Recordings.json", template="/Calls/{CallSid}/Recordings.json")


async def test_incoming_numbers(world: World, ask: Callable[..., Any]) -> None:
    sid = ask("GET", "/IncomingPhoneNumbers.json")["incoming_phone_numbers"][0]["sid"]
    template = "/IncomingPhoneNumbers/{Sid}.json"
    ask("GET", f"/IncomingPhoneNumbers/{sid}.json", template=template)
    ask("POST", f"/IncomingPhoneNumbers/{sid}.json", template=template, VoiceUrl=f"{WEBHOOK}/other")


async def test_messages(world: World, ask: Callable[..., Any]) -> None:
    sid = ask("POST", "/Messages.json", 201, To=DUTY, From=LINE, Body="明天由你值班")["sid"]
    ask("GET", f"/Messages/{sid}.json", template="/Messages/{Sid}.json")
    ask("GET", "/Messages.json")


def test_the_check_itself_can_fail() -> None:
    with pytest.raises(Exception, match="is too long"):
        check({"sid": "nonsense" * 5}, {"$ref": "#/components/schemas/api.v2010.account.call"})
    with pytest.raises(Exception, match="is not one of"):
        check({"status": "sleeping"}, {"$ref": "#/components/schemas/api.v2010.account.call"})
