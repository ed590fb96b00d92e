"""Whatever anybody presses, on any flow, with any facts: the call ends, within bounded turns, with words on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows.engine.nodes import Branch, TakeMessage
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Dialled, Keys, Position, Recorded, Silence
from ivr_flows.flows import FLOWS
from tests.flows.phone import CHAIN, LANGUAGES, WORDS, facts, play

FLAGS = sorted({node.flag for flow in FLOWS.values() for node in flow.nodes.values() if isinstance(node, Branch)})
PRESSED = st.lists(st.sampled_from([*"0123456789*#", ""]), max_size=60)


@pytest.mark.parametrize("name", FLOWS)
@settings(max_examples=60)
@given(
    keys=PRESSED,
    language=st.sampled_from(LANGUAGES),
    flags=st.frozensets(st.sampled_from(FLAGS)),
    tiers=st.integers(0, len(CHAIN)),
    taken_by=st.none() | st.integers(0, len(CHAIN)),
    talk=st.integers(0, 90),
    with_lists=st.booleans(),
    words=st.dictionaries(st.sampled_from(sorted(WORDS)), st.just("嘉峰")),
)
def test_every_call_ends(
    name: str,
    keys: list[str],
    language: str,
    flags: frozenset[str],
    tiers: int,
    taken_by: int | None,
    talk: int,
    with_lists: bool,
    words: dict[str, str],
) -> None:
    more = {} if with_lists else {"choices": {}}
    given_facts = facts(language=language, flags=flags, words=words, **more)
    call = play(FLOWS[name], given_facts, keys, CHAIN[:tiers], taken_by, talk)
    assert call.end in {"Join", "Leave"}
    assert call.heard, "nobody is hung up on without a word"


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("key", "0123456789*#")
def test_one_key_held_down_ends_too(name: str, key: str) -> None:
    assert play(FLOWS[name], facts(), key * 500).end


@pytest.mark.parametrize("name", FLOWS)
def test_a_late_or_reordered_webhook_at_any_node_gets_an_answer(name: str) -> None:
    for node, what in FLOWS[name].nodes.items():
        for late in (Begin(), Keys("1"), Keys(""), Silence(), Dialled(taken=False), Dialled(taken=True), Recorded(0)):
            turn = run(FLOWS[name], Position(node), late, facts(next_tier=CHAIN[0]))
            assert turn.steps or turn.resume, (node, late)
            recorded = [effect for effect in turn.effects if isinstance(what, TakeMessage) and effect.kind == what.kind]
            assert not recorded, "an empty recording is no message"
