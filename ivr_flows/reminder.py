"""Reminder: a clock is at half time or over, and its holder, then each level up, is told (跟踪督办; issue 3).

Effects: acknowledge, call_survivor (then those of wrap_up), silence.
Words: ``ticket`` (its number); left out when unknown: ``name``, ``until``, ``holder`` (for the levels above).
Flags: late, settled (its cause is gone meanwhile), outcome.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Menu, Part, Say, Set, says, together
from ivr_flows.shared_desk import END, WRAP_UP, call_survivor

REMINDER = Flow(
    "reminder",
    "picked_up",
    together(
        {
            "picked_up": Branch("settled", then="settled", otherwise="remind"),
            "remind": Menu(
                says(
                    "reminder.ticket",
                    Part("accept_call.name", when="name"),
                    Part("reminder.holder", when="holder"),
                    Part("reminder.late", when="late"),
                    Part("reminder.until", when="until", unless="late"),
                    "reminder.keys",
                ),
                {"1": "acknowledge", "2": "call_survivor", "9": "remind"},
                silence="silent",
                wrong="remind",
                timeout=6,
            ),
            "acknowledge": Set("acknowledge", then="thanks"),
            "thanks": Say(says("reminder.thanks"), then="end"),
            "settled": Say(says("reminder.settled"), then="end"),
        },
        call_survivor(after="wrap_up"),
        WRAP_UP,
        END,
    ),
    frozenset({"ticket", "name", "until", "holder"}),
    most_keys=10,
)
"""Somebody is still waiting for us."""
