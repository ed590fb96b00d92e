"""Nodes that the flows for staff share: ringing the survivor from the handset, and the wrap-up after a call."""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Choose, Connect, Hangup, Menu, Node, Part, Say, Set, TakeMessage, says

ACCEPT_KEYS = {**dict.fromkeys("123456789", "accept"), "0": "decline", "*": "decline"}
"""Any of 1-9 accepts, 0 or * passes on: the same wherever a handset is asked to take something."""

END: dict[str, Node] = {"silent": Hangup("silence"), "end": Hangup()}
"""Nobody at the keys (a voicemail perhaps), and the plain end."""


def call_survivor(after: str) -> dict[str, Node]:
    """Return the nodes that ring the survivor's numbers in turn and go on at ``after`` when they have talked."""
    return {
        "call_survivor": Set("call_survivor", then="dial"),
        "dial": Say(says("staff.dialling"), then="ring_survivor"),
        "ring_survivor": Connect(taken=after, exhausted="no_answer"),
        "no_answer": Say(says("staff.no_answer"), then="end"),
    }


def _outcome(code: str, then: str = "memo") -> Set:
    return Set("outcome", then=then, value=code)


WRAP_UP: dict[str, Node] = {
    "wrap_up": Branch("outcome", then="memo", otherwise="outcome"),
    "outcome": Menu(
        says(
            Part("wrap_up.about", when="name"),
            Part("wrap_up.staying", when="staying"),
            Part("wrap_up.link", when="link"),
            "wrap_up.outcome",
        ),
        {
            "1": "answered",
            "2": "guidance",
            "3": "visit",
            "4": "refer",
            "5": "urgent",
            "6": "wrong_number",
            "7": "by_browser",
            "9": "outcome",
            "0": "skip",
        },
        silence="silent",
        wrong="outcome",
        timeout=6,
    ),
    "answered": _outcome("answered"),
    "guidance": _outcome("guidance"),
    "visit": _outcome("visit"),
    "urgent": _outcome("urgent"),
    "refer": _outcome("refer", then="branches"),
    "wrong_number": _outcome("wrong_number", then="done"),
    "branches": Choose(
        says("wrap_up.branches"),
        "branches",
        "referral",
        then="memo",
        back="memo",
        silence="memo",
        wrong="memo",
        empty="memo",
    ),
    "memo": TakeMessage(says("wrap_up.memo"), then="done", empty="done", kind="memo", max_seconds=60),
    "done": Say(says("wrap_up.done"), then="end"),
    "by_browser": Branch("link", then="link", otherwise="outcome"),
    "link": Set("link", then="link_sent"),
    "link_sent": Say(says("wrap_up.link_sent"), then="end"),
    "skip": Set("skip", then="skipped"),
    "skipped": Say(says("wrap_up.skipped"), then="end"),
}
"""The outcome by a key, then a sentence for the ticket: the answer and the guidance (Q21 s.12)."""
