"""Opening hours by day, by night, on official days off and on make-up working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.clock import SHANGHAI
from hotline.directory.hours import check, is_open

OFFICE = "Mo-Fr 08:30-12:00,14:00-17:30; Sa 09:00-12:00"
NIGHT = "Mo-Su 20:00-08:00"
OFFICIAL = "Mo-Fr 08:30-17:30; PH off"


def at(text: str) -> datetime:
    """The aware UTC moment of a wall time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("spec", "moment", "expected"),
    [
        ("24/7", "2026-11-23 03:00", True),
        (OFFICE, "2026-11-23 08:29", False),
        (OFFICE, "2026-11-23 08:30", True),
        (OFFICE, "2026-11-23 12:00", False),
        (OFFICE, "2026-11-23 14:00", True),
        (OFFICE, "2026-11-28 11:59", True),
        (OFFICE, "2026-11-29 11:00", False),
        (NIGHT, "2026-11-23 19:59", False),
        (NIGHT, "2026-11-23 20:00", True),
        (NIGHT, "2026-11-24 07:59", True),
        (NIGHT, "2026-11-24 08:00", False),
        ("08:00-20:00", "2026-11-29 19:00", True),
        ("Sa-Mo 08:00-09:00", "2026-11-29 08:30", True),
        ("Sa-Mo 08:00-09:00", "2026-11-24 08:30", False),
        ("Mo,We 08:00-24:00", "2026-11-25 23:59", True),
        ("Sa-Su; Mo-Fr 18:00-08:00", "2026-11-28 13:00", True),
        ("May-Sep 15:00-18:00; Oct-Apr 14:00-17:30", "2026-07-01 17:45", True),
        ("May-Sep 15:00-18:00; Oct-Apr 14:00-17:30", "2026-12-01 17:45", False),
        ("Mo-Fr", "2026-11-23 03:00", True),
        ("Mo－Fr　08：30－12：00", "2026-11-23 09:00", True),
    ],
)
def test_hours(spec: str, moment: str, expected: bool) -> None:
    assert is_open(spec, at(moment)) is expected


def test_friday_night_lasts_into_a_saturday_with_hours_of_its_own() -> None:
    spec = "Mo-Fr 20:00-08:00; Sa 09:00-12:00"
    assert is_open(spec, at("2026-11-28 03:00"))
    assert not is_open(spec, at("2026-11-29 03:00"))


@pytest.mark.parametrize("day_off", ["2026-10-01", "2026-10-07", "2026-02-17", "2026-05-01"])
def test_an_official_day_off_is_off(day_off: str) -> None:
    assert not is_open(OFFICIAL, at(f"{day_off} 10:00"))


def test_a_make_up_working_day_is_worked_where_the_hours_follow_the_calendar() -> None:
    assert is_open(OFFICIAL, at("2026-10-10 10:00"))
    assert not is_open("Mo-Fr 08:30-17:30", at("2026-10-10 10:00"))


def test_the_morning_after_a_night_off_is_off_and_the_evening_is_not() -> None:
    spec = "Mo-Su 20:00-08:00; PH off"
    assert is_open(spec, at("2026-10-01 03:00")), "the night of 30 September still runs"
    assert not is_open(spec, at("2026-10-08 03:00")), "the night of 7 October was off"
    assert is_open(spec, at("2026-10-08 21:00"))


def test_holiday_hours_win_wherever_they_stand() -> None:
    assert is_open("PH 09:00-11:00; Mo-Su 14:00-17:00", at("2026-10-01 10:00"))
    assert not is_open("PH 09:00-11:00; Mo-Su 14:00-17:00", at("2026-10-01 15:00"))
    assert is_open("Mo-Fr,PH 09:00-11:00", at("2026-10-03 10:00")), "a Saturday that is a holiday"


def test_a_year_without_an_official_calendar_has_ordinary_days_only() -> None:
    assert is_open(OFFICIAL, at("2049-10-01 10:00"))
    assert not is_open(OFFICIAL, at("2049-10-02 10:00"))


@pytest.mark.parametrize(
    "wrong",
    ["", ";", "周一至周五", "Mo-Xx 08:00-09:00", "08:00", "25:00-26:00", "08:61-09:00", "08:00-08:00", "Foo 24/7"],
)
def test_what_cannot_be_read_is_refused_in_both_languages(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"[一-鿿].*\([a-z].*\)"):
        check(wrong)


def test_check_returns_the_plain_form() -> None:
    assert check(" Mo-Fr 08：30-12：00；PH off; ") == "Mo-Fr 08:30-12:00; PH off"


moments = st.integers(0, 525_000).map(lambda minute: at("2026-01-02 00:00") + timedelta(minutes=minute))
minutes = st.integers(0, 24 * 60 - 1)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@given(moments, minutes, minutes)
def test_a_span_and_its_complement_share_the_day(moment: datetime, start: int, end: int) -> None:
    if start == end:
        return
    day, night = f"{clock(start)}-{clock(end)}", f"{clock(end)}-{clock(start)}"
    assert is_open(day, moment) is not is_open(night, moment)


@given(moments, minutes, st.integers(1, 24 * 60 - 1))
def test_a_week_is_open_as_long_as_it_says(moment: datetime, start: int, length: int) -> None:
    spec = f"Mo-Su {clock(start)}-{clock((start + length) % (24 * 60))}"
    steps = [is_open(spec, moment + timedelta(minutes=m)) for m in range(0, 24 * 60, 10)]
    assert abs(sum(steps) * 10 - length) <= 10
