"""How well what was typed fits one phrase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.directory.catalogue.folding import phrase
from hotline.directory.catalogue.matching import How, Match, match

HANZI = st.text(alphabet="医疗保险公交养老祭扫房租话费体检热线", min_size=1, max_size=8)


def fit(query: str, target: str) -> Match | None:
    return match(phrase(query), phrase(target))


@pytest.mark.parametrize(
    ("query", "target", "how"),
    [
        ("医保", "医保", How.WRITTEN),
        ("报销", "看病报销", How.WRITTEN),
        ("channel", "Green channel, hospitals", How.WRITTEN),
        ("yibao", "医保", How.SPELLED),
        ("yi bao", "医保", How.SPELLED),
        ("YB", "医保", How.SPELLED),
        ("yib", "医保", How.SPELLED),
        ("kbbx", "看病报销", How.SPELLED),
        ("bx", "看病报销", How.SPELLED),
        ("看b报x", "看病报销", How.SPELLED),
        ("grch", "Green channel", How.SPELLED),
        ("看病抱销", "看病报销", How.NEARLY),  # the same sounds, another character
        ("kanbingbaoxaio", "看病报销", How.NEARLY),  # two letters changed places
        ("sangfen", "上坟", How.NEARLY),  # as it is said, not as it is spelled
        ("chanel", "channel", How.NEARLY),
    ],
)
def test_a_phrase_is_recognised(query: str, target: str, how: How) -> None:
    found = fit(query, target)
    assert found
    assert found.how is how


@pytest.mark.parametrize(
    ("query", "target"),
    [("", "医保"), ("医保", ""), ("bao yi", "医保"), ("住房", "医保"), ("hannover", "tv channel"), ("yx", "医保")],
)
def test_what_is_something_else_is_not_recognised(query: str, target: str) -> None:
    assert fit(query, target) is None


@given(HANZI)
def test_a_phrase_fits_itself_best(text: str) -> None:
    assert fit(text, text) == Match(1.0, How.WRITTEN)


@given(HANZI, HANZI, HANZI)
def test_any_part_is_found_written_spelled_and_by_initials(before: str, part: str, after: str) -> None:
    whole = phrase(before + part + after)
    units = whole.units[len(before) : len(before) + len(part)]  # read as in the whole
    written = match(phrase(part), whole)
    spelled = match(phrase("".join(sound for _, sound in units)), whole)
    initials = match(phrase("".join(sound[0] for _, sound in units)), whole)
    assert written and written.how is How.WRITTEN and written.quality >= 0.94
    assert spelled and spelled.how is How.SPELLED and 0.6 <= spelled.quality < 0.94
    assert initials and initials.how is How.SPELLED and 0.6 <= initials.quality < 0.94


def test_initials_of_a_whole_phrase_are_worth_more_than_of_its_beginning_or_middle() -> None:
    found = [fit("yb", target) for target in ("医保", "医保卡", "看医保")]
    values = [one.quality for one in found if one]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3


@given(HANZI, st.data())
def test_letters_typed_one_by_one_never_lose_the_phrase(text: str, data: st.DataObject) -> None:
    letters = phrase(text).letters
    typed = letters[: data.draw(st.integers(1, len(letters)))]
    assert fit(typed, text)


@given(st.text("医保报销ybx i", max_size=8), st.text("医保报销ybx i", max_size=20))
def test_quality_stays_within_its_bounds(query: str, target: str) -> None:
    found = fit(query, target)
    assert found is None or 0 < found.quality <= 1


def test_a_long_run_of_one_letter_is_answered_at_once() -> None:
    assert fit("a" * 60, "a" * 10 + " " + "阿" * 60) is not None
    assert fit("a" * 40 + "b" * 20, " ".join(["aaaa"] * 40)) is None
