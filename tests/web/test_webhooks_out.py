"""Another system is told of tickets: signed, in the ticket's own transaction, again until it arrives, never more than
it may know; and its result comes back by the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission, Role
from hotline.calls.exchange import Exchange
from hotline.directory.models import Partner
from hotline.notifications.models import Notification
from hotline.outgoing import outbox, signing
from hotline.outgoing.addresses import networks
from hotline.outgoing.models import Delivery, Webhook
from hotline.settings import Settings
from hotline.web.api.schema_webhooks import Told
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.receiver import Receiver
from tests.web.ticket_world import DUTY, World
from tickets import desk, referrals
from tickets.models import Ticket
from tickets.states import Action

LOCAL = networks("127.0.0.0/8")
FORM = {"name": "县 12345 平台", "event": "ticket.step", "station": ""}


@dataclass
class Office:
    """The worker that sends, with a clock that is moved."""

    x: Exchange
    now: datetime = NOW
    sent: list[int] = field(default_factory=list)

    def works(self, after: timedelta = timedelta()) -> None:
        self.now += after
        there = outbox.Post(self.x.sessions, self.x.vault, lambda: self.now, LOCAL)
        with self.x.sessions() as session:
            owed = outbox.waiting(session, self.now)
        for webhook_id in owed:
            self.sent.append(outbox.drain(there, webhook_id))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})


@pytest.fixture
def office(web_exchange: Exchange) -> Office:
    return Office(web_exchange)


def subscribe(client: FlaskClient, receiver: Receiver, **form: str) -> str:
    """Fill in the form; return the secret that is shown once."""
    made = post(client, "/webhooks", **{**FORM, "url": receiver.url, **form})
    assert made.status_code == 201, made.text
    return made.text.split("<code>")[1].split("</code>")[0]


def resolved(session: Session, world: World, who: str = "王秀英") -> Ticket:
    ticket = world.call(who, NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    desk.move(session, ticket, Action.RESOLVE, NOW, actor="李建国")
    session.flush()
    return ticket


def test_a_step_is_told_signed_once_and_without_anybodys_data(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    secret = subscribe(client, receiver)
    ticket = resolved(session, world)
    office.works()
    office.works(timedelta(hours=2))
    ping, step = receiver.told
    assert (ping.json["type"], step.json["type"]) == ("ping", "ticket.step")
    assert step.is_signed_with(secret) and not step.is_signed_with(signing.new_secret())
    assert step.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert step.path == "/hooks?key=theirs"
    Told.model_validate(step.json)  # as the OpenAPI document says
    told = step.json["data"]["ticket"]
    assert (told["number"], told["state"], told["station"]["code"]) == (ticket.number, "resolved", "T1")
    assert "王秀英" not in step.body.decode() and "15400000001" not in step.body.decode()
    listed = client.get("/webhooks").text
    assert secret not in listed and "key=theirs" not in listed and "正常" in listed


def test_names_numbers_and_words_are_told_only_where_they_were_granted(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    subscribe(client, receiver, scope="numbers.see")
    resolved(session, world)
    office.works()
    ticket = receiver.told[-1].json["data"]["ticket"]
    assert ticket["caller"] == "+8615400000001"
    assert "survivor" not in ticket and "words" not in receiver.told[-1].json["data"]


def test_only_the_subtree_is_told_and_nothing_of_a_change_that_was_rolled_back(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    subscribe(client, receiver, station=str(world.village.id))
    session.query(Delivery).delete()
    resolved(session, world)  # the township's
    assert session.scalars(select(Delivery)).all() == []
    ticket = resolved(session, world, "张福贵")
    ticket.station_id = world.village.id
    session.flush()
    with pytest.raises(RuntimeError), session.begin_nested():
        desk.move(session, ticket, Action.CLOSE, NOW)
        session.flush()
        raise RuntimeError
    desk.move(session, ticket, Action.REOPEN, NOW)
    session.flush()
    office.works()
    assert [told.json["data"]["kind"] for told in receiver.told] == ["reopen"]


def test_a_receiver_that_fails_is_tried_again_with_growing_pauses_and_shown_when_it_is_given_up(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    subscribe(client, receiver)
    office.works()
    receiver.told.clear()
    receiver.answers = [500, 302, *[503] * 7]
    resolved(session, world)
    begun = office.now
    office.works()
    office.works(timedelta(seconds=59))
    assert len(receiver.told) == 1, "the pause is not over"
    for wait in outbox.WAITS:
        office.works(wait)
    assert len(receiver.told) == outbox.MOST_ATTEMPTS
    assert len({told.headers["webhook-id"] for told in receiver.told}) == 1
    assert timedelta(hours=22) < office.now - begun < timedelta(hours=24)
    (row,) = session.scalars(select(Delivery).where(Delivery.state == "failed"))
    assert (row.status, row.attempts) == (503, 9)
    told = session.scalars(select(Notification).where(Notification.template == "work_failed")).all()
    assert told and {n.payload["what"] for n in told} == {"县 12345 平台"}
    page = client.get(f"/webhooks/{row.webhook_id}").text
    assert "未送达" in page and "HTTP 503" in page
    assert post(client, f"/webhooks/{row.webhook_id}/deliveries/{row.id}").status_code == 303
    office.works()
    session.refresh(row)
    assert (row.state, row.status) == ("sent", 204)


def test_while_a_receiver_is_down_one_row_is_tried_a_pause_and_then_all_arrive(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    subscribe(client, receiver)
    office.works()
    receiver.told.clear()
    receiver.answers = [500]
    tickets = [resolved(session, world, who) for who in ("王秀英", "张福贵", "刘桂兰")]
    office.works()
    office.works(timedelta(seconds=30))
    assert len(receiver.told) == 1, "the others wait as long as what failed"
    office.works(timedelta(seconds=30))
    arrived = {told.json["data"]["ticket"]["number"] for told in receiver.told[1:]}
    assert arrived == {ticket.number for ticket in tickets} and len(receiver.told) == 4


def test_what_workers_die_of_is_given_up_and_does_not_hold_up_the_rest(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    subscribe(client, receiver)

    def dies(*_: object) -> int:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "post", dies)
        for _ in range(outbox.MOST_ATTEMPTS):
            with pytest.raises(MemoryError):
                office.works(outbox.LEASE * 2)
    resolved(session, world)
    office.works(outbox.LEASE * 2)
    (row,) = session.scalars(select(Delivery).where(Delivery.state == "failed"))
    assert row.last_error == "its workers died"
    assert [told.json["type"] for told in receiver.told] == ["ticket.step"]


def test_an_ended_webhook_is_told_nothing_more(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    subscribe(client, receiver)
    (hook,) = session.scalars(select(Webhook))
    assert post(client, f"/webhooks/{hook.id}/end").status_code == 303
    resolved(session, world)
    office.works()
    assert receiver.told == []
    assert "已停用" in client.get(f"/webhooks/{hook.id}").text


def test_a_ticket_goes_to_the_12345_platform_and_its_result_comes_back(
    client: FlaskClient, visitor: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World,
    bearer: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    """The round trip of docs/api.md."""
    platform = Partner(tenant_id=world.tenant.id, code="p12345", name="县12345平台")
    session.add(platform)
    session.flush()
    scopes = (Permission.TICKETS_SEE, Permission.TICKETS_WORK)
    mine = bearer(*scopes, station=world.county)
    subscribe(client, receiver, event="ticket.referred", partner=str(platform.id), scope="tickets.see")
    other = world.call("张福贵", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    referrals.offer(session, other, "partner", world.county.id, "别家", NOW, by="李建国")
    ticket = world.call("王秀英", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    ticket.answer = "路灯坏了，夜里不敢出门"
    session.flush()
    page = client.get(f"/tickets/{ticket.id}").text
    assert "县12345平台" in page, "offered, though it has no telephone"
    form = {"branch": str(platform.id), "deadline": "2026-11-25T10:00", "version": str(ticket.version)}
    assert post(client, f"/tickets/{ticket.id}/referral", **form).status_code == 303
    receiver.told.clear()
    office.works()
    told = receiver.told[-1].json
    Told.model_validate(told)
    assert (told["type"], told["data"]["ticket"]["number"]) == ("ticket.referred", ticket.number)
    assert told["data"]["referral"] == {"to": "县12345平台", "state": "offered", "deadline": "2026-11-25T02:00:00Z"}
    assert told["data"]["ticket"]["answer"] == "路灯坏了，夜里不敢出门"
    assert other.number not in {one.json["data"].get("ticket", {}).get("number") for one in receiver.told}
    path = f"/api/v1/tickets/{told['data']['ticket']['id']}/referrals/result"
    for result, words, state in (("accepted", "", "waiting"), ("done", "路灯已修好", "resolved")):
        key = {**mine, "Idempotency-Key": f"GD-2026-77:{result}"}
        answers = [visitor.post(path, json={"result": result, "words": words}, headers=key) for _ in range(2)]
        assert [(answer.status_code, answer.get_json()["state"]) for answer in answers] == [(200, state)] * 2
    session.refresh(ticket)
    assert (ticket.state, ticket.helped_at) == ("resolved", NOW)
    assert "县12345平台 办结了转办事项" in client.get(f"/tickets/{ticket.id}").text
    late = visitor.post(path, json={"result": "refused"}, headers=mine)
    assert late.status_code == 409


def test_whoever_gave_a_ticket_back_is_told_no_more_of_it(
    client: FlaskClient, receiver: Receiver, office: Office, session: Session, world: World
) -> None:
    platform = Partner(tenant_id=world.tenant.id, code="p12345", name="县12345平台")
    session.add(platform)
    session.flush()
    subscribe(client, receiver, partner=str(platform.id))
    ticket = world.call("王秀英", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    handed = referrals.offer(session, ticket, "partner", platform.id, platform.name, NOW, by="李建国")
    later = NOW + timedelta(minutes=5)
    referrals.give_back(session, ticket, handed, "refused", later, "by_api")
    desk.move(session, ticket, Action.RESOLVE, later + timedelta(minutes=1), actor="李建国")
    session.flush()
    office.works(timedelta(minutes=10))
    assert [told.json["data"].get("kind") for told in receiver.told] == [None, "take_back"]


def test_a_private_address_is_refused_in_the_form_and_what_was_typed_stays(
    client: FlaskClient, session: Session, world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    assert signed_in(Role.COORDINATOR, world.county).get("/webhooks").status_code == 403
    refused = post(client, "/webhooks", **FORM, url="https://10.0.0.1/x")
    assert refused.status_code == 422
    assert "该地址在内网" in refused.text and 'value="https://10.0.0.1/x"' in refused.text
    assert session.scalars(select(Webhook)).all() == []
