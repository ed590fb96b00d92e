"""Notice: something that concerns somebody's shift is told by telephone (issue 3: changes are told when made).

Effects: acknowledge, silence. Words: ``notice``, the whole sentence in the listener's language.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, Menu, Say, Set, says, together
from ivr_flows.shared_desk import END

NOTICE = Flow(
    "notice",
    "notice",
    together(
        {
            "notice": Menu(
                says("notice.text", "notice.keys"),
                {"1": "acknowledge", "9": "notice"},
                silence="silent",
                wrong="notice",
                timeout=6,
            ),
            "acknowledge": Set("acknowledge", then="thanks"),
            "thanks": Say(says("notice.thanks"), then="end"),
        },
        END,
    ),
    frozenset({"notice"}),
    most_keys=6,
)
"""A sentence that must arrive."""
