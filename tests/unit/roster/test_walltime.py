"""Wall times as people write them; what is written is read as the same moment again."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.roster.walltime import read_moment, read_time, write_moment, write_time
from tests.unit.roster.rosters import wall


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-05 08:00",
        "2026-11-05 8:00",
        "2026/11/5 8:00",
        "2026年11月5日 8:00",
        "２０２６-11-05　08：00",
        "2026-11-05T00:00:00+00:00",
        "2026-11-05 08:00:00",
        datetime(2026, 11, 5, 8),
        datetime(2026, 11, 5, 0, tzinfo=UTC),
    ],
)
def test_a_moment_in_any_spelling(text: object) -> None:
    assert read_moment(text) == wall("2026-11-05 08:00")


@pytest.mark.parametrize("text", ["", "8:00", "2026-13-01 08:00", "2026-11-05 25:00", "明天", True, 8])
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"例如 2026-11-23 20:00"):
        read_moment(text)


@pytest.mark.parametrize(
    ("text", "at"), [("8:00", time(8)), ("20：30", time(20, 30)), (1200, time(20)), (480, time(8))]
)
def test_a_time_of_day_in_any_spelling(text: object, at: time) -> None:
    assert read_time(text) == at


@pytest.mark.parametrize("text", ["", "24:00", "8:60", "8", 8, True, 1440, "08:00:30"])
def test_what_is_no_time_of_day_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"例如 08:00"):
        read_time(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_that_is_written_is_read_again(moment: datetime) -> None:
    assert read_moment(write_moment(moment)) == moment


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_that_is_written_is_read_again(hour: int, minute: int) -> None:
    assert read_time(write_time(time(hour, minute))) == time(hour, minute)
