"""Swap requests: whole turns of one's own, asked once, answered by whom was asked, over when the turn begins."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Staff
from hotline.roster import desk, swap_requests
from hotline.roster.changes import RosterError
from hotline.roster.models import RosterChange, Swap
from hotline.roster.turns import read_turns
from tests.db.roster_people import ANNS, BOS, NOW, Town, on_duty, rotating_town, wall


@pytest.fixture
def town(session: Session) -> Town:
    return rotating_town(session)


def asked(town: Town, swap: Swap) -> UUID:
    swap_requests.ask(town.session, swap, NOW, "安一")
    return swap.id


def history(town: Town) -> list[str]:
    return list(town.session.scalars(select(RosterChange.what).order_by(RosterChange.id)))


def test_turns_of_one_person_shift_by_shift(town: Town) -> None:
    town.add(town.shift("2026-11-24 20:00", "2026-11-25 06:00", town.ann, role="backup"))
    found = read_turns(town.session, town.ann, wall("2026-11-23 08:00"), wall("2026-11-27 00:00"))
    assert [(turn.role, turn.start, turn.end) for turn in found] == [
        ("first", wall("2026-11-23 08:00"), wall("2026-11-24 08:00")),
        ("backup", wall("2026-11-24 20:00"), wall("2026-11-25 06:00")),
        ("first", wall("2026-11-25 08:00"), wall("2026-11-26 08:00")),
    ]
    alone = town.pattern("alone", staff_ids=[town.cai], role="backup")
    town.add(alone)
    daily = read_turns(town.session, town.cai, wall("2026-11-25 08:00"), wall("2026-11-27 08:00"))
    assert [turn.end - turn.start for turn in daily] == [timedelta(days=1)] * 2, "each shift is a turn of its own"


def test_asked_agreed_and_the_roster_and_its_history_change_together(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.bo, ANNS, BOS))
    with pytest.raises(RosterError, match="不是给您的"):
        swap_requests.answer(town.session, swap, town.cai, True, NOW, "蔡三")
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    swap_requests.answer(town.session, swap, town.bo, True, NOW, "薄二")
    assert (on_duty(town, "2026-11-25 12:00"), on_duty(town, "2026-11-26 12:00")) == (town.bo, town.ann)
    assert history(town) == ["swap_asked", "swap_agreed"]
    with pytest.raises(RosterError, match="已经处理过"):
        swap_requests.answer(town.session, swap, town.bo, False, NOW, "薄二")
    with pytest.raises(RosterError, match="换来或替来的班"):
        asked(town, town.swap(town.bo, town.cai, ANNS))


def test_a_turn_is_asked_for_once_at_a_time(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.cai, ANNS))
    with pytest.raises(RosterError, match="在等答复"):
        asked(town, town.swap(town.ann, town.bo, ANNS))
    with pytest.raises(RosterError, match="不是您提的"):
        swap_requests.withdraw(town.session, swap, town.cai, NOW, "蔡三")
    swap_requests.withdraw(town.session, swap, town.ann, NOW, "安一")
    other = asked(town, town.swap(town.ann, town.cai, ANNS))
    swap_requests.answer(town.session, other, town.cai, False, NOW, "蔡三")
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    assert history(town) == ["swap_asked", "swap_cancelled", "swap_asked", "swap_refused"]


def test_who_may_stand_in(town: Town) -> None:
    other = Staff(tenant_id=town.tenant_id, code="far", station_id=town.other_id, name="远五")
    town.add(other)
    assert [one.name for one in swap_requests.stand_ins(town.session, town.id, NOW)] == ["安一", "薄二", "蔡三"]
    with pytest.raises(RosterError, match="不能替班"):
        asked(town, town.swap(town.ann, other.id, ANNS))
    town.add(town.shift("2026-12-01 08:00", "2026-12-01 20:00", other.id))
    assert "远五" in [one.name for one in swap_requests.stand_ins(town.session, town.id, NOW)]
    asked(town, town.swap(town.ann, other.id, ANNS))


def test_nobody_is_on_duty_twice_at_a_time(town: Town) -> None:
    town.add(town.shift("2026-11-25 20:00", "2026-11-25 22:00", town.cai, role="backup"))
    with pytest.raises(RosterError, match="自己有班"):
        asked(town, town.swap(town.ann, town.cai, ANNS))
    swap = asked(town, town.swap(town.ann, town.bo, ANNS))
    desk.add_shift(town.session, town.shift("2026-11-25 12:00", "2026-11-25 14:00", town.bo, role="backup"), NOW, "x")
    with pytest.raises(RosterError, match="自己有班"):
        swap_requests.answer(town.session, swap, town.bo, True, NOW, "薄二")


def test_a_part_that_is_not_ones_own_or_has_begun_is_refused(town: Town) -> None:
    for swap, why in (
        (town.swap(town.ann, town.cai, ("2026-11-25 08:00", "2026-11-26 20:00")), "不是该人员值班"),
        (town.swap(town.ann, town.cai, ("2026-11-23 08:00", "2026-11-24 08:00")), "已经开始"),
    ):
        with pytest.raises(RosterError, match=why):
            asked(town, swap)
    assert history(town) == []


def test_it_expires_when_the_turn_begins_and_whoever_asked_hears_of_it(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.bo, ANNS))
    early, begun = wall("2026-11-25 07:59"), wall("2026-11-25 08:00")
    assert swap_requests.expire(town.session, town.tenant_id, early) == 0
    with pytest.raises(RosterError, match="已经开始"):
        swap_requests.answer(town.session, swap, town.bo, True, begun, "薄二")
    assert [swap_requests.expire(town.session, town.tenant_id, begun) for _ in range(2)] == [1, 0]
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    change = town.session.scalars(select(RosterChange).where(RosterChange.what == "swap_expired")).one()
    assert change.concerned == [town.ann]
    with pytest.raises(RosterError, match="已经处理过"):
        swap_requests.answer(town.session, swap, town.bo, True, begun, "薄二")
