"""Who is on duty, read from the database: patterns without a job, layers, people who left, two round trips."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from hotline.directory.models import Staff
from hotline.roster.duty import OnDuty, gaps
from hotline.roster.queries import duty_at, load_rosters
from tests.db.roster_people import DAY, HOUR, Town, make_town, wall


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def first(town: Town, at: datetime) -> OnDuty | None:
    return duty_at(town.session, [town.id], at)[town.id].first


def staff(town: Town, at: str) -> UUID | None:
    found = first(town, wall(at))
    return found.staff_id if found else None


def test_new_years_eve_is_known_without_a_job(town: Town) -> None:
    town.add(town.pattern(handset_id=town.handset_id))
    found = first(town, wall("2027-02-06 03:00"))
    # 74 nights after the first shift of 23 November, an even number: the first of the two again
    assert found == OnDuty(town.ann, "安一", town.handset_id, "pattern", wall("2027-02-06 08:00"))
    assert staff(town, "2027-02-06 08:00") == town.bo
    assert staff(town, "2031-01-22 23:59") is not None


def test_a_night_shift_holds_over_midnight(town: Town) -> None:
    town.add(town.pattern(staff_ids=[town.cai], at=time(20), hours=12, every=24))
    assert staff(town, "2026-11-23 23:59") == town.cai
    assert staff(town, "2026-11-24 00:00") == town.cai
    assert staff(town, "2026-11-24 07:59") == town.cai
    assert staff(town, "2026-11-24 08:00") is None
    assert staff(town, "2026-11-23 19:59") is None


def test_a_long_shift_that_began_days_before_its_pattern_ended_still_holds(town: Town) -> None:
    town.add(town.pattern(hours=168, every=168, until=date(2026, 11, 24)))
    assert staff(town, "2026-11-30 07:59") == town.ann
    assert staff(town, "2026-11-30 08:00") is None


def test_layers_in_their_order(town: Town) -> None:
    swap = town.swap(town.bo, town.cai, ("2026-11-24 08:00", "2026-11-25 08:00"))
    swap.state = "agreed"
    town.add(
        town.pattern(),
        town.shift("2026-11-23 20:00", "2026-11-23 22:00", town.cai),
        town.override("2026-11-23 21:00", "2026-11-23 23:00", town.bo),
        swap,
    )
    sources = {at: first(town, wall(at)) for at in ("2026-11-23 20:30", "2026-11-23 21:30", "2026-11-23 23:30")}
    assert [(f.name, f.source) for f in sources.values() if f] == [
        ("蔡三", "shift"), ("薄二", "override"), ("安一", "pattern"),
    ]  # fmt: skip
    swapped = first(town, wall("2026-11-24 12:00"))
    assert swapped and (swapped.name, swapped.source) == ("蔡三", "swap")


def test_a_swap_follows_a_shift_that_was_edited(town: Town) -> None:
    shift = town.shift("2026-11-23 20:00", "2026-11-24 08:00", town.ann)
    swap = town.swap(town.ann, town.bo, ("2026-11-23 20:00", "2026-11-24 08:00"))
    swap.state = "agreed"
    town.add(shift, swap)
    shift.ends = wall("2026-11-24 06:00")
    town.session.flush()
    assert staff(town, "2026-11-24 05:59") == town.bo
    assert staff(town, "2026-11-24 06:00") is None


def test_somebody_who_has_left_is_nobody_and_the_others_keep_their_turns(town: Town) -> None:
    town.add(town.pattern(staff_ids=[town.ann, town.bo, town.cai]))
    town.session.execute(update(Staff).where(Staff.id == town.bo).values(active=False))
    assert staff(town, "2026-11-23 12:00") == town.ann
    assert staff(town, "2026-11-24 12:00") is None
    assert staff(town, "2026-11-25 12:00") == town.cai
    since = wall("2026-11-23 08:00")
    found = gaps(load_rosters(town.session, [town.id], since, since + 3 * DAY)[town.id], since, since + 3 * DAY)
    assert [(gap.start, gap.end) for gap in found] == [(since + 24 * HOUR, since + 48 * HOUR)]


def test_stations_do_not_mix_and_one_without_a_roster_has_nobody(town: Town) -> None:
    town.add(town.pattern(), town.pattern("p2", role="backup", staff_ids=[town.cai]))
    found = duty_at(town.session, [town.id, town.other_id], wall("2026-11-23 12:00"))
    assert (found[town.other_id].first, found[town.other_id].backup) == (None, None)
    here = found[town.id]
    assert here.first and here.backup
    assert (here.first.staff_id, here.backup.staff_id) == (town.ann, town.cai)
    assert duty_at(town.session, [], wall("2026-11-23 12:00")) == {}


def test_a_call_costs_two_round_trips_for_any_number_of_stations(town: Town) -> None:
    town.add(town.pattern(), town.override("2026-11-23 21:00", "2026-11-23 23:00", town.bo))
    sent: list[str] = []

    def count(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    connection = town.session.connection()
    event.listen(connection, "before_cursor_execute", count)
    duty_at(town.session, [town.id, town.other_id], wall("2026-11-23 12:00"))
    event.remove(connection, "before_cursor_execute", count)
    assert len(sent) == 2
