"""Nodes that several flows share: the keys at the entrance, the way through the chain, the message, the end.

The layout of the keys, the same on every published line:

- nothing: a handset rings at once. 0: the same, because "0 is a person" is what people know.
- 1 another station, 2 urgent help, 3 volunteers by need, 4 partners by domain, 5 my ticket, 8 English or Chinese.
- 9 reads out the keys and repeats them; the only key that a greeting of six seconds has to mention.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import (
    Branch,
    Choose,
    Connect,
    Hangup,
    Menu,
    Node,
    Part,
    Say,
    Set,
    TakeMessage,
    says,
    together,
)

KEYS = {
    "1": "stations",
    "2": "urgent",
    "3": "needs",
    "4": "domains",
    "5": "progress",
    "8": "language",
    "9": "keys",
    "0": "connect",
}


def entrance(greeting: str) -> dict[str, Node]:
    """Return the nodes of a published line whose greeting is the prompt of this key."""
    greet = Menu(says(greeting), KEYS, silence="connect", wrong="wrong", timeout=1, explained_in="keys")
    return together({"greeting": greet}, CHOICES, PROGRESS, CHAIN)


def _choose(what: str, choices: str, then: str) -> Choose:
    """Return a list at the entrance: whoever presses nothing, or something wrong, is put through."""
    return Choose(
        says(f"choose.{what}"), choices, what, then, back="keys", silence="connect", wrong="wrong", empty="nothing"
    )


CHAIN: dict[str, Node] = {
    "connect": Connect(taken="taken", exhausted="message"),
    "taken": Branch("unconfirmed", then="unconfirmed", otherwise="talked"),
    "talked": Branch("staying", then="stays", otherwise="goodbye"),
    "stays": Say(says("closing.stay"), then="hold"),
    "hold": Connect(taken="goodbye", exhausted="not_joined"),
    "not_joined": Branch("transferred", then="no_transfer", otherwise="not_chosen"),
    "not_chosen": Branch("unchosen", then="no_transfer", otherwise="goodbye"),
    "no_transfer": Say(says("closing.no_transfer"), then="end"),
    "unconfirmed": Menu(says("closing.unconfirmed"), {}, silence="connect", wrong="connect"),
    "goodbye": Say(says("closing.goodbye"), then="end"),
    "message": TakeMessage(
        says(
            "message.busy",
            Part("message.promise", unless="no_number"),
            Part("message.number", when="no_number"),
            "message.record",
        ),
        then="thanks",
        empty="no_message",
    ),
    "thanks": Say(
        says(Part("message.thanks", unless="no_number"), Part("message.thanks_number", when="no_number")), then="end"
    ),
    "no_message": Say(
        says(Part("message.empty", unless="no_number"), Part("message.empty_number", when="no_number")), then="end"
    ),
    "end": Hangup(),
}
"""The way through the 1+N chain to a human or a message (Q21 s.12-14)."""

CHOICES: dict[str, Node] = {
    "keys": Menu(says("entrance.keys"), KEYS, silence="connect", wrong="wrong", timeout=5),
    "wrong": Say(says("entrance.wrong"), then="connect"),
    "nothing": Say(says("entrance.nothing"), then="connect"),
    "stations": _choose("station", "stations", then="station"),
    "station": Say(says("entrance.station"), then="connect"),
    "needs": _choose("need", "needs", then="need"),
    "need": Say(says("entrance.need"), then="connect"),
    "domains": _choose("domain", "domains", then="domain"),
    "domain": Say(says("entrance.domain"), then="connect"),
    "urgent": Set("urgent", then="urgent_words"),
    "urgent_words": Say(says("entrance.urgent"), then="connect"),
    "language": Branch("language.en", then="chinese", otherwise="english"),
    "english": Set("language", value="en", then="greeting"),
    "chinese": Set("language", value="zh-CN", then="greeting"),
}
"""The shortcuts of the entrance."""

PROGRESS: dict[str, Node] = {
    "progress": Branch("several", then="who", otherwise="known"),
    "who": Choose(
        says("choose.survivor"),
        "survivors",
        "survivor",
        then="known",
        back="connect",
        silence="connect",
        wrong="wrong",
        empty="known",
    ),
    "known": Branch("ticket", then="in_time", otherwise="no_ticket"),
    "in_time": Branch("late", then="late", otherwise="state"),
    "no_ticket": Say(says("progress.none"), then="connect"),
    "late": Say(
        says(
            Part("progress.doing", when="doing"),
            Part("progress.holder", when="holder"),
            "progress.late",
        ),
        then="connect",
    ),
    "state": Say(
        says(
            Part("progress.doing", when="doing"),
            Part("progress.holder", when="holder"),
            Part("progress.until", when="until"),
        ),
        then="stay",
    ),
    "stay": Menu(says("progress.stay"), {}, silence="stays_on", wrong="connect"),
    "stays_on": Set("stays_on", then="connect"),
}
"""My ticket: what is done, by whom, until when, without a code; late or unknown leads to a human.

``stays_on`` makes the carrier ask again before anybody is rung: only so is it known that who hangs up at ``stay`` needs
nobody (hotline.calls.endings)."""

WORDS = frozenset({"station", "callback", "need", "domain", "doing", "holder", "until"})
"""The words that the shared nodes expect in Facts.words."""
