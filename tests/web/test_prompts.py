"""The prompts' pages: every sentence, its words changed within the rules of the flows, recorded, and taken back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange
from hotline.directory.models import Tenant
from tests.stories.test_changed_prompts import KEY, WORDS, recording
from tests.web.browsers import form_token, post
from tests.web.ticket_world import World

SignedIn = Callable[..., FlaskClient]
PAGE = f"/directory/prompts/{KEY}"


def version(client: FlaskClient, page: str = PAGE) -> str:
    found = re.search(r'name="version" value="(\d*)"', client.get(page).text)
    assert found
    return found[1]


def say(client: FlaskClient, text: str, key: str = KEY) -> TestResponse:
    page = f"/directory/prompts/{key}"
    return post(client, f"{page}/words", language="zh-CN", version=version(client, page), text=text)


def upload(client: FlaskClient, content: bytes, key: str = KEY) -> TestResponse:
    page = f"/directory/prompts/{key}"
    data = {
        "csrf_token": form_token(client), "language": "zh-CN", "version": version(client, page),
        "file": (BytesIO(content), "x.mp3"),
    }  # fmt: skip
    return client.post(f"{page}/recording", data=data, content_type="multipart/form-data")


def test_every_prompt_is_listed_in_both_languages(client: FlaskClient, web_exchange: Exchange) -> None:
    page = html.unescape(client.get("/directory/prompts").text)
    for texts in web_exchange.prompts.original.languages.values():
        assert all(key in page and text in page for key, text in texts.items())
    assert client.get("/directory/prompts/x").status_code == 404


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        (KEY, "您好，关爱帮扶热线，正在转接。其他事按9。", "少了 {station}"),
        (KEY, "您好，{station}关爱帮扶热线，{name}，其他事按9。", "不能写 {name}"),
        (KEY, "您好，{station}关爱帮扶热线，正在为您转接。", "没有说明按 9"),
        (KEY, "您好，{station}关爱帮扶热线，" + "正在为您转接，" * 5 + "其他事按9。", "最多 6 秒"),
        (KEY, "您好，{station关爱帮扶热线。其他事按9。", "少了 {station}"),
        ("entrance.wrong", " ", "不能为空"),
    ],
)
def test_words_that_would_leave_a_caller_lost_are_refused(client: FlaskClient, key: str, text: str, why: str) -> None:
    answer = say(client, text, key)
    assert answer.status_code == 422 and why in html.unescape(answer.text) and text in html.unescape(answer.text)


def test_a_prompt_is_changed_recorded_and_taken_back(client: FlaskClient, web_exchange: Exchange) -> None:
    assert say(client, WORDS).status_code == 303
    assert web_exchange.book.text(KEY, "zh-CN") == WORDS
    for wrong, why in ((recording(7), "最多 6 秒"), (b"<html>", "不是 WAV")):
        assert why in upload(client, wrong).text
    assert upload(client, recording(3)).status_code == 303
    page = client.get(PAGE).text
    sound = re.search(r'<audio[^>]* src="([^"]+)"', page)
    assert sound and "microphone=(self)" in client.get(PAGE).headers["Permissions-Policy"]
    heard = client.get(sound[1], buffered=True)
    assert heard.data == recording(3) and "immutable" in heard.headers["Cache-Control"]
    undone = re.findall(r'action="([^"]+/undo/\d+)"', page)
    assert len(undone) == 1
    post(client, undone[0], language="zh-CN", version=version(client))
    assert "<audio" not in client.get(PAGE).text and web_exchange.book.text(KEY, "zh-CN") == WORDS
    assert "别人改动了" in post(client, f"{PAGE}/words", language="zh-CN", version="", text=WORDS).text
    assert upload(client, recording(1), "choose.item").status_code == 422


def test_prompts_are_the_whole_installations(world: World, signed_in: SignedIn, session: Session) -> None:
    assert signed_in(Role.COORDINATOR, world.county).get("/directory/prompts").status_code == 403
    county, township = (signed_in(Role.ADMINISTRATOR, at) for at in (world.county, world.township))
    assert say(county, WORDS).status_code == 303 and say(township, WORDS).status_code == 403
    session.add(Tenant(code="other", name="别的县"))
    session.flush()
    assert say(county, WORDS).status_code == 403
