"""Help and the guided first day; the sample county goes as a whole, or not at all where something in it is real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from hotline import demo, intake
from hotline.accounts import people
from hotline.accounts.models import Account
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange
from hotline.calls.models import Call
from hotline.commands.county import SAMPLES
from hotline.db import Base
from hotline.directory.models import Handset, Tenant
from hotline.web.help.pages import guide
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World

SignedIn = Callable[..., FlaskClient]


def real_administrator(world: World) -> None:
    account = people.add(world.session, NewAccount("admin", "刘静", Role.ADMINISTRATOR, None), "test", NOW)
    account.password_hash = "kept elsewhere"
    world.session.flush()


def test_both_guides_have_the_same_parts_and_every_page_leads_to_its_own(client: FlaskClient, world: World) -> None:
    chinese, english = guide("zh-CN"), guide("en")
    assert [(p.id, p.pages, len(p.steps)) for p in chinese.parts] == [
        (p.id, p.pages, len(p.steps)) for p in english.parts
    ]
    assert {role: len(part.steps) for role, part in chinese.roles.items()} == {
        role: len(part.steps) for role, part in english.roles.items()
    }
    assert 'href="/help#routing"' in client.get("/routing-lab").text
    text = client.get("/help").text
    assert text.index("按“第一天”的清单") < text.index("每次来电一张工单") < text.index("每月：通报草稿"), (
        "own role first"
    )


def test_steps_tick_themselves(world: World, client: FlaskClient) -> None:
    before = client.get("/first-day").text
    assert before.count('class="done"') == 1, "the account that looks"
    ticket = world.call("王秀英", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    ticket.wrapped_at = NOW
    number = "+8615400000111"
    world.session.add(
        Handset(
            tenant_id=world.tenant.id, code="H1", station_id=world.township.id, confirmed_at=NOW,
            number_hash=world.vault.fingerprint(number), number_sealed=world.vault.seal(number),
        )
    )  # fmt: skip
    world.session.flush()
    after = client.get("/first-day").text
    assert after.count('class="done"') == 4 and "1 / 1 部测通" in after


def test_the_sample_goes_as_a_whole_and_nothing_else_does(
    world: World, signed_in: SignedIn, web_exchange: Exchange
) -> None:
    session = world.session
    other = Tenant(code="other", name="另一县", levels=["县"])
    session.add(other)
    world.call("王秀英", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    for file in SAMPLES[1:]:
        assert not intake.import_file(session, file, world.vault, NOW).errors
    boss = signed_in(Role.ADMINISTRATOR)
    assert boss.get("/tickets").status_code == 200, "a line of the log on the sample's ticket"
    assert "请先建立" in post(boss, "/first-day/demo-off", name="沁水县").text
    real_administrator(world)
    assert "原样填写" in post(boss, "/first-day/demo-off", name="沁水").text
    answer = post(boss, "/first-day/demo-off", name=demo.sample(session).name)  # type: ignore[union-attr]
    assert answer.status_code == 303, answer.text
    left = {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}
    kept = {"tenant", "account", "browser_session", "keeping_mark", "access_log", "routing_change"}
    assert {name for name, count in left.items() if count} == kept and left["tenant"] == 1
    assert session.scalars(select(Account.login).where(Account.active)).all().count("admin") == 1
    assert demo.is_off(session) and boss.get("/first-day").status_code == 200
    assert "清除示例县" in boss.get("/access").text


def test_nothing_goes_where_a_call_is_real(world: World, signed_in: SignedIn) -> None:
    real_administrator(world)
    world.call(None, NOW - timedelta(hours=1), lasted=20, outcome="abandoned", number="+8613912345678")
    boss = signed_in(Role.ADMINISTRATOR)
    answer = post(boss, "/first-day/demo-off", name=world.tenant.name)
    assert answer.status_code == 422 and "真实的号码" in answer.text
    assert world.session.scalar(select(func.count()).select_from(Call)) == 1
    assert post(signed_in(Role.COORDINATOR, world.county), "/first-day/demo-off").status_code == 403
