"""Who rings: tells a survivor who has taken the case and by when (issue 3, "Handing over": the survivor hears it).

Nobody has to press: it is said once, 9 repeats it, 0 is a human, as everywhere.
Effects: heard (listened to the end); message/<seconds> of the chain. Flags: withdrawn, and those of the chain.
Words: ``station``, ``partner``, ``callback``; left out when unknown: ``name``, ``until``.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Menu, Part, Say, Set, says, together
from ivr_flows.shared import CHAIN

WHO_RINGS = Flow(
    "who_rings",
    "picked_up",
    together(
        {
            "picked_up": Branch("withdrawn", then="sorry", otherwise="tell"),
            "tell": Menu(
                says(
                    Part("feedback.name", when="name"),
                    "feedback.hello",
                    "who_rings.partner",
                    Part("who_rings.until", when="until"),
                    "who_rings.keys",
                ),
                {"9": "tell", "0": "connect"},
                silence="heard",
                wrong="tell",
                timeout=5,
            ),
            "heard": Set("heard", then="bye"),
            "bye": Say(says("who_rings.bye"), then="end"),
            "sorry": Say(says("feedback.quiet"), then="end"),
        },
        CHAIN,
    ),
    frozenset({"station", "callback", "name", "partner", "until"}),
    most_keys=8,
)
"""Somebody will be in touch with you."""
