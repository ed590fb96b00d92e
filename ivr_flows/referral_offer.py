"""Referral offer: a partner or volunteer team is asked by telephone to take a case (1+N, Q21 s.13-14; issue 3).

Effects: accept, decline, silence; then call_survivor, memo/<seconds>. Words: ``station``; left out when unknown:
``name``, ``village``, ``need``, ``until`` (the deadline). Nothing else is said: the minimum of data.
Flags: urgent, withdrawn (no longer needed, or somebody else took it), waiting (the survivor is on the line: joined).
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Join, Menu, Part, Say, Set, TakeMessage, says, together
from ivr_flows.shared_desk import END, call_survivor

REFERRAL_OFFER = Flow(
    "referral_offer",
    "picked_up",
    together(
        {
            "picked_up": Branch("withdrawn", then="withdrawn", otherwise="offer"),
            "offer": Menu(
                says(
                    Part("accept_call.urgent", when="urgent"),
                    "referral_offer.offer",
                    Part("accept_call.village", when="village"),
                    Part("accept_call.name", when="name"),
                    Part("referral_offer.need", when="need"),
                    Part("referral_offer.until", when="until"),
                    Part("referral_offer.waiting", when="waiting"),
                    "referral_offer.keys",
                ),
                {"1": "accept", "0": "decline", "*": "decline", "9": "offer"},
                silence="silent",
                wrong="offer",
                timeout=6,
            ),
            "accept": Set("accept", then="accepted"),
            "accepted": Branch("withdrawn", then="withdrawn", otherwise="is_waiting"),
            "is_waiting": Branch("waiting", then="join", otherwise="now"),
            "join": Join(),
            "now": Menu(says("referral_offer.now"), {"1": "call_survivor"}, silence="thanks", wrong="thanks"),
            "thanks": Say(says("referral_offer.thanks"), then="end"),
            "memo": TakeMessage(
                says("referral_offer.memo"), then="thanks", empty="thanks", kind="memo", max_seconds=60
            ),
            "decline": Set("decline", then="declined"),
            "declined": Say(says("referral_offer.declined"), then="end"),
            "withdrawn": Say(says("referral_offer.withdrawn"), then="end"),
        },
        call_survivor(after="memo"),
        END,
    ),
    frozenset({"station", "name", "village", "need", "until"}),
    most_keys=10,
)
"""Will you take this case?"""
