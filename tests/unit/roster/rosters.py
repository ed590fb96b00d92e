"""Rosters for the tests: five people, whole hours, a few days around a Tuesday night in February."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import strategies as st

from hotline.clock import SHANGHAI
from hotline.roster.duty import PatternFact, RoleRoster, ShiftFact, SwapFact

PEOPLE = tuple(UUID(int=n) for n in range(1, 6))
ANN, BO, CAI, DENG, EN = PEOPLE
HANDSET = UUID(int=99)
HOUR = timedelta(hours=1)
BEGIN = datetime(2027, 2, 1, 16, tzinfo=UTC)  # midnight in Shanghai
HOURS = 5 * 24

people = st.sampled_from(PEOPLE)
handsets = st.sampled_from([None, HANDSET])


def wall(text: str) -> datetime:
    """Return the moment of a Shanghai wall time such as ``2027-02-06 03:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@st.composite
def pieces(draw: st.DrawFn, source: st.SearchStrategy[str]) -> tuple[ShiftFact, ...]:
    """Pieces of one layer, as the database keeps them: apart from each other, in any order."""
    edges = sorted(draw(st.lists(st.integers(-12, HOURS + 12), max_size=8, unique=True)))
    found = [
        ShiftFact(draw(people), BEGIN + a * HOUR, BEGIN + b * HOUR, draw(source), draw(handsets))  # type: ignore[arg-type]
        for a, b in pairwise(edges)
        if draw(st.booleans())
    ]
    return tuple(draw(st.permutations(found)))


@st.composite
def swaps(draw: st.DrawFn) -> tuple[SwapFact, ...]:
    """Swaps apart from each other."""
    edges = sorted(draw(st.lists(st.integers(0, HOURS), max_size=6, unique=True)))
    spans = zip(edges[::2], edges[1::2], strict=False)
    return tuple(SwapFact(draw(people), draw(people), BEGIN + a * HOUR, BEGIN + b * HOUR) for a, b in spans)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[PatternFact, ...]:
    """No pattern; one with breaks; or a day and a night pattern side by side."""
    staff = st.lists(people, min_size=1, max_size=4).map(tuple)
    start = date(2027, 1, 28) + timedelta(days=draw(st.integers(0, 8)))
    until = draw(st.none() | st.integers(1, 9).map(lambda n: start + timedelta(days=n)))
    at = time(draw(st.integers(0, 23)))
    kind = draw(st.sampled_from(["none", "one", "day and night"]))
    if kind == "none":
        return ()
    if kind == "one":
        hours = draw(st.integers(1, 168))
        every = draw(st.integers(hours, hours + 60))
        return (PatternFact(draw(staff), start, until, at, hours, every, draw(handsets)),)
    day = draw(st.integers(1, 23))
    other = time((at.hour + day) % 24)
    return (
        PatternFact(draw(staff), start, until, at, day, 24),
        PatternFact(draw(staff), start, until, other, draw(st.integers(1, 24 - day)), 24),
    )


rosters = st.builds(
    RoleRoster,
    patterns(),
    pieces(st.just("shift")),
    pieces(st.sampled_from(["override", "takeover"])),
    swaps(),
)
