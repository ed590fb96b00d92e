"""Handover: reads the open tickets to whoever takes the shift and asks for acknowledgement (Q21 s.2, 工作交接制度).

Effects: acknowledge, refuse, silence. Words: ``station``, ``count``; left out when unknown: ``name`` (who hands
over), ``tickets`` (the open ones in a sentence each, at most five or so).
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, Menu, Part, Say, Set, says, together
from ivr_flows.shared_desk import END

HANDOVER = Flow(
    "handover",
    "ask",
    together(
        {
            "ask": Menu(
                says(
                    Part("handover.name", when="name"),
                    "handover.count",
                    Part("handover.tickets", when="tickets"),
                    "handover.keys",
                ),
                {"1": "acknowledge", "0": "refuse", "9": "ask"},
                silence="silent",
                wrong="ask",
                timeout=6,
            ),
            "acknowledge": Set("acknowledge", then="thanks"),
            "thanks": Say(says("handover.thanks"), then="end"),
            "refuse": Set("refuse", then="refused"),
            "refused": Say(says("handover.refused"), then="end"),
        },
        END,
    ),
    frozenset({"station", "count", "name", "tickets"}),
    most_keys=8,
)
"""The shift changes hands."""
