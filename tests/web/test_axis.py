"""The seconds axis: every bar on it, in order, wide enough to be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hotline.web.axis import MOST_MARKS, make_axis

START = datetime(2026, 11, 23, tzinfo=UTC)
seconds = st.floats(0, 7200)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


@given(last=seconds)
def test_an_axis_holds_what_it_must_show_and_writes_few_marks(last: float) -> None:
    axis = make_axis(START, at(last))
    marks = axis.marks()
    assert axis.seconds >= last and axis.place(last) <= 100
    assert 2 <= len(marks) <= MOST_MARKS + 1
    assert [m.at for m in marks] == sorted({m.at for m in marks}) and marks[-1].at < 100


@given(times=st.lists(seconds, min_size=4, max_size=4).map(sorted), last=seconds, now=seconds)
def test_the_bars_of_a_leg_follow_each_other_within_the_axis(times: list[float], last: float, now: float) -> None:
    axis = make_axis(START, at(last))
    rung, picked_up, accepted, ended = map(at, times)
    bars = axis.leg(rung, picked_up, accepted, ended, at(now))
    assert [bar.kind for bar in bars] == ["ring", "whisper", "talk"]
    assert all(bar.width > 0 and bar.at >= 0 and bar.at + bar.width <= 100.01 for bar in bars)
    assert all(before.at <= after.at for before, after in pairwise(bars))
    assert bars[-1].open == (times[3] > axis.seconds)


def test_a_telephone_still_ringing_has_a_bar_until_now() -> None:
    axis = make_axis(START, at(40))
    (bar,) = axis.leg(at(10), None, None, None, at(30))
    assert (bar.kind, bar.at, bar.width, bar.open) == ("ring", 25.0, 50.0, False)


def test_a_telephone_never_rung_has_none() -> None:
    assert make_axis(START, at(40)).leg(None, None, None, None, at(30)) == ()
