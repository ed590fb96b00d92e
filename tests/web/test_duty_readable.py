"""The pages of the duty desk can be read and used by everybody, on a telephone: axe, and nothing scrolls sideways."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from tests.web.axe import eyes
from tests.web.conftest import NOW
from tests.web.duty_people import RINGING, TALKED, People
from tests.web.test_duty_page import a_file
from tests.web.test_duty_shifts import ask, links
from tests.web.ticket_world import World

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_on_a_telephone(app: Flask, session: Session, world: World) -> None:
    people = People(app, session, world, NOW)
    people.roster()
    a_file(session, world)
    people.rings_here(world.call("王秀英", NOW - timedelta(seconds=9), [RINGING], lasted=None, urgent=True))
    world.call("张福贵", NOW - timedelta(hours=1), [], lasted=20, outcome="abandoned")
    noted = people.rings_here(world.call("刘桂兰", NOW - timedelta(hours=1), [TALKED], lasted=90, outcome="answered"))
    mine, theirs = people.browser(people.ann), people.browser(people.cai)
    ask(mine, people, str(people.cai.id))
    form = links(mine, "/duty/shifts", "/duty/shifts/ask")[0]
    wrap_up = f"/duty/tickets/{noted.id}/wrap-up?need=daily_life"
    own = ("/duty", wrap_up, "/duty/shifts", f"{form}&staff={people.bo.id}")
    with eyes() as looking:
        looking.page.set_viewport_size({"width": 390, "height": 844})
        for client, address in (*((mine, address) for address in own), (theirs, "/duty")):
            assert looking.findings(client, address) == []
            assert not looking.page.evaluate(WIDE), f"{address} scrolls sideways at 390 pixels"
