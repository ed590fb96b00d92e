"""At the start of a shift its handset is rung; who presses no key is backed up, and the coordinators know."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping import duty, watch
from hotline.calls.kinds.base import Work
from hotline.directory.models import Staff, Station
from hotline.roster import desk
from hotline.roster.queries import load_rosters
from hotline.simulator.behaviours import NEVER_ANSWERS, Behaviour, answers, presses, voicemail
from tests.stories.lookout import duties, handset, look, notices, watched
from tests.stories.town import Town

BEFORE_EIGHT = datetime(2026, 11, 22, 23, 58, tzinfo=UTC)
"""Two minutes before the shifts change at eight."""
AT_EIGHT = datetime(2026, 11, 23, 0, tzinfo=UTC)


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """The sample county before a change of shift, everybody at their telephone."""
    town = make_town(start=BEFORE_EIGHT)
    town.everybody(presses("1"))
    return town


def test_a_key_confirms_the_duty(town: Town) -> None:
    async def story() -> None:
        phone = town.handset("longgang-1")
        await phone.stays_quiet(100)
        await phone.rings(within=100)
        phone.answer()
        await phone.hears("龙港镇现在由您值班")
        await phone.hears("到明天8点")
        phone.press("1")
        await phone.hears("辛苦了")
        await phone.ends()
        await phone.stays_quiet(900)

    watched(town, story())
    [row] = duties(town, "longgang")
    assert (row.state, row.role, row.starts) == ("confirmed", "first", AT_EIGHT)
    assert row.settled_at is not None and row.settled_at - row.starts < timedelta(minutes=2)
    assert handset(town, "longgang-1").confirmed_at is not None
    assert notices(town, "duty_unconfirmed") == []


def test_everybody_who_begins_is_asked_once_however_often_one_looks(town: Town) -> None:
    async def story() -> None:
        await town.world.work(look, town)
        await town.world.passes(180)
        asked = await town.world.work(look, town)
        again = await town.world.work(look, town)
        assert (asked["asked"], again["asked"]) == (13, 0)
        await town.world.passes(120)

    town.play(story())
    checks = town.errands("duty_check")
    assert len(checks) == 13
    assert {check.result for check in checks} == {"on_duty"}
    assert len({check.number_hash for check in checks}) == 13


@pytest.mark.parametrize("behaviour", [NEVER_ANSWERS, voicemail(after=5)], ids=["no answer", "voicemail"])
def test_no_key_after_two_tries_raises_the_backup_and_tells_the_coordinator(town: Town, behaviour: Behaviour) -> None:
    duty, backup = town.handset("longgang-1", behaviour), town.handset("longgang-2")
    coordinator = town.staff("county-s1")

    async def story() -> None:
        await duty.rings(within=200)
        await backup.stays_quiet(270)
        await duty.rings(within=60)
        await backup.rings(within=120)
        backup.answer()
        await backup.hears("龙港镇现在由您值班")
        backup.press("1")
        await backup.hears("辛苦了")
        await coordinator.rings(within=60)
        coordinator.answer()
        await coordinator.hears("熊静没有确认到岗")
        coordinator.press("1")
        await town.world.passes(900)

    watched(town, story())
    first, second = duties(town, "longgang")
    assert (first.state, second.state, second.role) == ("missed", "confirmed", "backup")
    assert duty.times_rung == 2 and coordinator.times_rung == 1
    assert sorted(row.channel for row in notices(town, "duty_unconfirmed")) == ["console", "telephone"]


def test_whoever_cannot_come_says_so_by_key_and_the_backup_rings_together_with_the_handset(town: Town) -> None:
    duty, backup = town.handset("longgang-1"), town.handset("longgang-2")

    async def story() -> None:
        await duty.rings(within=200)
        duty.answer()
        await duty.hears("来不了按0")
        duty.press("0")
        await duty.hears("备班顶上")
        await backup.rings(within=60)
        backup.hang_up()
        await town.world.passes(5)
        call = await town.ring("p001", "longgang")
        await duty.rings(within=20)
        await backup.rings(within=5)
        backup.answer()
        await backup.hears("接听按1")
        backup.press("1")
        await call.joined(backup.number)

    watched(town, story())
    assert duties(town, "longgang")[0].state == "unable"
    assert [leg.reason for leg in town.legs("accepted", "ended")] == ["unconfirmed"]


def test_nobody_at_all_is_urgent(town: Town) -> None:
    coordinator, head = town.staff("county-s1", presses("1")), town.staff("zhengzhuang-s1")
    for code in ("zhengzhuang-1", "zhengzhuang-2"):
        town.handset(code, NEVER_ANSWERS)

    async def story() -> None:
        await head.rings(within=1200)
        head.answer()
        await head.hears("眼下没有人确认值班")
        head.press("1")
        await town.world.until(lambda: coordinator.times_rung == 2)

    watched(town, story())
    assert [row.state for row in duties(town, "zhengzhuang")] == ["missed", "missed"]
    assert {row.urgent for row in notices(town, "duty_nobody")} == {True}


def test_whoever_turns_up_late_confirms_by_any_key(town: Town) -> None:
    duty = town.handset("longgang-1", NEVER_ANSWERS)

    async def story() -> None:
        await town.world.passes(800)
        assert duties(town, "longgang")[0].state == "missed"
        duty.behaviour = answers()
        call = await town.ring("p001", "longgang")
        await call.joined(within=60)
        await town.world.passes(180)

    town.handset("longgang-2", NEVER_ANSWERS)
    watched(town, story())
    assert duties(town, "longgang")[0].state == "confirmed"


def test_nobody_is_rung_for_a_shift_that_somebody_took_over_by_key(town: Town) -> None:
    handset_ = town.handset("longgang-1")

    async def story() -> None:
        await handset_.rings(within=200)
        handset_.answer()
        await handset_.hears("在岗请按1")
        handset_.press("1")
        await handset_.ends()
        town.change(lambda session: take_over(session, town))
        await handset_.stays_quiet(900)

    watched(town, story())
    assert len(duties(town, "longgang")) == 1


def test_whoever_is_relieved_before_answering_is_not_asked_again_and_raises_no_alarm(town: Town) -> None:
    phone = town.handset("longgang-1", NEVER_ANSWERS)

    async def story() -> None:
        await phone.rings(within=200)
        town.change(lambda session: take_over(session, town))
        await phone.stays_quiet(1500)

    watched(town, story())
    assert [row.state for row in duties(town, "longgang")] == ["relieved"]
    assert notices(town, "duty_unconfirmed") == []


def test_two_beats_and_two_workers_at_once_ring_nobody_twice(town: Town) -> None:
    def all_at_once() -> list[dict[str, int]]:
        with ThreadPoolExecutor(4) as workers:
            return list(workers.map(lambda _: look(town), range(4)))

    async def story() -> None:
        await town.world.work(look, town)
        await town.world.passes(125)
        found = await town.world.work(all_at_once)
        assert sum(seen["asked"] for seen in found) == 13
        await town.world.passes(60)
        assert (await town.world.work(look, town))["asked"] == 0

    town.play(story())
    assert len(town.errands("duty_check")) == 13


def test_a_look_out_that_dies_half_way_is_made_up_for_a_minute_later(town: Town) -> None:
    def dies() -> None:
        with pytest.raises(KeyboardInterrupt), town.x.sessions.begin() as session:
            work = Work(town.x, session, town.x.clock())
            [tenant] = watch.tenants(session)
            stations = session.scalars(select(Station.id)).all()
            since = work.now - timedelta(minutes=10)
            rosters = load_rosters(session, stations, since, work.now + timedelta(days=9)).values()
            assert duty.ask_those_who_begin(work, tenant, rosters, since) == 13
            raise KeyboardInterrupt

    async def story() -> None:
        await town.world.work(look, town)
        await town.world.passes(125)
        await town.world.work(dies)
        assert (await town.world.work(look, town))["asked"] == 13

    town.play(story())


def test_shifts_that_began_before_anybody_looked_are_not_rung_up(make_town: Callable[..., Town]) -> None:
    town = make_town(start=AT_EIGHT + timedelta(minutes=5))
    assert look(town)["asked"] == 0


def test_a_worker_that_was_down_for_a_quarter_of_an_hour_still_asks(town: Town) -> None:
    async def story() -> None:
        await town.world.work(look, town)
        await town.world.passes(17 * 60)
        assert (await town.world.work(look, town))["asked"] == 13

    town.play(story(), working=False)


def take_over(session: Session, town: Town) -> None:
    """Somebody else of the station is on duty from now on."""
    staff = session.scalars(select(Staff).where(Staff.code == "longgang-s4")).one()
    desk.take_over_now(session, staff.tenant_id, staff.station_id, staff.id, town.x.clock(), "测试")
