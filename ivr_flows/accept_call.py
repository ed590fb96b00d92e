"""Accept call: what a handset hears before the bridge. Only a human's key accepts; a voicemail presses none.

Any of 1-9 accepts, 0 or * passes on at once, silence hangs up (mission.md, "What goes wrong" 3 and 13).
Effects: accept, decline, silence (only from carriers that report it).
Words, each left out when unknown: ``village``, ``name``, ``hearing``, ``dialect``.
Flags: urgent, unknown (number), several (people behind it), ticket (an open one); read before and after the key:
colleague (somebody else was faster), caller_gone.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Hangup, Join, Menu, Part, Say, Set, says
from ivr_flows.shared_desk import ACCEPT_KEYS

ACCEPT_CALL = Flow(
    "accept_call",
    "picked_up",
    {
        "picked_up": Branch("caller_gone", then="caller_gone", otherwise="free"),
        "free": Branch("colleague", then="colleague", otherwise="whisper"),
        "whisper": Menu(
            says(
                Part("accept_call.urgent", when="urgent"),
                Part("accept_call.village", when="village"),
                Part("accept_call.name", when="name"),
                Part("accept_call.several", when="several", unless="name"),
                Part("accept_call.unknown", when="unknown"),
                Part("accept_call.hearing", when="hearing"),
                Part("accept_call.dialect", when="dialect"),
                Part("accept_call.ticket", when="ticket"),
                "accept_call.keys",
            ),
            ACCEPT_KEYS,
            silence="silent",
            wrong="whisper",
            timeout=5,
        ),
        "accept": Set("accept", then="accepted"),
        "accepted": Branch("caller_gone", then="caller_gone", otherwise="mine"),
        "mine": Branch("colleague", then="colleague", otherwise="join"),
        "join": Join(),
        "decline": Hangup("decline"),
        "silent": Hangup("silence"),
        "caller_gone": Say(says("accept_call.caller_gone"), then="end"),
        "colleague": Say(says("accept_call.colleague"), then="end"),
        "end": Hangup(),
    },
    frozenset({"village", "name", "hearing", "dialect"}),
    most_keys=3,
)
"""The whisper on a handset."""
