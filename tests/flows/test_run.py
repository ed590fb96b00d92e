"""The engine on small flows of its own: order, silence, decisions, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_flows.engine.nodes import Branch, Connect, Flow, Hangup, Menu, Node, Say, Set, says, together
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import (
    Ask,
    Begin,
    Continue,
    Effect,
    Facts,
    FlowError,
    Keys,
    Leave,
    Position,
    Prompt,
    Silence,
    Speak,
    TierWords,
    prompt,
)


def flow(**nodes: Node) -> Flow:
    return Flow("test", next(iter(nodes)), nodes, most_keys=3)


MENU = flow(
    ask=Menu(says("a.ask"), {"1": "note", "2": "ask"}, silence="note", wrong="bye"),
    note=Set("noted", then="bye"),
    bye=Say(says("a.bye"), then="end"),
    end=Hangup("gone"),
)


@given(node=st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), page=st.integers(0, 9999), tries=st.integers(0, 99))
def test_a_position_survives_a_webhook_address(node: str, page: int, tries: int) -> None:
    position = Position(node, page, tries)
    assert Position.parse(str(position)) == position and str(position).isascii()


@pytest.mark.parametrize("text", ["", "A", "a.1", "a.1.", "a.1.x", "a.1.2.3", "../a", "a b", "a\n", "村", "a.١.١"])
def test_nonsense_is_no_position(text: str) -> None:
    with pytest.raises(FlowError):
        Position.parse(text)


def test_an_unknown_node_is_an_error() -> None:
    with pytest.raises(FlowError, match="nowhere"):
        run(MENU, Position("nowhere"), Begin(), Facts())


def test_a_decision_on_the_silent_way_is_made_only_by_a_silent_caller() -> None:
    turn = run(MENU, Position("ask"), Begin(), Facts())
    assert turn.steps == (Ask((Prompt("a.ask"),), Position("ask")), Continue(Position("note")))
    assert turn.effects == () and turn.resume is None
    later = run(MENU, Position("note"), Begin(), Facts())
    assert later.effects == (Effect("noted"),) and later.resume == Position("bye")


def test_a_decision_by_key_or_reported_silence_resumes_with_fresh_facts() -> None:
    assert run(MENU, Position("ask"), Keys("1"), Facts()).resume == Position("bye", 0, 1)
    assert run(MENU, Position("ask"), Silence(), Facts()).effects == (Effect("noted"),)


def test_keys_are_counted_and_after_the_most_nobody_is_asked() -> None:
    again = run(MENU, Position("ask", 0, 1), Keys("2"), Facts()).steps[0]
    assert isinstance(again, Ask) and again.at == Position("ask", 0, 2)
    enough = run(MENU, Position("ask", 0, 2), Keys("2"), Facts())
    assert enough.effects == (Effect("noted"),) and enough.steps == ()


def test_a_hangup_tells_why_and_words_carry_the_facts() -> None:
    turn = run(MENU, Position("ask"), Keys("9"), Facts(words={"b": "2", "a": "1"}))
    assert turn.steps == (Speak(prompt("a.bye", a="1", b="2")), Leave()) and turn.effects == (Effect("gone"),)


def test_a_branch_sees_flags_words_and_the_language() -> None:
    branch = flow(b=Branch("x", then="yes", otherwise="end"), yes=Say(says("a.yes"), then="end"), end=Hangup())
    for known in (Facts(flags=frozenset({"x"})), Facts(words={"x": "1"})):
        assert run(branch, Position("b"), Begin(), known).steps[0] == Speak(prompt("a.yes", **known.words))
    assert run(branch, Position("b"), Begin(), Facts(words={"x": ""})).steps == (Leave(),)
    assert Facts("en").has("language.en") and not Facts("zh-CN").has("language.en")


def test_the_tier_is_announced_by_its_own_name() -> None:
    chain = flow(c=Connect(taken="end", exhausted="end"), end=Hangup())
    facts = Facts(words={"name": "王桂兰"}, next_tier=TierWords("county", "县中心"), first_tier=False)
    assert run(chain, Position("c"), Begin(), facts).steps[0] == Speak(prompt("trying.county", name="县中心"))


def test_a_loop_is_refused_rather_than_spun() -> None:
    circle = flow(a=Say(says("a.a"), then="b"), b=Say(says("a.b"), then="a"))
    with pytest.raises(FlowError, match="does not end"):
        run(circle, Position("a"), Begin(), Facts())


def test_parts_may_share_a_node_but_not_a_name() -> None:
    assert together({"end": Hangup()}, {"end": Hangup()}) == {"end": Hangup()}
    with pytest.raises(FlowError, match="end"):
        together({"end": Hangup()}, {"end": Hangup("silence")})
