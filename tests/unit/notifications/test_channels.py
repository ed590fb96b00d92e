"""The ways out of the house, tried against a server on this machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pydantic import ValidationError

from hotline.notifications.channels import SERVICES, ChannelError, check, send
from hotline.notifications.settings import ChannelForm, try_out
from hotline.notifications.words import Message
from tests.unit.notifications.inbox import Inbox, open_inbox

HELLO = Message("1001号工单：办结超时", "龙港镇服务站，请站长督办。")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with open_inbox() as inbox:
        yield inbox


def test_a_webhook_gets_title_and_body(inbox: Inbox) -> None:
    send(inbox.url(), HELLO)
    (letter,) = inbox.letters
    assert (letter["title"], letter["message"]) == (HELLO.title, HELLO.body)


def test_a_refusal_is_told_with_its_reason_and_without_secrets(inbox: Inbox) -> None:
    inbox.status = 500
    with pytest.raises(ChannelError, match="500") as refused:
        send(f"json://user:topsecret@127.0.0.1:{inbox.port}/token-in-path", HELLO)
    assert "topsecret" not in str(refused.value)
    assert "token-in-path" not in str(refused.value)


def test_a_quiet_worker_still_learns_the_reason(inbox: Inbox) -> None:
    inbox.status = 500
    root, ours = logging.getLogger(), logging.getLogger("apprise")
    before = root.level, ours.level
    root.setLevel(logging.ERROR)
    ours.setLevel(logging.NOTSET)
    try:
        with pytest.raises(ChannelError, match="500"):
            send(inbox.url(), HELLO)
    finally:
        root.setLevel(before[0])
        ours.setLevel(before[1])


def test_nobody_there(inbox: Inbox) -> None:
    url = inbox.url()
    inbox.port = 1
    with pytest.raises(ChannelError, match=r"[Cc]onnection"):
        send(inbox.url(), HELLO)
    assert url != inbox.url()


def test_a_channel_that_does_not_answer_is_given_up(inbox: Inbox) -> None:
    inbox.delay = 2
    start = time.monotonic()
    with pytest.raises(ChannelError):
        send(f"{inbox.url()}?rto=60", HELLO, timeout=0.3)
    assert time.monotonic() - start < 1.5


def test_a_redirect_is_not_followed(inbox: Inbox) -> None:
    with open_inbox() as elsewhere:
        inbox.status, inbox.location = 307, f"http://127.0.0.1:{elsewhere.port}/"
        with pytest.raises(ChannelError):
            send(f"{inbox.url()}?redirect=yes", HELLO)
        assert elsewhere.letters == []


@pytest.mark.parametrize(
    "url",
    [
        "mailto://duty:secret@mail.example.com",
        "wecombot://A0f1b2c3",
        "dingtalk://token1234567890",
        "feishu://token1234567890",
        "smseagle://token@127.0.0.1/+8615400000001",
        "jsons://127.0.0.1/hook",
    ],
)
def test_every_service_that_is_offered_can_be_read(url: str) -> None:
    assert check(url) == url
    assert url.split(":")[0] in {example for example, _ in SERVICES.values()}


@pytest.mark.parametrize(
    "url", ["syslog://", "file:///etc/passwd", "https://example.com/config.yml", "", "apprise://x/y"]
)
def test_what_is_no_messenger_is_not_let_in(url: str) -> None:
    with pytest.raises(ChannelError, match="not a channel that is let in"):
        check(url)


def test_an_incomplete_address_is_refused() -> None:
    with pytest.raises(ChannelError, match="incomplete"):
        check("dingtalk://")


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "syslog://"},
        {"quiet": "always"},
        {"code": "console"},
        {"code": "Group 1"},
        {"personal": "everything"},
        {"urgent": True},
    ],
)
def test_a_channel_with_a_mistake_is_refused_and_its_address_not_shown(changes: dict[str, object]) -> None:
    right = {"code": "group", "name": "值班群", "url": "json://127.0.0.1/topsecret", "station_id": uuid4()}
    assert "topsecret" not in repr(ChannelForm.model_validate(right))
    with pytest.raises(ValidationError) as refused:
        ChannelForm.model_validate({**right, **changes})
    assert "topsecret" not in str(refused.value)


def test_a_channel_is_tried_out_before_it_is_saved(inbox: Inbox) -> None:
    try_out(ChannelForm(code="group", name="值班群", url=inbox.url()))
    assert [letter["title"] for letter in inbox.letters] == ["关爱帮扶热线"]
