"""Moments said aloud, and how much of a name outsiders are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.spoken import by_when
from hotline.clock import SHANGHAI, local
from hotline.directory.words import surname_in

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
MOMENTS = st.integers(0, 400 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("hours", "chinese", "english"),
    [
        (0.25, "今天上午九点", "today at 9:00"),
        (6.7, "今天下午三点半", "today at 15:30"),
        (3.5, "今天中午十二点半", "today at 12:30"),
        (11, "今天晚上八点", "today at 20:00"),
        (15, "明天凌晨零点", "tomorrow at 0:00"),
        (41, "后天凌晨两点", "the day after tomorrow at 2:00"),
        (72, "11月26日上午九点", "on Thursday, 26 November at 9:00"),
    ],
)
def test_as_one_says_it(hours: float, chinese: str, english: str) -> None:
    moment = (NOW + timedelta(hours=hours)).astimezone(UTC)
    assert (by_when(moment, NOW, "zh-CN"), by_when(moment, NOW, "en")) == (chinese, english)


@given(MOMENTS, MOMENTS)
def test_every_moment_has_words_without_minutes_that_nobody_remembers(moment: datetime, now: datetime) -> None:
    said = by_when(moment, now, "zh-CN")
    assert "点" in said and ":" not in said
    assert by_when(moment, now, "en").endswith((":00", ":30"))
    assert local(moment).minute >= 30 or not said.endswith("半")


@pytest.mark.parametrize(
    ("name", "surname"), [("薛春娥", "薛"), ("欧阳菊", "欧阳"), ("东方", "东"), ("Anna Meyer", "Meyer")]
)
def test_outsiders_hear_the_surname(name: str, surname: str) -> None:
    assert surname_in(name) == surname
