"""One's own turns say what the duty says: the same person at the same minute, until the same end."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings

from hotline.roster.duty import RoleRoster, on_duty
from hotline.roster.turns import running, turns_of
from tests.unit.roster.rosters import BEGIN, HOUR, HOURS, PEOPLE, rosters
from tests.unit.roster.test_duty_properties import named

END = BEGIN + HOURS * HOUR


@given(rosters)
@settings(max_examples=40)
def test_turns_are_the_duty_of_each_person(roster: RoleRoster) -> None:
    of = {person: turns_of([named(roster)], person, BEGIN, END) for person in PEOPLE}
    for turns in of.values():
        assert all(one.end <= other.start for one, other in pairwise(turns))
    for hour in range(0, HOURS, 3):
        at = BEGIN + hour * HOUR
        first = on_duty(named(roster), at).first
        for person, turns in of.items():
            turn = running(turns, at)
            assert (turn is not None) == (first is not None and first.staff_id == person)
            if turn and first:
                assert turn.end == min(first.until, END)
                assert (turn.source, turn.handset_id) == (first.source, first.handset_id)
