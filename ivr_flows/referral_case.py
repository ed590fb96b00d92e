"""Referral case: the branch that took a case rings the survivor, says that it is done, or gives it back (Q8 s.9, 11).

Reached by ringing the hotline from the branch's telephone, and by our question at half time.
Effects: call_survivor, done, give_back, next, memo/<seconds>, silence; message/<seconds> of the chain.
Words: ``station``, ``callback``; left out when unknown: ``name``, ``village``, ``until``.
Flags: withdrawn (it is theirs no longer), incoming (they rang us: silence goes on to the station), more (they have
several cases), and those of the chain.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Hangup, Menu, Part, Say, Set, TakeMessage, says, together
from ivr_flows.shared import CHAIN
from ivr_flows.shared_desk import call_survivor

REFERRAL_CASE = Flow(
    "referral_case",
    "picked_up",
    together(
        {
            "picked_up": Branch("withdrawn", then="withdrawn", otherwise="case"),
            "case": Menu(
                says(
                    "referral_case.hello",
                    Part("accept_call.village", when="village"),
                    Part("accept_call.name", when="name"),
                    Part("referral_case.until", when="until"),
                    "referral_case.keys",
                    Part("referral_case.more", when="more"),
                ),
                {"1": "call_survivor", "2": "done", "3": "give_back", "4": "next", "9": "case", "0": "connect"},
                silence="quiet",
                wrong="case",
                timeout=6,
            ),
            "quiet": Branch("incoming", then="connect", otherwise="silent"),
            "next": Set("next", then="picked_up"),
            "done": Set("done", then="how"),
            "how": TakeMessage(
                says("referral_offer.memo"), then="thanks_branch", empty="thanks_branch", kind="memo", max_seconds=60
            ),
            "give_back": Set("give_back", then="given_back"),
            "given_back": Say(says("referral_case.given_back"), then="end"),
            "thanks_branch": Say(says("referral_offer.thanks"), then="end"),
            "withdrawn": Say(says("referral_offer.withdrawn"), then="end"),
            "silent": Hangup("silence"),
        },
        call_survivor(after="is_it_done"),
        {
            "is_it_done": Menu(
                says("referral_case.after"), {"2": "done"}, silence="thanks_branch", wrong="thanks_branch"
            )
        },
        CHAIN,
    ),
    frozenset({"station", "callback", "name", "village", "until"}),
    most_keys=12,
)
"""How is it going with the case that you took?"""
