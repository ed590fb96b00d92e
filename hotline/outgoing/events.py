"""What another system may be told of: names for it, and the kinds of a ticket's history behind each. Pure."""

from __future__ import annotations

from collections.abc import Iterable

PING = "ping"

EVENTS: dict[str, tuple[tuple[str, str], tuple[str, ...]]] = {
    "ticket.opened": (("新工单", "a ticket was opened"), ("opened",)),
    "ticket.answered": (("真人接听或回电联系上", "a human talked with the caller"), ("answer",)),
    "ticket.referred": (("转办", "handed over to a partner or volunteers"), ("refer",)),
    "ticket.referral": (
        ("转办的进展", "what became of a referral"),
        ("referral_accepted", "referral_refused", "referral_failed", "referral_done", "referral_withdrawn"),
    ),
    "ticket.step": (
        ("跟进、办结、归档、重新办理", "followed up, resolved, closed, reopened"),
        ("follow_up", "take_back", "resolve", "ask_feedback", "close", "reopen", "merge"),
    ),
    "ticket.urgent": (("标为紧急", "marked as urgent"), ("urgent",)),
    "ticket.noted": (("备注、答复、服务指引", "comment, answer, guidance"), ("comment", "answer_noted", "guidance")),
    "ticket.feedback": (("回访意见", "feedback of the survivor"), ("feedback",)),
}
"""Name -> (Chinese, English), kinds of history."""

_NAMES = {kind: name for name, (_, kinds) in EVENTS.items() for kind in kinds}


def kinds_of(names: Iterable[str]) -> list[str]:
    """Return the kinds of history behind some names."""
    return [kind for name in names for kind in EVENTS[name][1]]


def name_of(kind: str) -> str:
    """Return the name under which a kind of history is told."""
    return _NAMES.get(kind, PING)
