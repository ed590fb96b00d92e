"""Handset test: now and then a handset that nobody has used for days is rung and asked for one key (issue 3).

The thanks says how calls are taken, so that the call is no short one: carriers take many short calls under one number
for fraud. Effects: fine, silence (otherwise the leg just ends). Words: ``station``.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, Menu, Say, Set, says, together
from ivr_flows.shared_desk import END

HANDSET_TEST = Flow(
    "handset_test",
    "ask",
    together(
        {
            "ask": Menu(
                says("handset_test.hello", "handset_test.keys"),
                {"1": "fine", "9": "ask"},
                silence="silent",
                wrong="ask",
                timeout=6,
            ),
            "fine": Set("fine", then="thanks"),
            "thanks": Say(says("handset_test.thanks", "handset_test.habits"), then="end"),
        },
        END,
    ),
    frozenset({"station"}),
    most_keys=6,
)
"""Does the handset ring, and is a human near it?"""
