"""Feedback: an automatic call at a decent hour asks how it was (效果反馈, Q21 s.12; issue 3, "Feedback").

Whoever presses no key simply says it; 0 is a human, as everywhere.
Effects: rating/<satisfied|mostly|not>, solved/<yes|no>, word/<seconds>, silence; message/<seconds> of the chain.
Words: ``station``, ``callback``; left out when unknown: ``name``, ``about`` (what it was about, such as "昨天").
Flags: reopened (after these answers the ticket is open again), and those of the chain.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Flow, Hangup, Menu, Part, Say, Set, TakeMessage, says, together
from ivr_flows.shared import CHAIN

_RATING = {"1": "satisfied", "2": "mostly", "3": "dissatisfied", "9": "rating", "0": "connect"}
_SOLVED = {"1": "is_solved", "2": "not_solved", "9": "solved", "0": "connect"}

FEEDBACK = Flow(
    "feedback",
    "hello",
    together(
        {
            "hello": Menu(
                says(
                    Part("feedback.name", when="name"),
                    "feedback.hello",
                    Part("feedback.about", when="about"),
                    "feedback.rating",
                ),
                _RATING,
                silence="say",
                wrong="rating",
                timeout=6,
            ),
            "rating": Menu(says("feedback.rating"), _RATING, silence="say", wrong="rating", timeout=6),
            "satisfied": Set("rating", value="satisfied", then="solved"),
            "mostly": Set("rating", value="mostly", then="solved"),
            "dissatisfied": Set("rating", value="not", then="solved"),
            "solved": Menu(says("feedback.solved"), _SOLVED, silence="word", wrong="solved", timeout=6),
            "is_solved": Set("solved", value="yes", then="word"),
            "not_solved": Set("solved", value="no", then="word"),
            "word": TakeMessage(says("feedback.word"), then="outcome", empty="outcome", kind="word"),
            "say": TakeMessage(says("feedback.say"), then="outcome", empty="quiet", kind="word"),
            "outcome": Branch("reopened", then="again", otherwise="thank"),
            "again": Say(says("feedback.again"), then="end"),
            "thank": Say(says("feedback.thanks"), then="end"),
            "quiet": Say(says("feedback.quiet"), then="unanswered"),
            "unanswered": Hangup("silence"),
        },
        CHAIN,
    ),
    frozenset({"station", "callback", "name", "about"}),
    most_keys=12,
)
"""Was it any good, is it solved?"""
