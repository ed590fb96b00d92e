"""Text as it is compared: the same whatever the spelling, and never a crash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.directory.catalogue.folding import fold, grams, phrase, search_text

CHINESE = st.text(alphabet=st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=12)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text() | CHINESE)
def test_every_unit_has_a_sound_and_the_units_are_the_text(text: str) -> None:
    found = phrase(text)
    assert "".join(written for written, _ in found.units) == found.text == fold(text).replace(" ", "")
    assert all(sound for _, sound in found.units)


@given(st.text() | CHINESE)
def test_a_text_with_anything_in_it_has_pieces_to_look_for(text: str) -> None:
    folded = fold(text)
    pieces = grams(text)
    assert all(piece in folded for piece in pieces)
    if any(not run.isascii() for run in folded.split()):
        assert pieces


def test_spellings_that_mean_the_same_are_one() -> None:
    assert fold("“９·５”  ABC") == fold("9.5 abc") == "9 5 abc"


def test_a_character_is_read_as_its_neighbours_ask() -> None:
    assert phrase("银行").letters == "yinhang"
    assert phrase("行走").letters == "xingzou"


def test_what_is_said_around_the_question_is_left_out() -> None:
    assert grams("请问烈士遗属看病怎么报销？") == ("看病", "报销")
    assert grams("how do I get a bus card") == ("bus", "card")
    assert grams("怎么办") == ("怎么", "么办")  # nothing else was said


def test_the_searched_column_has_names_written_spelled_and_as_heard() -> None:
    assert search_text(["上坟", ""], "看病 报销").splitlines() == ["上坟", "看病 报销", "shang fen", "sanfen"]
