"""My month and swaps between colleagues, each on their own page."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.roster.models import Swap
from hotline.roster.queries import duty_at
from tests.db.roster_people import wall
from tests.web.browsers import form_token, post
from tests.web.conftest import NOW
from tests.web.duty_people import People
from tests.web.ticket_world import World


@pytest.fixture
def people(app: Flask, session: Session, world: World) -> People:
    people = People(app, session, world, NOW)
    people.roster()
    return people


def text(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]))


def links(client: FlaskClient, address: str, pattern: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(rf'href="({pattern}[^"]*)"', client.get(address).text)]


def ask(client: FlaskClient, people: People, colleague: str, back: str = "") -> TestResponse:
    """Ask for one's first turn to come, as the page leads."""
    first = links(client, "/duty/shifts", "/duty/shifts/ask")[0]
    chosen = next(at for at in links(client, first, "/duty/shifts/ask") if colleague in at)
    fields = dict(
        re.findall(r'type="hidden" name="(station|role|start|staff)" value="([^"]*)"', client.get(chosen).text)
    )
    data = {"csrf_token": form_token(client), **{k: html.unescape(v) for k, v in fields.items()}, "back": back}
    return client.post("/duty/shifts/ask", data=data)


def test_my_month(people: People) -> None:
    client = people.browser(people.ann)
    page = text(client.get("/duty/shifts"))
    assert "2026 年 11 月" in page and "11月25日 08:00 – 次日 08:00 请人替" in page
    assert len(links(client, "/duty/shifts", "/duty/shifts/ask")) == 3, (
        "the 25th, 27th and 29th; what has begun is not given away"
    )
    december = text(client.get("/duty/shifts?month=2026-12"))
    assert "12月1日 08:00" in december and "12月2日 08:00 –" not in december
    assert client.get("/duty/shifts?month=nonsense").status_code == 400
    assert "还没有关联值班人员" in text(people.browser(None).get("/duty/shifts"))


def test_asked_and_agreed_in_return_for_another(people: People, session: Session, world: World) -> None:
    mine, theirs = people.browser(people.ann), people.browser(people.bo)
    first = links(mine, "/duty/shifts", "/duty/shifts/ask")[0]
    chosen = next(at for at in links(mine, first, "/duty/shifts/ask") if str(people.bo.id) in at)
    back = html.unescape(re.findall(r'radio" name="back" value="([^"]+)"', mine.get(chosen).text)[0])
    answer = ask(mine, people, str(people.bo.id), back)
    assert answer.headers.get("Location") == "/duty/shifts", answer.text
    swap = session.scalars(select(Swap)).one()
    assert "等对方答复" in text(mine.get("/duty/shifts"))
    desk = text(theirs.get("/duty"))
    assert "安一请您替班" in desk and "11月25日 08:00 – 次日 08:00" in desk and "安一替您： 11月24日 08:00" in desk
    assert "请您替班" not in text(mine.get("/duty"))
    assert post(people.browser(people.cai), f"/duty/shifts/{swap.id}/answer", do="agree").status_code == 404
    assert post(theirs, f"/duty/shifts/{swap.id}/answer", do="agree", back="desk").headers["Location"] == "/duty"

    def on(day: str) -> str:
        found = duty_at(session, [world.township.id], wall(f"{day} 12:00"))[world.township.id].first
        return found.name if found else ""

    assert (on("2026-11-24"), on("2026-11-25"), on("2026-11-26")) == ("安一", "薄二", "薄二")
    assert "已同意，排班已改" in text(mine.get("/duty/shifts"))


def test_declined_and_withdrawn(people: People, session: Session) -> None:
    mine, theirs = people.browser(people.ann), people.browser(people.cai)
    ask(mine, people, str(people.cai.id))
    swap = session.scalars(select(Swap)).one()
    assert post(mine, f"/duty/shifts/{swap.id}/answer", do="agree").status_code == 303
    session.refresh(swap)
    assert swap.state == "asked", "nobody agrees for a colleague"
    assert "不是给您的" in text(mine.get("/duty/shifts"))
    post(theirs, f"/duty/shifts/{swap.id}/answer", do="decline")
    session.refresh(swap)
    assert swap.state == "refused" and "没有换成" in text(mine.get("/duty/shifts"))
    ask(mine, people, str(people.cai.id))
    newest = session.scalars(select(Swap).where(Swap.state == "asked")).one()
    post(mine, f"/duty/shifts/{newest.id}/withdraw")
    assert "请您替班" not in text(theirs.get("/duty"))


def test_what_cannot_be_asked_is_said(people: People) -> None:
    mine = people.browser(people.ann)
    ask(mine, people, str(people.cai.id))
    first = links(mine, "/duty/shifts", "/duty/shifts/ask")[0]
    assert "11-27" in first, "the turn that waits for an answer is not offered again"
    answer = mine.get(first.replace("11-27", "11-24"))
    assert answer.status_code == 404, "a colleague's turn is not mine to give"
    waiting = first.replace("11-27", "11-25")
    fields = {"station": str(people.world.township.id), "role": "first", "start": "2026-11-25T00:00:00+00:00"}
    again = post(mine, "/duty/shifts/ask", **fields, staff=str(people.bo.id))
    assert again.status_code == 422 and "在等答复" in again.text and mine.get(waiting).status_code == 200
    nobody = post(mine, "/duty/shifts/ask", **fields)
    assert nobody.status_code == 422 and "请选一位同事" in nobody.text
    wrong = post(mine, "/duty/shifts/ask", **fields, staff=str(people.bo.id), back="2026-01-01T00:00:00+00:00")
    assert wrong.status_code == 422 and "请重选" in wrong.text
