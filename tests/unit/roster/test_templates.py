"""Repeating plans: a four-day cycle, working days and nights, and public holidays that stand instead of all."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hotline.clock import local
from hotline.roster.templates import Line, Template, presets
from tests.unit.roster.rosters import ANN, BO, CAI, DENG, wall

EIGHT, EVENING = time(8), time(18)
MONDAY = date(2026, 9, 28)


def test_a_four_day_cycle_goes_on_from_month_to_month_with_a_free_turn() -> None:
    plan = Template("first", date(2026, 11, 29), (Line("every", EIGHT, EIGHT, (ANN, BO, None, CAI)),))
    november, december = (
        plan.pieces(date(2026, 11, 1), date(2026, 12, 1)),
        plan.pieces(date(2026, 12, 1), date(2027, 1, 1)),
    )
    assert [(one.staff_id, one.starts) for one in november] == [
        (ANN, wall("2026-11-29 08:00")), (BO, wall("2026-11-30 08:00")),
    ]  # fmt: skip
    assert december[0].staff_id == CAI and december[0].starts == wall("2026-12-02 08:00")
    assert december[1].staff_id == ANN and december[0].ends == wall("2026-12-03 08:00")


def test_a_make_up_sunday_is_worked_and_a_holiday_has_its_own_people() -> None:
    lines = (
        Line("work", EIGHT, EVENING, (ANN,)), Line("work", EVENING, EIGHT, (BO,)), Line("rest", EIGHT, EIGHT, (CAI,)),
        Line("holiday", EIGHT, EIGHT, (DENG,)),
    )  # fmt: skip
    plan = Template("first", MONDAY, lines)
    on = {}
    for one in plan.pieces(date(2026, 9, 28), date(2026, 10, 12)):
        on.setdefault(local(one.starts).date().day, []).append(one.staff_id)
    assert on[28] == [ANN, BO] and on[1] == [DENG] and on[4] == [DENG], "the Sunday belongs to National Day"
    assert on[10] == [ANN, BO], "people work on Saturday 10 October 2026"
    assert on[11] == [CAI], "an ordinary Sunday"
    assert plan.clash(MONDAY, date(2026, 10, 12)) is None


def test_turns_by_the_week_change_on_mondays() -> None:
    plan = Template("first", date(2026, 11, 25), (Line("every", EIGHT, EVENING, (ANN, BO), "week"),))
    by_day = {
        local(one.starts).date().isoformat(): one.staff_id for one in plan.pieces(date(2026, 11, 25), date(2026, 12, 9))
    }
    assert by_day["2026-11-29"] == ANN and by_day["2026-11-30"] == BO and by_day["2026-12-07"] == ANN


def test_lines_that_overlap_are_found() -> None:
    lines = (Line("every", EIGHT, EVENING, (ANN,)), Line("5", time(12), EVENING, (BO,)))
    assert Template("first", MONDAY, lines).clash(MONDAY, MONDAY + timedelta(days=7)) == date(2026, 10, 3)


@given(st.sampled_from(sorted(presets((ANN, BO)))), st.integers(0, 700), st.integers(1, 60))
def test_the_usual_plans_leave_no_minute_free_and_nobody_twice(name: str, start: int, days: int) -> None:
    first = date(2026, 1, 1) + timedelta(days=start)
    plan = Template("first", first, presets((ANN, BO, CAI))[name])
    pieces = plan.pieces(first, first + timedelta(days=days))
    assert all(a.ends == b.starts for a, b in pairwise(pieces))
