"""Who is told what on which way, how often, when, and with how much of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.notifications import words
from hotline.notifications.rules import WAYS, Channel, Event, Recipient, Telephone, tell

NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
NAME = "张秀英"
STATION, OTHER = uuid4(), uuid4()
HEAD = Recipient("staff", "head", STATION, Telephone("staff", uuid4()))
PAYLOAD: dict[str, Any] = {
    "ticket": 1001,
    "station": "龙港镇服务站",
    "clock": "resolution",
    "due": NOON.isoformat(),
    "start": NOON.isoformat(),
    "end": MORNING.isoformat(),
    "staff": "王芳",
    "partner": "县医院",
    "number": "154****0001",
    "count": 2,
    "what": "errand",
    "error": "HTTP 500",
    "month": "2026年2月",
    "to": "龙港镇",
    "by": "李敏",
    "numbers": "1001、1002",
}
CHANNELS = [
    Channel(uuid4(), "group", "initials"),
    Channel(uuid4(), "mail", "full"),
    Channel(uuid4(), "hook"),
]


def event(template: str = "clock_due", **changes: Any) -> Event:
    return replace(Event(template, "key", uuid4(), PAYLOAD, NAME, uuid4(), clock="resolution"), **changes)


def test_a_person_is_named_only_where_that_is_allowed() -> None:
    told = tell(event(), [HEAD], CHANNELS, NOON)
    bodies = {d.channel: words.render("clock_due", d.payload, d.language).body for d in told.drafts}
    assert NAME in bodies["console"]
    assert NAME in bodies["mail"]
    assert NAME not in bodies["group"] and "张某" in bodies["group"]
    assert "张" not in bodies["hook"] and "一位遗属" in bodies["hook"]


def test_a_channel_hears_of_an_event_once_however_many_are_told() -> None:
    deputy = Recipient("staff", "deputy", OTHER, Telephone("staff", uuid4()))
    told = tell(event(), [HEAD, deputy, HEAD], CHANNELS, NOON)
    assert sorted(d.channel for d in told.drafts) == ["console", "console", "group", "hook", "mail"]
    assert len(told.calls) == 2
    assert len({d.dedupe for d in told.drafts} | {c.dedupe for c in told.calls}) == 7


def test_the_night_is_for_the_urgent() -> None:
    told = tell(event(), [HEAD], CHANNELS, NIGHT)
    assert [d.next_at for d in told.drafts] == [NIGHT, MORNING, MORNING, MORNING]
    assert told.calls[0].not_before == MORNING
    urgent = tell(event(urgent=True), [HEAD], CHANNELS, NIGHT)
    assert {d.next_at for d in urgent.drafts} | {c.not_before for c in urgent.calls} == {NIGHT}


def test_a_channel_may_be_for_one_station_or_for_the_urgent_alone() -> None:
    theirs = replace(CHANNELS[0], station_id=OTHER)
    alarms = replace(CHANNELS[1], urgent_only=True)
    assert [d.channel for d in tell(event(), [HEAD], [theirs, alarms], NOON).drafts] == ["console"]
    ours = replace(CHANNELS[0], station_id=STATION)
    told = tell(event(urgent=True), [HEAD], [ours, alarms], NOON)
    assert [d.channel for d in told.drafts] == ["console", "group", "mail"]


def test_a_half_time_reminder_stays_in_the_house_and_lets_the_survivor_be_rung() -> None:
    told = tell(event("clock_half"), [HEAD], CHANNELS, NOON)
    assert [d.channel for d in told.drafts] == ["console"]
    assert [c.errand for c in told.calls] == ["reminder"]
    assert [c.errand for c in tell(event("shift_changed"), [HEAD], [], NOON).calls] == ["notice"]


def test_who_has_no_telephone_is_not_rung() -> None:
    told = tell(event(), [replace(HEAD, telephone=None)], [], NOON)
    assert (len(told.drafts), told.calls) == (1, ())


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("template", WAYS)
def test_every_template_has_its_words_in_every_language(template: str, language: str) -> None:
    message = words.render(template, PAYLOAD, language)
    assert message.title and message.body
    assert "{" not in message.title + message.body
    if language == "en":
        assert "，" not in message.body


def test_every_clock_has_a_name_and_times_are_local() -> None:
    for clock in ("answer", "call_back", "first_feedback", "resolution"):
        assert clock not in words.render("clock_due", {**PAYLOAD, "clock": clock}, "zh-CN").body
    assert "3月3日12:00" in words.render("clock_due", PAYLOAD, "zh-CN").body
    assert "2026-03-03 12:00" in words.render("clock_due", PAYLOAD, "en").body


@given(
    st.sampled_from(sorted(WAYS)),
    st.booleans(),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.lists(
        st.builds(
            Channel,
            id=st.uuids(),
            code=st.just("x"),
            personal=st.sampled_from(["none", "initials"]),
            urgent_only=st.booleans(),
            workdays_only=st.booleans(),
        ),
        max_size=3,
        unique_by=lambda c: c.id,
    ),
)
def test_no_full_name_leaves_the_house_unless_allowed(
    template: str, urgent: bool, now: datetime, channels: list[Channel]
) -> None:
    told = tell(event(template, urgent=urgent), [HEAD], channels, now)
    for draft in told.drafts:
        assert draft.next_at >= now
        assert draft.next_at < now + timedelta(days=20)
        assert draft.channel == "console" or NAME not in str(draft.payload)
    again = tell(event(template, urgent=urgent), [HEAD], channels, now)
    assert [d.dedupe for d in told.drafts] == [d.dedupe for d in again.drafts]


def test_dedupe_tells_stations_apart() -> None:
    keys = {
        draft.dedupe
        for station in (STATION, OTHER)
        for draft in tell(event("wrap_up_missing"), [Recipient("station", "s", UUID(int=station.int))], [], NOON).drafts
    }
    assert len(keys) == 2
