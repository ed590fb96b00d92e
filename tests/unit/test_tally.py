"""What is kept of a day is what was counted, in either way of writing the seconds, however often it is added."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.statistics.seconds import POINTS, Quantiles, Seconds
from hotline.calls.statistics.tally import Tally

ELEMENTS = st.lists(st.integers(-3, 40) | st.integers(0, 10**7), max_size=60)
"""As seconds are counted: some occur often, some are far off; a clock that was set back leaves one below nought."""


def by_hand(elements: list[int]) -> Quantiles:
    """The percentiles as percentile_disc defines them."""
    places = sorted(elements)
    return Quantiles(len(places), *(places[ceil(point * len(places)) - 1] for point in POINTS if places))


@given(st.lists(ELEMENTS, max_size=6), st.lists(ELEMENTS, max_size=3))
def test_percentiles_are_those_of_all_seconds_together(kept: list[list[int]], counted: list[list[int]]) -> None:
    found = Seconds()
    for elements in kept:
        found.add_written(json.loads(json.dumps(Seconds(list(elements)).written())))
    for elements in counted:
        found.add(Seconds(list(elements)))
    every = list(chain(*kept, *counted))
    assert found.quantiles() == by_hand(every)
    again = Seconds()
    again.add_written(found.written())
    assert again.quantiles() == by_hand(every), "what was kept of several parts"


@given(ELEMENTS, ELEMENTS)
def test_what_is_taken_away_again_leaves_no_trace(stays: list[int], goes: list[int]) -> None:
    found = Seconds([*stays, *goes])
    found.take_written(json.loads(json.dumps(Seconds(list(goes)).written())))
    assert found.quantiles() == by_hand(stays)
    kept = Seconds()
    kept.add_written(Seconds([*stays, *goes]).written())
    kept.take_written(Seconds(list(goes)).written())
    assert kept.quantiles() == by_hand(stays)


@given(ELEMENTS, ELEMENTS)
def test_what_is_kept_adds_up_to_what_was_counted(one: list[int], other: list[int]) -> None:
    found, counted = Tally(), Tally()
    for seconds in (one, other):
        day = Tally({"reached": (len(seconds), 400)}, {"wait": Seconds(list(seconds))})
        found.add_kept(json.loads(json.dumps(day.document())))
        counted.add(day)
    assert (found.shares, found.span("wait")) == (counted.shares, counted.span("wait"))


def test_days_kept_as_they_were_before_are_read() -> None:
    found = Tally()
    found.add_kept({"shares": {}, "spans": {"wait": [3, 3, 9]}})
    found.add_kept({"shares": {}, "spans": {"wait": [[3, 9], [5, 1]]}})
    assert found.spans["wait"].written() == Seconds([3] * 7 + [9] * 2).written()
    assert found.span("wait") == by_hand([3] * 7 + [9] * 2)


def test_what_is_kept_stays_readable_in_the_years_to_come() -> None:
    """Days are kept for years: the bytes of this text are the format. 5 x 3 s and 1 x 9 s, little-endian."""
    written = "AwAAAAkAAAAAAAAABQAAAAYAAAA="
    assert Seconds([3, 9, 3, 3, 3, 3]).written() == written
    found = Seconds()
    found.add_written(written)
    assert found.quantiles() == Quantiles(6, 3, 9, 9)


def test_times_that_are_not_wanted_are_left_out() -> None:
    found = Tally()
    found.add_kept({"shares": {}, "spans": {"wait": [3], "resolved": [60]}}, without=("resolved",))
    assert (found.span("wait").count, found.span("resolved").count) == (1, 0)


def test_adding_changes_nothing_that_was_added() -> None:
    day, found = Seconds([9, 3]), Seconds()
    found.add(day)
    found.add(Seconds([1]))
    assert (day.count, found.count) == (2, 3)


def test_often_repeated_seconds_are_kept_once() -> None:
    often = Counter({1: 500, 2: 500})
    assert len(Seconds(sorted(often.elements())).written()) < 40
