"""Walking a flow by hand, and drawing it."""

from __future__ import annotations

import re

import pytest

from ivr_flows.engine.draw import draw
from ivr_flows.engine.nodes import Flow, Menu, Say, says
from ivr_flows.engine.steps import FlowError
from ivr_flows.engine.walk import walk
from ivr_flows.flows import FLOWS
from tests.flows.phone import BOOK, CHAIN, LANGUAGES, facts


def walked(name: str, *typed: str) -> tuple[list[str], list[str]]:
    answers, lines = iter(typed), list[str]()
    effects = walk(FLOWS[name], BOOK, facts(), lambda _: next(answers, ""), lines.append, CHAIN[:2])
    return lines, [str(effect) for effect in effects]


def test_walking_to_a_human() -> None:
    lines, effects = walked("main_line", "8", "", "n", "y")
    assert effects == ["language/en"] and lines[-1].startswith("== 挂机")
    assert any(line.startswith("Hello") for line in lines) and any("Trying one more" in line for line in lines)


def test_walking_to_a_message() -> None:
    lines, effects = walked("main_line", "", "n", "n", "请来看看我家的水管")
    assert effects == ["message/2"] and "记下了" in lines[-2]


def test_walking_a_handset_and_nobody_at_the_keys() -> None:
    assert walked("accept_call", "1")[0][-1].startswith("== 接通")
    assert walked("accept_call")[1] == []


def test_a_walk_in_a_circle_is_stopped() -> None:
    circle = Flow("c", "a", {"a": Menu(says("a.a"), {"1": "a"}, silence="b", wrong="b"), "b": Say(says("a.b"), "a")})
    with pytest.raises(FlowError):
        walk(circle, BOOK, facts(), lambda _: "1", lambda _: None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FLOWS)
def test_a_drawing_shows_every_node_and_way(name: str, language: str) -> None:
    flow, text = FLOWS[name], draw(FLOWS[name], BOOK, language)
    assert text.startswith("flowchart TD\n")
    for node, what in flow.nodes.items():
        assert len(re.findall(rf"^  n_{node}[\[({{]", text, re.MULTILINE)) == 1
        for edge in what.edges():
            assert re.search(rf"^  n_{node} (-- .* )?--> n_{edge.target}$", text, re.MULTILINE)
    assert draw(flow).count("\n") == text.count("\n")
