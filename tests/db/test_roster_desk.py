"""Changes of a roster: overlap refused by the database, taking over now, and who is told what changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.directory.models import Staff
from hotline.roster import desk
from hotline.roster.desk import RosterError
from hotline.roster.models import Override, RosterChange
from hotline.roster.queries import duty_at
from tests.db.roster_people import HOUR, Town, make_town, wall

NOW = wall("2026-11-23 12:00")


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def on_duty(town: Town, at: str) -> tuple[UUID, str] | None:
    found = duty_at(town.session, [town.id], wall(at))[town.id].first
    return (found.staff_id, found.source) if found else None


def last_change(town: Town) -> RosterChange:
    town.session.flush()
    return town.session.scalars(select(RosterChange).order_by(RosterChange.id.desc()).limit(1)).one()


def moved(town: Town) -> list[tuple[Any, ...]]:
    change = last_change(town)
    return [(UUID(m["staff"]), m["kind"], m["from"][5:], m["to"][5:]) for m in change.data["moves"]]


@pytest.mark.parametrize("layer", ["shift", "override", "pattern"])
def test_the_database_itself_refuses_overlap_of_a_role(town: Town, layer: str) -> None:
    make = {
        "shift": lambda end, code: town.shift("2026-11-23 20:00", end, town.ann, code),
        "override": lambda end, code: town.override("2026-11-23 20:00", end, town.ann),
        "pattern": lambda end, code: town.pattern(code),
    }[layer]
    town.add(make("2026-11-24 08:00", "one"))
    with pytest.raises(IntegrityError, match="no_overlap"):
        town.add(make("2026-11-23 21:00", "two"))


def test_one_after_the_other_and_another_role_is_no_overlap(town: Town) -> None:
    town.add(
        town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.ann),
        town.shift("2026-11-24 08:00", "2026-11-24 20:00", town.bo),
        town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.bo, "behind", role="backup"),
    )


def test_a_day_and_a_night_pattern_stand_side_by_side(town: Town) -> None:
    day, night = NOW.replace(hour=8).time(), NOW.replace(hour=20).time()
    town.add(town.pattern("day", hours=12, at=day), town.pattern("night", hours=12, at=night))
    with pytest.raises(IntegrityError, match="no_overlap"):
        town.add(town.pattern("noon", hours=1, at=NOW.replace(hour=7, minute=59).time()))


def test_an_overlapping_shift_is_refused_in_a_sentence_and_leaves_nothing(town: Town) -> None:
    desk.add_shift(town.session, town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.ann), NOW, "李主任")
    with pytest.raises(RosterError, match=r"2026-11-24 07:00 至 2026-11-24 09:00 .*重叠.*overlaps"):
        desk.add_shift(town.session, town.shift("2026-11-24 07:00", "2026-11-24 09:00", town.bo), NOW, "李主任")
    assert len(town.session.scalars(select(RosterChange)).all()) == 1
    assert on_duty(town, "2026-11-24 08:30") is None


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-11-24 08:00", "2026-11-23 20:00", "晚于"),
        ("2026-11-24 08:00", "2026-11-24 08:00", "晚于"),
        ("2026-11-24 08:00", "2027-11-24 08:00", "31 天"),
    ],
)
def test_times_that_make_no_sense_are_refused(town: Town, start: str, end: str, why: str) -> None:
    with pytest.raises(RosterError, match=why):
        desk.add_shift(town.session, town.shift(start, end, town.ann), NOW, "李主任")


def test_somebody_who_has_left_gets_no_shift(town: Town) -> None:
    town.session.execute(update(Staff).where(Staff.id == town.bo).values(active=False))
    with pytest.raises(RosterError, match="停用"):
        desk.take_over_now(town.session, town.tenant_id, town.id, town.bo, NOW, "x")


def test_a_shift_over_a_pattern_says_who_gained_and_who_lost(town: Town) -> None:
    town.add(town.pattern())
    desk.add_shift(town.session, town.shift("2026-11-23 20:00", "2026-11-24 10:00", town.cai), NOW, "李主任")
    assert moved(town) == [
        (town.cai, "gained", "11-23 20:00", "11-24 10:00"),
        (town.ann, "lost", "11-23 20:00", "11-24 08:00"),
        (town.bo, "lost", "11-24 08:00", "11-24 10:00"),
    ]
    change = last_change(town)
    assert (change.what, change.by, change.at) == ("shift_added", "李主任", NOW)
    assert set(change.concerned) == {town.ann, town.bo, town.cai}
    assert change.data["after"]["staff_id"] == str(town.cai)


def test_an_edit_tells_the_difference_and_keeps_before_and_after(town: Town) -> None:
    shift = town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.ann)
    town.add(shift)
    desk.edit_shift(town.session, shift, NOW, "李主任", ends=wall("2026-11-24 06:00"))
    assert moved(town) == [(town.ann, "lost", "11-24 06:00", "11-24 08:00")]
    desk.edit_shift(town.session, shift, NOW, "李主任", staff_id=town.bo)
    data = last_change(town).data
    assert (data["before"]["staff_id"], data["after"]["staff_id"]) == (str(town.ann), str(town.bo))
    assert on_duty(town, "2026-11-24 05:00") == (town.bo, "shift")


def test_a_shift_is_removed_before_it_begins_only(town: Town) -> None:
    shift = town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.ann)
    town.add(town.pattern(staff_ids=[town.cai]), shift)
    with pytest.raises(RosterError, match="已经开始"):
        desk.remove_shift(town.session, shift, wall("2026-11-23 20:00"), "李主任")
    desk.remove_shift(town.session, shift, NOW, "李主任")
    assert on_duty(town, "2026-11-23 21:00") == (town.cai, "pattern")


def take_over(town: Town, staff_id: UUID, at: str, **more: Any) -> Override | None:
    return desk.take_over_now(town.session, town.tenant_id, town.id, staff_id, wall(at), "值班手机", **more)


def test_taking_over_now_lasts_to_the_end_of_the_turn(town: Town) -> None:
    town.add(town.pattern())
    take_over(town, town.cai, "2026-11-23 12:00")
    assert on_duty(town, "2026-11-23 11:59") == (town.ann, "pattern")
    assert on_duty(town, "2026-11-23 12:00") == (town.cai, "takeover")
    assert on_duty(town, "2026-11-24 07:59") == (town.cai, "takeover")
    assert on_duty(town, "2026-11-24 08:00") == (town.bo, "pattern")
    assert set(last_change(town).concerned) == {town.ann, town.cai}


def test_taking_over_cuts_a_running_override_and_leaves_a_planned_one(town: Town) -> None:
    town.add(
        town.pattern(),
        town.override("2026-11-23 10:00", "2026-11-23 18:00", town.bo),
        town.override("2026-11-24 06:00", "2026-11-24 07:00", town.bo),
    )
    take_over(town, town.cai, "2026-11-23 12:00")
    assert on_duty(town, "2026-11-23 11:00") == (town.bo, "override")
    assert on_duty(town, "2026-11-23 17:59") == (town.cai, "takeover")
    assert on_duty(town, "2026-11-23 18:00") == (town.ann, "pattern")
    assert on_duty(town, "2026-11-24 06:30") == (town.bo, "override")
    take_over(town, town.cai, "2026-11-23 19:00")
    assert on_duty(town, "2026-11-24 05:59") == (town.cai, "takeover")
    assert on_duty(town, "2026-11-24 06:30") == (town.bo, "override")
    with pytest.raises(RosterError, match="重叠"):
        take_over(town, town.ann, "2026-11-23 20:00", until=wall("2026-11-24 06:30"))
    assert on_duty(town, "2026-11-23 21:00") == (town.cai, "takeover")


def test_taking_over_twice_in_a_moment_leaves_the_last(town: Town) -> None:
    town.add(town.pattern())
    take_over(town, town.bo, "2026-11-23 12:00")
    take_over(town, town.cai, "2026-11-23 12:00")
    assert on_duty(town, "2026-11-23 12:00") == (town.cai, "takeover")
    assert len(town.session.scalars(select(Override)).all()) == 1
    assert take_over(town, town.cai, "2026-11-23 12:01") is None


def test_taking_over_in_a_gap_lasts_until_the_next_shift_or_a_day(town: Town) -> None:
    piece = take_over(town, town.ann, "2026-11-23 12:00")
    assert piece and piece.during.upper == NOW + 24 * HOUR
    desk.end_override(town.session, piece, wall("2026-11-23 13:00"), "值班手机")
    assert on_duty(town, "2026-11-23 13:00") is None
    town.add(town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.bo))
    again = take_over(town, town.ann, "2026-11-23 14:00")
    assert again and again.during.upper == wall("2026-11-23 20:00")


def test_a_planned_override_can_be_cancelled_and_a_past_one_not(town: Town) -> None:
    piece = town.override("2026-11-24 06:00", "2026-11-24 07:00", town.bo)
    town.add(town.pattern())
    desk.override(town.session, piece, NOW, "李主任")
    assert moved(town) == [
        (town.bo, "gained", "11-24 06:00", "11-24 07:00"), (town.ann, "lost", "11-24 06:00", "11-24 07:00"),
    ]  # fmt: skip
    desk.end_override(town.session, piece, NOW, "李主任")
    assert on_duty(town, "2026-11-24 06:30") == (town.ann, "pattern")
    over = town.override("2026-11-22 06:00", "2026-11-22 07:00", town.bo)
    town.add(over)
    with pytest.raises(RosterError, match="已经结束"):
        desk.end_override(town.session, over, NOW, "李主任")


def test_a_handover_is_acknowledged_once(town: Town) -> None:
    ticket = UUID(int=5)
    handover = desk.hand_over(
        town.session, town.id, town.bo, NOW, "值班手机", from_staff_id=town.ann, note="x", open_tickets=[ticket]
    )
    assert last_change(town).concerned == [town.bo]
    desk.acknowledge(town.session, handover.id, NOW + HOUR)
    desk.acknowledge(town.session, handover.id, NOW + 2 * HOUR)
    town.session.refresh(handover)
    assert (handover.acknowledged_at, handover.open_tickets) == (NOW + HOUR, [ticket])


def test_a_station_that_does_not_exist_is_said(town: Town) -> None:
    with pytest.raises(RosterError, match="没有这个站点"):
        desk.take_over_now(town.session, town.tenant_id, UUID(int=1), town.ann, NOW, "x")
