"""Time that counts: official working days, make-up days, pauses; and spans as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hotline.clock import SHANGHAI
from tickets.levels import DEFAULT, levels_from, parse_span
from tickets.working_time import Pause, advance, elapsed, is_working_day, unpublished

DAY = timedelta(days=1)


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(), timedelta(days=40))
pauses = st.lists(st.tuples(moments, moments).map(sorted).map(lambda pair: Pause(*pair)), max_size=4)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 17), False),  # Spring Festival, a Tuesday
        (date(2026, 2, 14), True),  # a Saturday worked for it
        (date(2026, 3, 7), False),  # an ordinary Saturday
        (date(2026, 3, 9), True),
        (date(2032, 2, 11), True),  # Spring Festival of a year nobody has published: an ordinary Wednesday
    ],
)
def test_official_working_days(day: date, working: bool) -> None:
    assert is_working_day(day) is working


def test_working_days_skip_weekends_and_holidays_and_count_make_up_days() -> None:
    assert advance(at(3, 3, 15), DAY, working=True) == at(3, 4, 15)
    assert advance(at(3, 6, 15), DAY, working=True) == at(3, 9, 15)
    assert advance(at(3, 7, 15), DAY, working=True) == at(3, 10, 0)
    assert advance(at(2, 13, 15), 2 * DAY, working=True) == at(2, 24, 15)  # Sat. 14th works, 15th to 23rd is off


def test_a_pause_on_a_holiday_costs_nothing() -> None:
    assert advance(at(2, 13, 15), 2 * DAY, [Pause(at(2, 16), at(2, 20))], working=True) == at(2, 24, 15)
    assert advance(at(3, 3), DAY, [Pause(at(3, 3, 12), at(3, 3, 14))], working=True) == at(3, 4, 11)


def test_overlapping_pauses_count_once() -> None:
    twice = [Pause(at(3, 3, 12), at(3, 3, 14)), Pause(at(3, 3, 10), at(3, 3, 13))]
    assert advance(at(3, 3), DAY, twice) == at(3, 4, 13)


def test_years_without_a_calendar_are_named() -> None:
    assert unpublished(at(12, 1), at(12, 31)) == ()
    assert unpublished(at(12, 1, year=2031), at(1, 1, year=2033)) == (2031, 2032, 2033)


@given(moments, amounts, pauses, st.booleans())
def test_what_has_passed_when_the_time_is_up_is_the_time(
    start: datetime, amount: timedelta, gaps: list[Pause], working: bool
) -> None:
    end = advance(start, amount, gaps, working=working)
    assert end >= start + amount
    assert elapsed(start, end, gaps, working=working) == amount


@given(moments, amounts, amounts, pauses, st.booleans())
def test_more_time_is_never_up_sooner(
    start: datetime, less: timedelta, more: timedelta, gaps: list[Pause], working: bool
) -> None:
    less, more = sorted((less, more))
    assert advance(start, less, gaps, working=working) <= advance(start, more, gaps, working=working)


@pytest.mark.parametrize(
    ("text", "amount", "working"),
    [
        ("15 s", timedelta(seconds=15), False),
        ("15分钟", timedelta(minutes=15), False),
        ("２小时", timedelta(hours=2), False),
        ("7天", 7 * DAY, False),
        ("15个工作日", 15 * DAY, True),
        (" 3 WD ", 3 * DAY, True),
    ],
)
def test_spans_as_people_write_them(text: str, amount: timedelta, working: bool) -> None:
    span = parse_span(text)
    assert (span.amount, span.working) == (amount, working)
    assert parse_span(str(span)) == span


@pytest.mark.parametrize("text", ["", "0 s", "15", "-1 d", "2 weeks", "400 d", "999999 d", None])
def test_what_is_no_span_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"no span|at most a year"):
        parse_span(text)


def test_a_tenant_sets_a_single_span_and_keeps_the_other_defaults() -> None:
    levels = levels_from({"categories": {"general": {"resolution": "10 wd"}}})
    assert levels.categories["general"].resolution == parse_span("10 wd")
    assert levels.categories["general"].first_feedback == parse_span("7 d")
    assert levels.categories["complex"] == DEFAULT.categories["complex"]
    assert levels_from(levels.model_dump(mode="json")) == levels


@pytest.mark.parametrize(
    "data",
    [
        {"answr": "15 s"},
        {"categories": {"genral": {"resolution": "1 d"}}},
        {"categories": {"general": {"resolved": "1 d"}}},
        {"categories": ["general"]},
    ],
)
def test_a_typing_error_in_the_settings_is_seen(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        levels_from(data)
