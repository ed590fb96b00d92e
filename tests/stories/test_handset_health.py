"""Handsets on which nobody presses a key are rung as a test, seldom and spaced; who is out of reach is reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from hotline.calls.keeping.models import KeepingMark
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory.health import DEAD_AFTER
from hotline.directory.models import Handset
from hotline.simulator.behaviours import NEVER_ANSWERS, OFF, hangs_up, presses, voicemail
from tests.stories.lookout import handset, look, minutes, notices, watched, watching_since
from tests.stories.town import Town

BEFORE_TEN = datetime(2026, 11, 23, 1, 50, tzinfo=UTC)


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """The sample county ten minutes before tests may begin; nobody has pressed a key for eight days."""
    town = make_town(start=BEFORE_TEN)
    watching_since(town, days=8)
    town.everybody(presses("1"))
    return town


def confirmed(town: Town, *besides: str) -> None:
    """Let a key have been pressed an hour ago on every handset but some."""
    at = town.x.clock() - timedelta(hours=1)
    town.change(lambda s: s.execute(update(Handset).where(Handset.code.not_in(besides)).values(confirmed_at=at)))


def test_silent_handsets_are_tested_once_a_day_from_ten_on_and_never_many_under_one_number(town: Town) -> None:
    town.play(minutes(town, 60), working=False)
    tests = town.errands("handset_test")
    assert len(tests) == 54, "every handset of the county"
    assert {test.result for test in tests} == {"fine"}
    assert max(Counter(test.target_id for test in tests).values()) == 1
    assert min(local(test.placed_at).hour for test in tests if test.placed_at) == 10
    assert closest(tests) >= timedelta(minutes=4, seconds=50)


def closest(tests: list[Errand]) -> timedelta:
    """Return the shortest time between two tests under one number."""
    times: dict[object, list[datetime]] = {}
    for test in tests:
        assert test.placed_at is not None
        times.setdefault(test.line_id, []).append(test.placed_at)
    return min(b - a for placed in times.values() for a, b in zip(sorted(placed), sorted(placed)[1:], strict=False))


def test_a_test_asks_for_one_key_and_lasts_no_less_than_carriers_like(town: Town) -> None:
    confirmed(town, "longgang-1")
    phone = town.handset("longgang-1")

    async def story() -> float:
        await phone.rings(within=720)
        phone.answer()
        begun = town.world.loop.time()
        await phone.hears("龙港镇值班手机例行测试")
        await phone.hears("听到请按1")
        await town.world.passes(3)
        phone.press("1")
        await phone.hears("按0转给下一位")
        await phone.ends()
        ended = town.world.loop.time()
        await phone.stays_quiet(400)
        return ended - begun

    assert watched(town, story()) >= 15
    assert handset(town, "longgang-1").confirmed_at is not None
    assert len(town.errands("handset_test")) == 1


def test_who_has_pressed_a_key_this_week_is_left_alone(town: Town) -> None:
    confirmed(town)

    town.play(minutes(town, 30), working=False)
    assert town.errands("handset_test") == []


def test_a_voicemail_demotes_a_silent_ring_does_not_and_a_key_restores(town: Town) -> None:
    confirmed(town, "longgang-1", "zhongcun-1")
    town.change(lambda s: s.execute(update(Handset).where(Handset.code == "longgang-1").values(failures=1)))
    mailbox, absent = town.handset("longgang-1", voicemail(after=5)), town.handset("zhongcun-1", NEVER_ANSWERS)

    async def story() -> None:
        await mailbox.rings(within=720)
        await absent.rings(within=60)
        await town.world.passes(120)

    watched(town, story())
    assert (handset(town, "longgang-1").state, handset(town, "zhongcun-1").state) == ("suspect", "ok")
    assert {row.channel for row in notices(town, "handset_demoted")} == {"console"}
    number = notices(town, "handset_demoted")[0].payload["number"]
    assert "*" in number

    async def next_day() -> None:
        await town.world.passes(60)

    again = town.handset("longgang-1", presses("1"))
    town.change(lambda s: s.execute(update(Errand).values(created_at=Errand.created_at - timedelta(days=1))))
    town.change(lambda s: s.execute(KeepingMark.__table__.delete().where(KeepingMark.key.like("handset_test:%"))))
    watched(town, next_day())
    assert again.times_rung == 2 and handset(town, "longgang-1").state == "ok"


def test_even_a_wrong_key_is_a_human_and_restores_the_handset(town: Town) -> None:
    confirmed(town, "longgang-1")
    worn = update(Handset).where(Handset.code == "longgang-1").values(failures=2, state="suspect")
    town.change(lambda s: s.execute(worn))
    phone = town.handset("longgang-1")

    async def story() -> None:
        await phone.rings(within=720)
        phone.answer()
        await phone.hears("按1")
        phone.press("5")
        await town.world.passes(3)
        phone.hang_up()
        await town.world.passes(10)

    watched(town, story())
    assert (handset(town, "longgang-1").failures, handset(town, "longgang-1").state) == (0, "ok")


def test_whoever_hangs_up_at_once_is_a_human_and_demotes_nothing(town: Town) -> None:
    confirmed(town, "longgang-1")
    town.change(lambda s: s.execute(update(Handset).where(Handset.code == "longgang-1").values(failures=1)))
    phone = town.handset("longgang-1", hangs_up())

    async def story() -> None:
        await phone.rings(within=720)
        await town.world.passes(60)

    watched(town, story())
    assert (handset(town, "longgang-1").failures, handset(town, "longgang-1").state) == (1, "ok")


def test_a_dead_handset_is_told_to_the_head_and_the_coordinator_once(town: Town) -> None:
    confirmed(town, "longgang-1")
    worn = update(Handset).where(Handset.code == "longgang-1").values(failures=DEAD_AFTER - 1, state="suspect")
    town.change(lambda s: s.execute(worn))
    town.handset("longgang-1", OFF)
    head, coordinator = town.staff("longgang-s1"), town.staff("county-s1")

    async def story() -> None:
        await head.rings(within=900)
        head.answer()
        await head.hears("值班手机154****0101多次打不通")
        head.press("1")
        await coordinator.rings(within=60)
        coordinator.answer()
        await coordinator.hears("龙港镇的值班手机")
        coordinator.press("1")
        await town.world.passes(600)

    watched(town, story())
    assert handset(town, "longgang-1").state == "dead"
    assert (head.times_rung, coordinator.times_rung) == (1, 1)
    assert len(notices(town, "handset_dead")) == 4, "two consoles, two telephones"


def test_looking_twice_orders_nothing_twice(town: Town) -> None:
    async def story() -> None:
        await town.world.passes(660)
        first = await town.world.work(look, town)
        again = await town.world.work(look, town)
        assert (first["tests"], again["tests"]) == (13, 0)

    town.play(story())
