"""Call back: the duty handset first, with the case whispered; any key rings the survivor and bridges (issue 3).

callback (to the handset) - effects: accept, decline, silence, call_survivor is implied by accept; afterwards those of
wrap_up. Words, left out when unknown: ``village``, ``name``, ``hearing``, ``dialect``, ``missed`` (when they called).
Flags: urgent, message (they left one), reopened (feedback: not content), settled (they got through meanwhile),
colleague, outcome. While the survivor's numbers ring, the facts' next_tier has the kind "survivor".
callback_survivor (to the survivor, before the bridge) - no effects. Words: ``station``; ``partner`` when it is a
branch that rings.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Connect, Flow, Join, Menu, Part, Say, Set, says, together
from ivr_flows.shared_desk import ACCEPT_KEYS, END, WRAP_UP

CALLBACK = Flow(
    "callback",
    "picked_up",
    together(
        {
            "picked_up": Branch("settled", then="settled", otherwise="free"),
            "free": Branch("colleague", then="colleague", otherwise="whisper"),
            "whisper": Menu(
                says(
                    Part("accept_call.urgent", when="urgent"),
                    "callback.whisper",
                    Part("accept_call.village", when="village"),
                    Part("accept_call.name", when="name"),
                    Part("accept_call.hearing", when="hearing"),
                    Part("accept_call.dialect", when="dialect"),
                    Part("callback.missed", when="missed"),
                    Part("callback.message", when="message"),
                    Part("callback.reopened", when="reopened"),
                    "callback.keys",
                ),
                ACCEPT_KEYS,
                silence="silent",
                wrong="whisper",
                timeout=5,
            ),
            "accept": Set("accept", then="accepted"),
            "accepted": Branch("settled", then="settled", otherwise="mine"),
            "mine": Branch("colleague", then="colleague", otherwise="dial"),
            "dial": Say(says("staff.dialling"), then="ring_survivor"),
            "ring_survivor": Connect(taken="wrap_up", exhausted="no_answer"),
            "no_answer": Say(says("callback.no_answer"), then="end"),
            "decline": Set("decline", then="declined"),
            "declined": Say(says("callback.declined"), then="end"),
            "settled": Say(says("callback.settled"), then="end"),
            "colleague": Say(says("accept_call.colleague"), then="end"),
        },
        WRAP_UP,
        END,
    ),
    frozenset({"village", "name", "hearing", "dialect", "missed"}),
    most_keys=10,
)
"""A missed call is rung back: the handset's side."""

CALLBACK_SURVIVOR = Flow(
    "callback_survivor",
    "greeting",
    {
        "greeting": Say(
            says(Part("callback.greeting", unless="partner"), Part("callback.greeting_partner", when="partner")),
            then="join",
        ),
        "join": Join(),
    },
    frozenset({"station", "partner"}),
)
"""A missed call is rung back: the survivor's side."""
