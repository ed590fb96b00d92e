"""Quiet hours, working days and what may be shown of a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.clock import SHANGHAI, local
from hotline.notifications.quiet import QuietError, parse_quiet, shown, told_at
from tickets.working_time import is_working_day


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (at(3, 3, 12), at(3, 3, 12)),
        (at(3, 3, 22), at(3, 4, 8)),
        (at(3, 4, 3), at(3, 4, 8)),
        (at(3, 3, 21), at(3, 4, 8)),
        (at(3, 4, 8), at(3, 4, 8)),
    ],
)
def test_the_night_is_quiet_but_for_the_urgent(now: datetime, told: datetime) -> None:
    assert told_at(now, "21:00-08:00") == told
    assert told_at(now, "21:00-08:00", urgent=True) == now
    assert told_at(now, "") == now


def test_quiet_hours_within_a_day() -> None:
    assert told_at(at(3, 3, 12, 30), "12:00-14:00") == at(3, 3, 14)
    assert told_at(at(3, 3, 22), "12:00-14:00") == at(3, 3, 22)


def test_weekends_and_holidays_wait_and_make_up_days_do_not() -> None:
    assert told_at(at(3, 6, 22), "21:00-08:00", workdays_only=True) == at(3, 9, 8)
    assert told_at(at(2, 17, 10), "", workdays_only=True) == at(2, 24, 0)
    assert told_at(at(2, 14, 10), "", workdays_only=True) == at(2, 14, 10)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.booleans(),
)
def test_nobody_is_told_too_early_or_in_quiet_hours(now: datetime, start, end, workdays: bool) -> None:  # type: ignore[no-untyped-def]
    quiet = f"{start:%H:%M}-{end:%H:%M}"
    told = told_at(now, quiet, workdays_only=workdays)
    assert now <= told < now + timedelta(days=20)
    assert told_at(told, quiet, workdays_only=workdays) == told
    assert not workdays or is_working_day(local(told).date())


@pytest.mark.parametrize("text", ["9-5", "25:00-08:00", "night", "21:00-08:60"])
def test_what_are_no_quiet_hours_is_refused(text: str) -> None:
    with pytest.raises(QuietError, match="no quiet hours"):
        parse_quiet(text)


@pytest.mark.parametrize(
    ("name", "personal", "seen"),
    [
        ("张秀英", "full", "张秀英"),
        ("张秀英", "initials", "张某"),
        ("张秀英", "none", ""),
        ("Anna Meyer", "initials", "A. M."),
        ("", "initials", ""),
    ],
)
def test_how_much_of_a_name_is_shown(name: str, personal: str, seen: str) -> None:
    assert shown(name, personal) == seen  # type: ignore[arg-type]
