"""Writes docs/life-cycle.md and docs/flows.md from the rules: python -m hotline.commands.drawn_pages FOLDER."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ivr_flows.engine.draw import draw
from ivr_flows.flows import FLOWS
from ivr_flows.wording import load_book
from tickets.states import ACTION_WORDS, FINAL, STATE_WORDS, TRANSITIONS, Action, State

_LIFE_CYCLE = """# 工单的生命周期 · The life cycle of a ticket

由 `make docs` 从 `tickets/states.py` 生成，请勿手改。Written by `make docs` from `tickets/states.py`; do not edit.

"""
_FLOWS = """# 语音流程 · The spoken flows

由 `make docs` 从 `ivr_flows/` 生成，请勿手改。Written by `make docs` from `ivr_flows/`; do not edit.
`hotline flow walk NAME` 可以在终端里试走 · walks one in the terminal.
"""


def pages() -> dict[str, str]:
    """Return each page's name and text."""
    return {"life-cycle.md": _life_cycle(), "flows.md": _flows()}


def _life_cycle() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "  [*] --> open"]
    lines += [f"  {state.value}: {' '.join(STATE_WORDS[state])}" for state in State]
    lines += [f"  {before} --> {after}: {names}" for (before, after), names in _edges()]
    lines += [f"  {state} --> [*]" for state in sorted(FINAL)]
    lines += ["```", "", "| 操作 action | 可在 possible while | 成为 becomes |", "|---|---|---|"]
    lines += [f"| {_action(action)} | {_from(action)} | {_to(action)} |" for action in Action]
    return _LIFE_CYCLE + "\n".join(lines) + "\n"


def _edges() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the arrows between different states, the actions that share one together."""
    names: dict[tuple[str, str], list[str]] = {}
    for action, table in TRANSITIONS.items():
        for before, after in table.items():
            if before is not after:
                names.setdefault((before.value, after.value), []).append(ACTION_WORDS[action][1])
    for edge, actions in names.items():
        yield edge, ", ".join(actions)


def _action(action: Action) -> str:
    return " ".join(ACTION_WORDS[action])


def _from(action: Action) -> str:
    return "、".join(STATE_WORDS[state][0] for state in TRANSITIONS[action])


def _to(action: Action) -> str:
    return "、".join(dict.fromkeys(STATE_WORDS[state][0] for state in TRANSITIONS[action].values()))


def _flows() -> str:
    book = load_book()
    drawn = (f"\n## {name}\n\n```mermaid\n{draw(flow, book).strip()}\n```\n" for name, flow in FLOWS.items())
    return _FLOWS + "".join(drawn)


if __name__ == "__main__":
    for name, text in pages().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
