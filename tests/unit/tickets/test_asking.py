"""An automatic call at a decent hour: never early, at the midday rest, late, or on a festival."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.clock import SHANGHAI, local
from tickets.asking import DECENT, decent, next_day
from tickets.working_time import is_public_holiday

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def is_decent(moment: datetime) -> bool:
    here = local(moment)
    return not is_public_holiday(here.date()) and any(first <= here.time() < last for first, last in DECENT)


@given(MOMENTS)
def test_what_is_chosen_is_decent_and_never_earlier(moment: datetime) -> None:
    chosen = decent(moment)
    assert is_decent(chosen) and chosen >= moment
    assert decent(chosen) == chosen
    assert chosen == moment or not is_decent(moment)
    assert chosen - moment < timedelta(days=12)


@given(MOMENTS, MOMENTS)
def test_who_asks_later_is_never_told_to_ring_earlier(one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    assert decent(early) <= decent(late)


@given(MOMENTS)
def test_the_second_try_is_on_another_day_in_the_other_half_of_it(moment: datetime) -> None:
    first = decent(moment)
    second = next_day(first)
    assert is_decent(second)
    assert local(second).date() > local(first).date()
    assert (local(first).time() < time(12)) != (local(second).time() < time(12))


@pytest.mark.parametrize(
    ("now", "chosen"),
    [
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 11:29", "2026-11-23 11:29"),
        ("2026-11-23 11:30", "2026-11-23 15:00"),
        ("2026-11-23 19:30", "2026-11-24 09:00"),
        ("2026-11-28 10:00", "2026-11-28 10:00"),  # an ordinary Saturday
        ("2026-09-30 19:31", "2026-10-08 09:00"),  # National Day
    ],
)
def test_examples(now: str, chosen: str) -> None:
    assert decent(at(now)) == at(chosen)
