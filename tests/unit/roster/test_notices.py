"""Whose shift begins, who is reminded the day before, and whose duty a change moved."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.roster.duty import PatternFact, RoleRoster, Roster, ShiftFact, SwapFact, covering, segments
from hotline.roster.notices import beginnings, due_confirmations, due_reminders, moves
from tests.unit.roster.rosters import ANN, BEGIN, BO, CAI, HANDSET, HOUR, HOURS, rosters, wall

STATION = UUID(int=7)
END = BEGIN + HOURS * HOUR
MINUTE = timedelta(minutes=1)
NAMES = {ANN: "安一", BO: "薄二", CAI: "蔡三"}
DAILY = PatternFact((ANN, ANN, BO), date(2027, 2, 5), None, time(8), 24, 24, HANDSET)


def named(first: RoleRoster) -> Roster:
    return Roster(STATION, first, RoleRoster(), NAMES)


def begun(roster: RoleRoster, since: str, until: str) -> list[tuple[str, str]]:
    found = due_confirmations(named(roster), wall(since), wall(until))
    return [(b.name, f"{b.start:%d %H}") for b in found]


def test_each_shift_asks_for_a_confirmation_also_the_second_of_one_person() -> None:
    roster = RoleRoster((DAILY,))
    assert begun(roster, "2027-02-05 07:59", "2027-02-07 08:00") == [
        ("安一", "05 00"), ("安一", "06 00"), ("薄二", "07 00"),
    ]  # fmt: skip
    assert begun(roster, "2027-02-05 08:00", "2027-02-06 07:59") == []
    first = due_confirmations(named(roster), wall("2027-02-05 07:59"), wall("2027-02-05 08:00"))[0]
    assert (first.end, first.handset_id, first.role) == (wall("2027-02-06 08:00"), HANDSET, "first")


def test_who_comes_back_after_an_override_is_asked_and_who_took_over_by_key_is_not() -> None:
    override = ShiftFact(CAI, wall("2027-02-05 12:00"), wall("2027-02-05 14:00"), "override")
    takeover = ShiftFact(BO, wall("2027-02-05 20:00"), wall("2027-02-06 08:00"), "takeover")
    roster = RoleRoster((DAILY,), (), (override, takeover))
    assert begun(roster, "2027-02-05 08:00", "2027-02-06 08:00") == [
        ("蔡三", "05 04"), ("安一", "05 06"), ("安一", "06 00"),
    ]  # fmt: skip


def test_a_swap_asks_whoever_stands_in() -> None:
    swap = SwapFact(ANN, CAI, wall("2027-02-06 08:00"), wall("2027-02-07 08:00"))
    assert begun(RoleRoster((DAILY,), swaps=(swap,)), "2027-02-06 07:00", "2027-02-06 09:00") == [("蔡三", "06 00")]


def test_the_backup_is_asked_too() -> None:
    roster = Roster(STATION, RoleRoster((DAILY,)), RoleRoster((DAILY,)), NAMES)
    found = beginnings(roster, wall("2027-02-05 07:59"), wall("2027-02-05 08:00"))
    assert [b.role for b in found] == ["backup", "first"]


def test_the_reminder_comes_a_day_before() -> None:
    roster = named(RoleRoster((DAILY,)))
    now = wall("2027-02-06 08:00")
    assert [b.name for b in due_reminders(roster, now - MINUTE, now)] == ["薄二"]
    assert due_reminders(roster, now, now + MINUTE) == []


@given(rosters, st.lists(st.integers(1, HOURS - 1), max_size=8))
@settings(max_examples=60)
def test_sweeps_of_any_rhythm_see_each_beginning_once(roster: RoleRoster, cuts: list[int]) -> None:
    moments = sorted({BEGIN, END, *(BEGIN + cut * HOUR for cut in cuts)})
    swept = [b for since, until in pairwise(moments) for b in beginnings(named(roster), since, until)]
    assert swept == beginnings(named(roster), BEGIN, END)


@given(rosters)
@settings(max_examples=60)
def test_nobody_comes_on_duty_without_a_beginning(roster: RoleRoster) -> None:
    found = {b.start: b for b in beginnings(named(roster), BEGIN, END)}
    for one, other in pairwise(segments(roster, BEGIN, END)):
        if other.staff_id not in (None, one.staff_id):
            assert found[other.start].staff_id == other.staff_id
    for start, begun in found.items():
        assert start < begun.end
        last = covering(roster, begun.end - MINUTE)
        assert last is not None
        assert last.staff_id == begun.staff_id


@given(rosters, rosters)
@settings(max_examples=60)
def test_moves_are_the_difference_and_nothing_else(before: RoleRoster, after: RoleRoster) -> None:
    found = moves(segments(before, BEGIN, END), segments(after, BEGIN, END))
    for hour in range(0, HOURS, 3):
        at = BEGIN + hour * HOUR
        old, new = covering(before, at), covering(after, at)
        told = {(m.staff_id, m.kind) for m in found if m.start <= at < m.end}
        changed = (old and old.staff_id) != (new and new.staff_id)
        expected = {(old.staff_id, "lost")} if changed and old else set()
        expected |= {(new.staff_id, "gained")} if changed and new else set()
        assert told == expected
    assert moves(segments(before, BEGIN, END), segments(before, BEGIN, END)) == []
