"""What we ask of the carrier, against the vendor's official OpenAPI description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline.settings import Settings
from hotline.simulator.inprocess import InProcessHttpClient
from hotline.simulator.world import World
from hotline.telephony.rest import Carrier
from tests.vendor_description import BASE, check, description, needed

pytestmark = needed
LINE, HANDSET = "+863560100000", "+8615403560101"


def whole(value: str) -> Any:
    """A form carries text; the description means numbers and booleans."""
    if value.isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value.lower(), value)


def as_described(method: str, path: str, form: Sequence[tuple[str, str]]) -> None:
    """Check one request: its address and method exist, its fields are known and fit."""
    name = re.sub(r"AC[0-9a-f]{32}", "{AccountSid}", path)
    name = re.sub(r"/(CA|RE|PN|SM)[0-9a-f]{32}", "/{Sid}", name)
    operation = description()["paths"][name][method.lower()]
    if method == "GET":
        return
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    body: dict[str, Any] = {}
    for field, value in form:
        assert field in schema["properties"], f"the vendor knows no field {field}"
        if schema["properties"][field].get("type") == "array":
            body.setdefault(field, []).append(value)
        else:
            wants_text = schema["properties"][field].get("type") == "string"
            body[field] = value if wants_text else whole(value)
    check(body, schema)


@pytest.fixture
def world(tmp_path: Path) -> Any:
    world = World(tmp_path)
    world.line(LINE)
    yield world
    world.close()


def test_placing_finding_asking_after_and_ending_a_call(world: World) -> None:
    http = InProcessHttpClient(world.carrier)
    carrier = Carrier(Settings(carrier_token=world.carrier.config.token, carrier="twilio"), http)

    async def story() -> None:
        sid = await world.work(
            carrier.place, to=HANDSET, shown=LINE, url="http://hotline.test/x", status_url="http://hotline.test/s",
            ring_seconds=20, digits="8",
        )  # fmt: skip
        assert await world.work(carrier.state, sid) is not None
        assert await world.work(carrier.find, HANDSET, datetime(2026, 11, 23, tzinfo=UTC)) == [sid]
        await world.work(carrier.hang_up, sid)

    world.play(story())
    assert {method for method, _, _ in http.requests} == {"GET", "POST"}
    for method, path, form in http.requests:
        as_described(method, path, form)


def test_the_check_itself_can_fail() -> None:
    with pytest.raises(AssertionError, match="knows no field"):
        as_described("POST", f"{BASE.format(AccountSid='AC' + '0' * 32)}/Calls.json", [("Too", HANDSET)])
