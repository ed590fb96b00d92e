"""Whoever's shift was moved hears of it when it is moved, and everybody the evening before (goalert#1973)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from hotline.clock import SHANGHAI, local
from hotline.directory.models import Staff
from hotline.roster import desk, swaps
from hotline.roster.models import Override, Swap
from hotline.simulator.behaviours import presses
from tests.stories.lookout import look, minutes, notices, watched
from tests.stories.town import Town

LATE_EVENING = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
BEFORE_SIX = datetime(2026, 11, 23, 9, 58, tzinfo=UTC)


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """The sample county on a Monday at nine; everybody presses 1 on whatever is said."""
    town = make_town()
    town.everybody(presses("1"))
    return town


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def person(session: Session, code: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.code == code)).one()


def stand_in(town: Town, code: str, start: str, end: str) -> None:
    """Let somebody of Longgang be on duty instead of whoever is on the roster."""

    def change(session: Session) -> None:
        staff = person(session, code)
        piece = Override(
            tenant_id=staff.tenant_id, station_id=staff.station_id, role="first", staff_id=staff.id,
            during=Range(wall(start), wall(end)),
        )  # fmt: skip
        desk.override(session, piece, town.x.clock(), "县督导")

    town.change(change)


def take_over(town: Town, code: str) -> None:
    def change(session: Session) -> None:
        staff = person(session, code)
        desk.take_over_now(session, staff.tenant_id, staff.station_id, staff.id, town.x.clock(), "县督导")

    town.change(change)


def test_both_hear_it_on_their_own_telephones_once(town: Town) -> None:
    new, old = town.staff("longgang-s4"), town.staff("longgang-s3")

    async def story() -> None:
        stand_in(town, "longgang-s4", "2026-11-24 08:00", "2026-11-25 08:00")
        await new.rings(within=240)
        new.answer()
        await new.hears("薛国庆的值班已改为11月24日08:00至11月25日08:00")
        new.press("1")
        await old.rings(within=60)
        old.answer()
        await old.hears("11月24日08:00至11月25日08:00不再由王宇航值班")
        old.press("1")
        await town.world.passes(900)

    watched(town, story())
    assert (new.times_rung, old.times_rung) == (1, 1)
    assert town.staff("longgang-s2").times_rung == 0


def test_several_changes_are_one_call(town: Town) -> None:
    new = town.staff("longgang-s4")

    async def story() -> None:
        stand_in(town, "longgang-s4", "2026-11-26 08:00", "2026-11-27 08:00")
        await town.world.passes(60)
        stand_in(town, "longgang-s4", "2026-11-24 08:00", "2026-11-25 08:00")
        await new.stays_quiet(100)
        await new.rings(within=120)
        new.answer()
        await new.hears("有2处变动，最近的是11月24日08:00")
        new.press("1")
        await new.stays_quiet(600)

    watched(town, story())


def test_at_night_only_what_cannot_wait_is_told(make_town: Callable[..., Town]) -> None:
    town = make_town(start=LATE_EVENING)
    town.everybody(presses("1"))
    later, tonight = town.staff("longgang-s4", presses("1")), town.staff("longgang-s2")

    async def story() -> None:
        stand_in(town, "longgang-s4", "2026-11-26 08:00", "2026-11-27 08:00")
        take_over(town, "longgang-s3")
        await tonight.rings(within=120)
        tonight.answer()
        await tonight.hears("不再由熊静值班")
        tonight.press("1")
        await later.stays_quiet(600)

    watched(town, story())
    [told] = [row for row in notices(town, "shift_changed") if row.channel == "telephone" and not row.urgent]
    assert local(told.next_at) == datetime(2026, 11, 24, 8, tzinfo=SHANGHAI)


def test_who_has_no_telephone_of_their_own_is_rung_on_the_duty_handset(town: Town) -> None:
    gone = update(Staff).where(Staff.code == "longgang-s4").values(number_hash=None, number_sealed=None)
    town.change(lambda session: session.execute(gone))
    handset = town.handset("longgang-1")

    async def story() -> None:
        stand_in(town, "longgang-s4", "2026-11-24 08:00", "2026-11-25 08:00")
        await handset.rings(within=240)
        handset.answer()
        await handset.hears("薛国庆的值班已改为")

    watched(town, story())


def test_a_colleague_is_asked_for_a_swap_and_the_other_hears_the_refusal(town: Town) -> None:
    asked, giver = town.staff("longgang-s3"), town.staff("longgang-s2")

    def ask(session: Session) -> None:
        first, second = person(session, "longgang-s2"), person(session, "longgang-s3")
        swap = Swap(
            tenant_id=first.tenant_id, station_id=first.station_id, role="first", giver_id=first.id,
            taker_id=second.id, during=Range(wall("2026-11-25 08:00"), wall("2026-11-26 08:00")),
            asked_at=town.x.clock(),
        )  # fmt: skip
        swaps.ask_swap(session, swap, town.x.clock(), "熊静")

    def refuse(session: Session) -> None:
        swaps.refuse_swap(session, session.scalars(select(Swap.id)).one(), town.x.clock(), "王宇航")

    async def story() -> None:
        town.change(ask)
        await asked.rings(within=240)
        asked.answer()
        await asked.hears("请王宇航在11月25日08:00至11月26日08:00替班")
        asked.press("1")
        await asked.ends()
        town.change(refuse)
        await giver.rings(within=240)
        giver.answer()
        await giver.hears("仍由熊静值班")
        giver.press("1")
        await asked.stays_quiet(300)

    watched(town, story())


def test_a_swap_that_nobody_answers_ends_when_the_duty_begins_and_whoever_asked_hears_of_it(town: Town) -> None:
    giver = town.staff("longgang-s2")

    def ask(session: Session) -> None:
        first, second = person(session, "longgang-s2"), person(session, "longgang-s3")
        swap = Swap(
            tenant_id=first.tenant_id, station_id=first.station_id, role="first", giver_id=first.id,
            taker_id=second.id, during=Range(wall("2026-11-23 09:10"), wall("2026-11-23 20:00")),
            asked_at=town.x.clock(),
        )  # fmt: skip
        swaps.ask_swap(session, swap, town.x.clock(), "熊静")

    async def story() -> None:
        town.change(ask)
        await giver.stays_quiet(590)
        await giver.rings(within=400)
        giver.answer()
        await giver.hears("仍由熊静值班：开班前没有人答复")
        giver.press("1")

    watched(town, story())
    with town.reading() as session:
        assert session.scalars(select(Swap.state)).all() == ["expired"]


def test_the_evening_before_everybody_who_begins_tomorrow_hears_it_once(make_town: Callable[..., Town]) -> None:
    town = make_town(start=BEFORE_SIX)
    town.everybody(presses("1"))
    tomorrow = town.staff("longgang-s3")

    async def story() -> None:
        await tomorrow.stays_quiet(100)
        await tomorrow.rings(within=120)
        tomorrow.answer()
        await tomorrow.hears("王宇航的值班时间是11月24日08:00至11月25日08:00")
        tomorrow.press("1")
        await tomorrow.ends()

    watched(town, story())
    town.play(minutes(town, 170), working=False)
    told = [row for row in notices(town, "shift_tomorrow") if row.channel == "telephone"]
    assert len(told) == 14, "one for each station and a second at Hudi, whose night has its own shift"
    assert tomorrow.times_rung == 1
    assert town.staff("longgang-s2").times_rung == 0, "goes off duty tomorrow"
    assert town.staff("longgang-s1").times_rung == 0, "is the backup all week"


def test_looking_twice_tells_nothing_twice(town: Town) -> None:
    async def story() -> None:
        stand_in(town, "longgang-s4", "2026-11-24 08:00", "2026-11-25 08:00")
        early = await town.world.work(look, town)
        await town.world.passes(121)
        first = await town.world.work(look, town)
        again = await town.world.work(look, town)
        assert [seen["changes"] for seen in (early, first, again)] == [0, 2, 0]

    town.play(story())
    assert town.errands("notice")[0].created_at - town.x.clock() <= timedelta(0)
