"""Staff menu: what a handset of ours hears when it rings the hotline (issue 3, "The duty desk on a plain handset").

Whoever presses nothing at first is put through like any caller: it may be somebody else who took up the handset.
Effects: ticket/next, ticket/latest (select one), call_survivor, resolve, memo/<seconds>, take_duty or take_duty/<id>
(from the list "staff", asked only when it is not empty), handover_note/<seconds>, handover/<id> (from the list
"colleagues"), those of wrap_up after a call back, and message/<seconds> of the chain.
Words: ``station``, ``count`` (open tickets), of the selected ticket ``ticket`` (its number; none selected: absent),
``name``, ``need``, ``until``; ``callback``. Flags: refused (the last decision could not be carried out, the
word ``why`` says why), unwrapped (the latest call was answered and not finished), outcome, unconfirmed, no_number.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Branch, Choose, Flow, Menu, Node, Part, Say, Set, TakeMessage, says, together
from ivr_flows.shared import CHAIN
from ivr_flows.shared_desk import END, WRAP_UP, call_survivor

_KEYS = {"1": "next", "2": "latest", "3": "take", "4": "hand_over", "9": "menu", "0": "connect"}

_TICKETS: dict[str, Node] = {
    "next": Set("ticket", value="next", then="found"),
    "found": Branch("ticket", then="ticket", otherwise="none"),
    "none": Say(says("staff.none"), then="menu"),
    "latest": Set("ticket", value="latest", then="found_latest"),
    "found_latest": Branch("ticket", then="is_unwrapped", otherwise="none"),
    "is_unwrapped": Branch("unwrapped", then="wrap_up", otherwise="call_survivor"),
    "ticket": Menu(
        says(
            "staff.ticket",
            Part("staff.name", when="name"),
            Part("staff.need", when="need"),
            Part("staff.until", when="until"),
            "staff.ticket_keys",
        ),
        {"1": "call_survivor", "2": "resolve", "3": "note", "4": "next", "9": "ticket", "0": "menu"},
        silence="bye",
        wrong="ticket",
        timeout=6,
    ),
    "resolve": Set("resolve", then="resolved"),
    "resolved": Branch("refused", then="cannot", otherwise="is_resolved"),
    "is_resolved": Say(says("staff.resolved"), then="next"),
    "note": TakeMessage(says("staff.note"), then="noted", empty="menu", kind="memo", max_seconds=60),
    "noted": Say(says("wrap_up.done"), then="menu"),
}

_DUTY: dict[str, Node] = {
    "take": Choose(
        says("staff.who"),
        "staff",
        "take_duty",
        then="took",
        back="menu",
        silence="bye",
        wrong="menu",
        empty="take_now",
    ),
    "take_now": Set("take_duty", then="took"),
    "took": Branch("refused", then="cannot", otherwise="on_duty"),
    "on_duty": Say(says("staff.on_duty"), then="menu"),
    "hand_over": TakeMessage(says("staff.handover_note"), then="to_whom", empty="to_whom", kind="handover_note"),
    "to_whom": Choose(
        says("staff.to_whom"),
        "colleagues",
        "handover",
        then="handed_over",
        back="menu",
        silence="bye",
        wrong="menu",
        empty="cannot",
    ),
    "handed_over": Branch("refused", then="cannot", otherwise="is_handed_over"),
    "is_handed_over": Say(says("staff.handed_over"), then="menu"),
}

STAFF_MENU = Flow(
    "staff_menu",
    "hello",
    together(
        {
            "hello": Menu(says("staff.hello", "staff.keys"), _KEYS, silence="connect", wrong="menu", timeout=6),
            "menu": Menu(says("staff.keys"), _KEYS, silence="bye", wrong="menu", timeout=6),
            "cannot": Say(says(Part("staff.why", when="why"), "staff.cannot"), then="menu"),
            "bye": Say(says("staff.bye"), then="end"),
        },
        _TICKETS,
        _DUTY,
        call_survivor(after="wrap_up"),
        WRAP_UP,
        END,
        CHAIN,
    ),
    frozenset({"station", "count", "ticket", "name", "need", "until", "callback", "why"}),
)
"""The duty desk by telephone."""
