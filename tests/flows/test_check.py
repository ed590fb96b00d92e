"""check() finds each planted defect, and nothing in the flows as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr_flows.engine.check import check, check_book
from ivr_flows.engine.nodes import Branch, Choose, Connect, Flow, Hangup, Menu, Node, Say, Set, says
from ivr_flows.flows import FLOWS
from ivr_flows.wording import Book
from tests.flows.phone import BOOK, LANGUAGES

SOUND: dict[str, Node] = {
    "ask": Menu(says("t.ask"), {"1": "yes", "2": "yes", "*": "more"}, silence="bye", wrong="bye"),
    "more": Menu(says("t.more"), {"1": "yes"}, silence="bye", wrong="ask"),
    "yes": Set("yes", then="bye"),
    "bye": Say(says("t.bye"), then="end"),
    "end": Hangup(),
}
TEXTS = {
    "zh-CN": {"t.ask": "同意按1，听别的按星号。", "t.more": "按1。", "t.bye": "{who}再见。"},
    "en": {"t.ask": "Press 1 or press star.", "t.more": "Press 1.", "t.bye": "Bye, {who}."},
}


def problems(nodes: dict[str, Node], texts: dict[str, dict[str, str]] = TEXTS, start: str = "ask") -> set[str]:
    return {problem.kind for problem in check(Flow("t", start, nodes, frozenset({"who"})), Book(texts))}


def without(language: str, key: str) -> dict[str, dict[str, str]]:
    return {name: {k: v for k, v in t.items() if (name, k) != (language, key)} for name, t in TEXTS.items()}


def changed(language: str, key: str, text: str) -> dict[str, dict[str, str]]:
    return {name: {**t, key: text} if name == language else t for name, t in TEXTS.items()}


@pytest.mark.parametrize("name", FLOWS)
def test_our_flows_are_sound(name: str) -> None:
    assert check(FLOWS[name], BOOK) == []


def test_our_book_has_every_prompt_in_both_languages_short_and_used() -> None:
    assert check_book(tuple(FLOWS.values()), BOOK) == []
    assert set(BOOK.languages) == set(LANGUAGES)
    zh, en = (BOOK.languages[language] for language in LANGUAGES)
    assert set(zh) == set(en)
    assert {k: BOOK.values(k, "zh-CN") for k in zh} == {k: BOOK.values(k, "en") for k in en}


def test_a_sound_flow_has_no_problem() -> None:
    assert problems(SOUND) == set()


@pytest.mark.parametrize("name", ["ask", "yes", "bye"])
def test_a_dangling_edge(name: str) -> None:
    node = SOUND[name]
    broken = replace(node, silence="gone") if isinstance(node, Menu) else replace(node, then="gone")  # type: ignore[call-arg]
    assert "dangling" in problems({**SOUND, name: broken})


def test_a_start_that_does_not_exist() -> None:
    assert "dangling" in problems(SOUND, start="gone")


def test_an_unreachable_node() -> None:
    assert problems({**SOUND, "island": Hangup()}) == {"unreachable"}


def test_a_circle_that_a_silent_caller_never_leaves() -> None:
    assert problems({**SOUND, "bye": Say(says("t.bye"), then="ask")}) >= {"loop"}
    itself = Menu(says("t.more"), {"1": "yes"}, silence="more", wrong="ask")
    assert problems({**SOUND, "more": itself}) == {"loop"}
    assert problems({**SOUND, "yes": Branch("x", then="yes", otherwise="bye")}) == {"loop"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["t.more", "t.bye"])
def test_a_missing_prompt(language: str, key: str) -> None:
    assert "missing prompt" in problems(SOUND, without(language, key))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_that_nobody_explains(language: str) -> None:
    assert problems(SOUND, changed(language, "t.ask", "按11 press 11 按星号 press star")) == {"unexplained key"}
    assert problems(SOUND, changed(language, "t.ask", "按1 press 1")) == {"unexplained key"}


def test_keys_explained_in_another_menu_need_a_key_that_leads_there() -> None:
    short = Menu(says("t.bye"), {"1": "yes", "*": "more"}, silence="bye", wrong="bye", explained_in="more")
    assert problems({**SOUND, "ask": short}) == {"unexplained key"}
    assert problems({**SOUND, "ask": short}, changed("zh-CN", "t.bye", "按星号")) == {"unexplained key"}
    both = changed("zh-CN", "t.bye", "按星号") | {"en": {**TEXTS["en"], "t.bye": "press star"}}
    assert problems({**SOUND, "ask": short}, both) == set()


def test_a_value_that_the_flow_does_not_have() -> None:
    assert problems(SOUND, changed("en", "t.bye", "Bye, {whom}.")) == {"unknown value"}


def test_a_list_too_long_for_its_keys_or_without_its_hints() -> None:
    chosen = Choose(says("t.more"), "x", "x", "bye", back="bye", silence="bye", wrong="bye", empty="bye", page_size=9)
    lists = {"choose.item": "{label}按{number}", "choose.more": "按9", "choose.back": "返回"}
    texts = {language: {**t, **lists} for language, t in TEXTS.items()}
    assert problems({**SOUND, "more": chosen}, texts) == {"page too long", "unexplained key"}


def test_a_tier_without_words() -> None:
    texts = {language: dict(TEXTS[language]) for language in TEXTS}
    assert problems({**SOUND, "yes": Connect(taken="bye", exhausted="bye")}, texts) == {"missing prompt"}


def test_a_prompt_nobody_speaks_and_one_that_takes_too_long() -> None:
    book = Book({"zh-CN": {"t.idle": "一二三四五六七" * 5}})
    assert {problem.kind for problem in check_book((), book)} == {"unused", "too long"}
