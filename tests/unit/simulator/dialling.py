"""A hotline that rings some telephones, screens who answers, and says 结束 afterwards."""

from __future__ import annotations

from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER, FIRST, SECOND = "+8615400000001", "+8615400000002", "+8615400000003"
EVENTS = "statusCallback='/leg' statusCallbackEvent='initiated ringing answered completed'"


def ring(toy: Toy, *numbers: str, screened: bool = True, on_bridge: bool = True, more: str = "") -> None:
    url = "url='/screen'" if screened else ""
    nouns = "".join(f"<Number {url} {EVENTS}>{number}</Number>" for number in numbers)
    bridge = "answerOnBridge='true'" if on_bridge else ""
    toy.pages = {
        "carrier/voice": f"<Dial action='/after' callerId='{LINE}' timeout='20' {bridge} {more}>{nouns}</Dial>",
        "screen": "<Gather numDigits='1' timeout='6' action='/accept'><Say>请按一</Say></Gather><Hangup/>",
        "accept": lambda form: "" if form["Digits"] == "1" else "<Hangup/>",
        "after": "<Say>结束</Say>",
    }


def after(toy: Toy) -> Form:
    assert len(toy.forms("after")) == 1
    return toy.forms("after")[0]
