"""Which entry was meant: the order of fields, sentences, reasons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.directory.catalogue.folding import fold, phrase
from hotline.directory.catalogue.matching import How
from hotline.directory.catalogue.scoring import Document, Field, score

HANZI = st.text(alphabet="医疗保险公交养老祭扫房租话费体检热线", min_size=2, max_size=5)
AROUND = st.text(alphabet="山水田林风雨", max_size=4)


def document(title: str = "山川", everyday: str = "", text: str = "") -> Document:
    return Document((title,), (everyday,) if everyday else (), ("生活", "living"), fold(text))


@given(HANZI, AROUND, AROUND)
def test_a_title_is_before_an_everyday_word_and_that_before_other_text(word: str, left: str, right: str) -> None:
    around = left + word + right
    scores = [score(word, document(around)), score(word, document(everyday=around)), score(word, document(text=around))]
    assert [found and found.why.field for found in scores] == [Field.TITLE, Field.EVERYDAY, Field.TEXT]
    values = [found.score for found in scores if found]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3


def test_a_word_within_a_title_is_before_a_whole_everyday_word() -> None:
    title, everyday = score("看病", document("山水看病山水")), score("看病", document(everyday="看病"))
    assert title and everyday
    assert title.score > everyday.score


@given(HANZI, AROUND)
def test_pinyin_keeps_that_order(word: str, right: str) -> None:
    letters = phrase(word + right).letters[: len(phrase(word).letters)]
    title, everyday = score(letters, document(word + right)), score(letters, document(everyday=word + right))
    assert title and everyday
    assert title.score > everyday.score


@given(st.text(max_size=30), st.text(max_size=20), st.text(max_size=20), st.text(max_size=60))
def test_scores_are_above_nothing_to_a_hundred(query: str, title: str, everyday: str, text: str) -> None:
    found = score(query, document(title, everyday, text))
    assert found is None or 0 < found.score <= 100


def test_a_sentence_finds_by_its_pieces_and_names_them() -> None:
    found = score("老人看病怎么报销", document("医疗保障金", "看病报销", "老人优先"))
    assert found
    assert found.why.how is How.PARTLY
    assert found.why.field is Field.EVERYDAY
    assert set(found.why.words.split("、")) == {"老人", "看病", "报销"}


def test_more_of_the_sentence_is_better() -> None:
    more = score("老人看病怎么报销", document("甲", "看病报销"))
    less = score("老人看病怎么报销", document("甲", "看病优先", "老人"))
    assert more and less
    assert more.score > less.score


def test_one_piece_of_many_is_not_enough() -> None:
    assert score("孩子上大学学费太贵交不起", document("甲", "交不起房租")) is None


def test_english_finds_by_whole_beginnings_of_words() -> None:
    entry = Document(("异地祭扫", "Tomb-sweeping in another place"), text=fold("Families visit the grave."))
    assert score("tomb sweeping", entry)
    assert score("where is the grave", entry)
    assert score("rave", entry) is None


def test_the_reason_is_said_in_both_languages() -> None:
    found = score("yb", document(everyday="医保"))
    assert found
    assert "医保" in found.why.chinese
    assert "everyday word" in found.why.english


def test_nothing_typed_finds_nothing() -> None:
    assert score(" ！？", document()) is None
