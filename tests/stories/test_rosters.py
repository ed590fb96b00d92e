"""Who is on duty decides whose telephone rings: at night, over midnight, with an empty roster, after taking over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from hotline.directory.models import Staff, Station
from hotline.roster import desk
from hotline.roster.models import Pattern
from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.town import Town

NIGHTS = {
    "just before the change": (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), "hudi-s2", "hudi-s3"),
    "late in the evening": (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), "hudi-s4", "hudi-s5"),
    "at three in the morning": (datetime(2026, 11, 23, 19, 0, tzinfo=UTC), "hudi-s4", "hudi-s5"),
    "on New Year's Eve of next year": (datetime(2027, 2, 5, 19, 0, tzinfo=UTC), "hudi-s4", "hudi-s5"),
}


@pytest.mark.parametrize("when", list(NIGHTS))
def test_day_and_night_shifts_meet_without_a_gap(make_town: Callable[..., Town], when: str) -> None:
    moment, *who = NIGHTS[when]
    town = make_town(start=moment)
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("+8615400004444", "hudi")
        await town.handset("hudi-1").rings(within=15)
        call.hang_up()

    town.play(story(), working=False)
    with town.reading() as session:
        names = set(session.scalars(select(Staff.name).where(Staff.code.in_(who))))
    [leg] = [leg for leg in town.legs() if leg.reason == "duty"]
    assert any(name in leg.label for name in names), (leg.label, names)


def test_an_uncovered_weekend_rings_the_stations_handset(make_town: Callable[..., Town]) -> None:
    town = make_town(start=datetime(2026, 11, 28, 4, 0, tzinfo=UTC))  # Saturday noon; Guxian has no roster then
    phone = town.handset("guxian-1", answers())

    async def story() -> None:
        call = await town.ring("+8615400004444", "guxian")
        await call.joined(phone.number, within=30)

    town.play(story(), working=False)
    assert [leg.reason for leg in town.legs() if leg.accepted_at] == ["handset"]


def test_with_no_roster_at_all_every_station_still_has_its_handset(town: Town) -> None:
    town.change(lambda session: session.execute(delete(Pattern)))
    phone = town.handset("longgang-1", answers())

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(phone.number, within=30)

    town.play(story(), working=False)
    assert town.ticket().state == "answered"


def test_whoever_takes_over_now_is_named_on_the_next_call(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    def take_over(session: object) -> None:
        station = session.scalars(select(Station).where(Station.code == "longgang")).one()  # type: ignore[attr-defined]
        staff = session.scalars(select(Staff).where(Staff.code == "longgang-s4")).one()  # type: ignore[attr-defined]
        desk.take_over_now(session, station.tenant_id, station.id, staff.id, town.world.now(), "story")  # type: ignore[arg-type]

    town.change(take_over)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await town.handset("longgang-1").rings(within=15)
        call.hang_up()

    town.play(story(), working=False)
    with town.reading() as session:
        name = session.scalar(select(Staff.name).where(Staff.code == "longgang-s4"))
    assert [leg for leg in town.legs() if leg.reason == "duty" and str(name) in leg.label]


def test_the_paired_person_on_duty_elsewhere_rings_beside_the_duty_handset(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    def pair(session: object) -> None:
        from hotline.directory.models import Survivor

        survivor = session.scalars(select(Survivor).where(Survivor.code == "p003")).one()  # type: ignore[attr-defined]
        paired = session.scalars(select(Staff).where(Staff.code == "longgang-s1")).one()  # type: ignore[attr-defined]
        survivor.paired_staff_id = paired.id  # the backup of this week

    town.change(pair)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await town.handset("longgang-1").rings(within=15)
        await town.handset("longgang-2").rings(within=2)
        call.hang_up()

    town.play(story(), working=False)
    assert {leg.reason for leg in town.legs() if leg.rung_at and leg.tier == 1} == {"paired", "duty"}
