"""The main days of those who watch: the supervisor compares, the auditor sees who did what and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from hotline.accounts.roles import Role
from tests.web.axe import ORIGIN, eyes
from tests.web.conftest import NOW
from tests.web.driven import drive
from tests.web.test_ticket_story import WIDE, picture
from tests.web.ticket_world import DUTY, REST, World

SignedIn = Callable[..., FlaskClient]
WIDTHS = {390: 844, 1366: 768, 1920: 1080}


@pytest.fixture
def month(world: World) -> World:
    for day in range(1, 8):
        world.call("王秀英", NOW - timedelta(days=day), [DUTY, *REST], lasted=248, outcome="answered")
        world.call("张福贵", NOW - timedelta(days=day, hours=1), lasted=9, outcome="abandoned")
    return world


def pictures(page: Page, name: str) -> None:
    """Take a picture at each width; nothing may scroll sideways at any."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not page.evaluate(WIDE), f"{name} scrolls sideways at {width} pixels"
        picture(page, f"{name}-{width}")
    page.set_viewport_size({"width": 1366, "height": 768})


def test_the_supervisor_compares_and_looks_behind_a_number(signed_in: SignedIn, month: World) -> None:
    with eyes() as looking:
        page = drive(looking.page, signed_in(Role.SUPERVISOR, month.county))
        page.goto(f"{ORIGIN}/response-times")
        pictures(page, "supervisor-figures")
        page.locator(".measures a").first.click()
        expect(page.locator("tbody tr")).to_have_count(14)
        page.goto(f"{ORIGIN}/response-times/compare")
        expect(page.locator("table").first).to_contain_text("接通率")
        pictures(page, "supervisor-compared")
        page.goto(f"{ORIGIN}/tickets/search")
        expect(page.locator("main")).to_contain_text("移交")
        assert page.goto(f"{ORIGIN}/accounts").status == 403  # type: ignore[union-attr]


def test_the_auditor_sees_who_did_what_and_changes_nothing(signed_in: SignedIn, month: World) -> None:
    ticket = month.call("刘桂兰", NOW - timedelta(hours=1), [DUTY, *REST], lasted=248, outcome="answered")
    with eyes() as looking:
        signed_in(Role.COORDINATOR, month.county).get(f"/tickets/{ticket.id}")
        page = drive(looking.page, signed_in(Role.AUDITOR, month.county))
        page.goto(f"{ORIGIN}/access")
        expect(page.locator("tbody")).to_contain_text(str(ticket.number))
        pictures(page, "auditor-access")
        page.goto(f"{ORIGIN}/tickets/{ticket.id}")
        expect(page.locator("main")).to_contain_text("刘桂兰")
        expect(page.locator("form.work, .work form")).to_have_count(0)
        page.goto(f"{ORIGIN}/directory/history")
        pictures(page, "auditor-history")
        assert page.goto(f"{ORIGIN}/directory/handsets/new").status == 403  # type: ignore[union-attr]
