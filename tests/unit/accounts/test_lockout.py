"""Lock-out: pauses grow, end, and are forgotten; guessing stays hopeless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.accounts.lockout import ACCOUNT, ADDRESS, FORGOTTEN_AFTER, Failures, Limit, after, wait

START = datetime(2026, 11, 23, tzinfo=UTC)
SECOND = timedelta(seconds=1)
limits = st.sampled_from([ACCOUNT, ADDRESS])
counts = st.integers(0, 10_000)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1800), (99, 1800)])
def test_an_accounts_pauses(failures: int, seconds: int) -> None:
    assert ACCOUNT.pause(failures) == timedelta(seconds=seconds)


@given(limit=limits, count=counts)
def test_one_more_failure_never_shortens_the_pause_and_it_has_an_end(limit: Limit, count: int) -> None:
    assert timedelta(0) <= limit.pause(count) <= limit.pause(count + 1) <= limit.longest


@given(limit=limits, count=counts, seconds=st.integers(0, 200_000))
def test_time_only_shortens_the_wait(limit: Limit, count: int, seconds: int) -> None:
    failures, now = Failures(count, START), START + seconds * SECOND
    assert timedelta(0) <= wait(failures, limit, now + SECOND) <= wait(failures, limit, now) <= limit.longest


def test_a_day_later_everything_is_forgotten() -> None:
    old = Failures(500, START)
    assert wait(old, ACCOUNT, START + FORGOTTEN_AFTER) == timedelta(0)
    assert after(old, START + FORGOTTEN_AFTER) == Failures(1, START + FORGOTTEN_AFTER)
    assert after(old, START + SECOND) == Failures(501, START + SECOND)


def test_a_thousand_guesses_take_weeks() -> None:
    failures, now, tries = Failures(), START, 0
    while now < START + timedelta(days=7):
        now += max(wait(failures, ACCOUNT, now), SECOND)
        failures, tries = after(failures, now), tries + 1
    assert tries < 350
