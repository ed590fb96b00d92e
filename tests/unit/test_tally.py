"""What is kept of a day is what was counted, in either way of writing the seconds, however often it is added."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.statistics.tally import Tally

SECONDS = st.dictionaries(st.integers(0, 50), st.integers(1, 9), max_size=40)


@given(SECONDS, SECONDS)
def test_what_is_kept_adds_up_to_what_was_counted(one: dict[int, int], other: dict[int, int]) -> None:
    found, counted = Tally(), Tally()
    for seconds in (one, other):
        day = Tally({"reached": (sum(seconds.values()), 400)}, {"wait": Counter(seconds)})
        found.add_kept(json.loads(json.dumps(day.document())))
        counted.add(day)
    assert (found.shares, found.span("wait")) == (counted.shares, counted.span("wait"))


def test_days_kept_as_they_were_before_are_read() -> None:
    found = Tally()
    found.add_kept({"shares": {}, "spans": {"wait": [3, 3, 9]}})
    found.add_kept({"shares": {}, "spans": {"wait": [[3, 9], [5, 1]]}})
    assert found.spans["wait"] == Counter({3: 7, 9: 2})
