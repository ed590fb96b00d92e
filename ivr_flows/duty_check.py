"""Duty check: at the start of a shift the handset is rung, "press 1: you are on duty" (Q21 s.2; issue 3).

Effects: on_duty, unable (the backup is raised), silence (otherwise the leg just ends: not confirmed).
Words: ``station``; left out when unknown: ``name``, ``until`` (end of the shift), ``count`` (open tickets).
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, Menu, Part, Say, Set, says, together
from ivr_flows.shared_desk import END

DUTY_CHECK = Flow(
    "duty_check",
    "ask",
    together(
        {
            "ask": Menu(
                says(
                    Part("duty_check.name", when="name"),
                    "duty_check.shift",
                    Part("duty_check.until", when="until"),
                    Part("duty_check.count", when="count"),
                    "duty_check.keys",
                ),
                {"1": "on_duty", "0": "unable", "9": "ask"},
                silence="silent",
                wrong="ask",
                timeout=6,
            ),
            "on_duty": Set("on_duty", then="thanks"),
            "thanks": Say(says("duty_check.thanks"), then="end"),
            "unable": Set("unable", then="relief"),
            "relief": Say(says("duty_check.relief"), then="end"),
        },
        END,
    ),
    frozenset({"station", "name", "until", "count"}),
    most_keys=6,
)
"""Is somebody there?"""
