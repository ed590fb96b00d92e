"""Lunar days, official days off and make-up days; and saying so where the official calendar is not out yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.roster.calendar import day_info


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 2, 16), "除夕"),
        (date(2026, 2, 17), "春节"),
        (date(2027, 2, 5), "除夕"),
        (date(2027, 2, 6), "春节"),
        (date(2033, 1, 30), "除夕"),
        (date(2026, 9, 25), "中秋节"),
        (date(2026, 6, 19), "端午节"),
        (date(2026, 4, 5), "清明节"),
        (date(2028, 4, 4), "清明节"),
        (date(2026, 7, 1), "建党节"),
        (date(2026, 8, 1), "建军节"),
        (date(2026, 9, 30), "烈士纪念日"),
        (date(2026, 10, 1), "国庆节"),
    ],
)
def test_the_days_that_matter_have_their_name(day: date, name: str) -> None:
    found = day_info(day)
    assert name in found.name
    assert found.name_en


def test_a_leap_month_has_no_second_festival() -> None:
    assert day_info(date(2025, 7, 25)).name == ""  # first day of the leap sixth month
    assert "端午节" not in day_info(date(2028, 6, 27)).name  # fifth of the leap fifth month
    assert "端午节" in day_info(date(2028, 5, 28)).name


def test_make_up_days_are_worked_and_holidays_in_the_week_are_not() -> None:
    saturday, thursday = day_info(date(2026, 2, 14)), day_info(date(2026, 2, 19))
    assert (saturday.is_workday, saturday.is_holiday, saturday.official) == (True, False, True)
    assert (thursday.is_workday, thursday.is_holiday) == (False, True)


def test_an_unpublished_year_says_so_and_still_knows_new_years_eve() -> None:
    found = day_info(date(2031, 1, 22))
    assert found.name == "除夕"
    assert not found.official
    assert "2031 年放假安排尚未公布" in found.remark
    assert "not published" in found.remark
    assert day_info(date(2026, 2, 16)).remark == ""


@pytest.mark.parametrize(
    "day", [date(2031, 1, 22), date(2031, 1, 25), date(2031, 4, 5), date(2031, 5, 1), date(2031, 10, 3)]
)
def test_days_off_by_law_are_known_before_a_year_is_published(day: date) -> None:
    found = day_info(day)
    assert found.is_holiday
    assert not found.official


def test_a_day_beyond_the_lunar_tables_is_still_a_day() -> None:
    found = day_info(date(2150, 10, 1))
    assert (found.name, found.is_holiday, found.official) == ("国庆节", True, False)


@given(st.dates(date(2004, 1, 1), date(2090, 12, 30)))
def test_new_years_eve_is_the_day_before_spring_festival_in_every_year(day: date) -> None:
    assert ("除夕" in day_info(day).name) == ("春节" in day_info(day + timedelta(days=1)).name)


@given(st.dates(date(2004, 1, 1), date(2090, 12, 30)))
def test_a_day_is_either_worked_or_off(day: date) -> None:
    found = day_info(day)
    assert found.is_workday != found.is_holiday
