"""check(flow, book) -> problems: what would go wrong for a caller, found before anybody calls. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivr_flows.engine.nodes import LIST_PROMPTS, Choose, Connect, Flow, Menu, Node, prompt_keys
from ivr_flows.wording import SPOKEN_ELSEWHERE, Book, duration, spoken

MOST_SECONDS = {
    "main_line": 6.0,
    "volunteer_line": 6.0,
    "partner_line": 6.0,
    "entrance.keys": 20.0,
    "accept_call": 3.5,
    "wrap_up.outcome": 14.0,
    "staff.hello": 9.0,
    "staff.keys": 14.0,
    "staff.ticket_keys": 10.0,
    "feedback.rating": 8.0,
}
"""Longest duration of a prompt in seconds, by key or section (issue 2: a greeting under six seconds)."""

MOST_SECONDS_OTHERWISE = 7.0
VALUE_SECONDS = 1.5
"""What a {value} is taken to last: about seven Chinese characters, as in 沁水县嘉峰镇."""

_STAR = {"*": "(?:星号|星|star|\\*)", "#": "(?:井号|井|hash|pound|#)"}


@dataclass(frozen=True)
class Problem:
    """Something wrong with a flow; ``message`` says what in Chinese and English."""

    flow: str
    node: str
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.flow}.{self.node}: {self.message}"


def check(flow: Flow, book: Book) -> list[Problem]:
    """Return the problems of a flow; an empty list means that every way through it ends and is spoken."""
    found = [*_dangling(flow), *_unreachable(flow), *_loops(flow)]
    for name, node in flow.nodes.items():
        for language in flow.languages:
            found += _prompts(flow, name, node, book, language)
            found += _keys(flow, name, node, book, language)
    return found


def check_book(flows: tuple[Flow, ...], book: Book) -> list[Problem]:
    """Return the problems of the book: prompts that nobody speaks, and those that last too long."""
    named = {key for flow in flows for node in flow.nodes.values() for key in prompt_keys(node)}
    named.update(SPOKEN_ELSEWHERE)
    found = []
    for language, texts in book.languages.items():
        for key in texts:
            if key not in named:
                found.append(Problem(language, key, "unused", "没有流程用到这一句 (no flow speaks it)"))
            seconds = seconds_at_most(book, key, language)
            most = most_seconds(key)
            if seconds > most:
                message = f"要说 {seconds:.1f} 秒，最多 {most:.0f} 秒 (takes longer than it may)"
                found.append(Problem(language, key, "too long", message))
    return found


def most_seconds(key: str) -> float:
    """Return how many seconds a prompt may last."""
    return MOST_SECONDS.get(key, MOST_SECONDS.get(key.partition(".")[0], MOST_SECONDS_OTHERWISE))


def seconds_at_most(book: Book, key: str, language: str) -> float:
    """Return the estimated seconds of a prompt whose values are long ones."""
    text = book.text(key, language)
    return duration(spoken(text, {})) + VALUE_SECONDS * len(book.values(key, language))


def _dangling(flow: Flow) -> Iterator[Problem]:
    if flow.start not in flow.nodes:
        yield Problem(flow.name, flow.start, "dangling", "起点不存在 (the start does not exist)")
    for name, node in flow.nodes.items():
        for edge in node.edges():
            if edge.target not in flow.nodes:
                where = f"“{edge.label}” → {edge.target}"
                yield Problem(flow.name, name, "dangling", f"{where} 不存在 (leads to no node)")


def _unreachable(flow: Flow) -> Iterator[Problem]:
    seen: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in flow.nodes:
            continue
        seen.add(name)
        waiting += [edge.target for edge in flow.nodes[name].edges()]
    for name in flow.nodes:
        if name not in seen:
            yield Problem(flow.name, name, "unreachable", "没有路通到这里 (nothing leads here)")


def _loops(flow: Flow) -> Iterator[Problem]:
    """A caller who presses nothing must come to an end: the automatic ways may form no circle."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[Problem]:
        if name in path:
            circle = " → ".join((*path[path.index(name) :], name))
            yield Problem(flow.name, name, "loop", f"不按键就出不来：{circle} (a silent caller never leaves)")
        elif name not in done and name in flow.nodes:
            for edge in flow.nodes[name].edges():
                if edge.automatic:
                    yield from visit(edge.target, (*path, name))
            done.add(name)

    for name in flow.nodes:
        yield from visit(name, ())


def _prompts(flow: Flow, name: str, node: Node, book: Book, language: str) -> Iterator[Problem]:
    given = set(flow.words)
    if isinstance(node, Connect):
        given.add("name")
    for key in prompt_keys(node):
        if not book.has(key, language):
            yield Problem(flow.name, name, "missing prompt", f"{language} 没有 {key} (this prompt is missing)")
        extra = {"label", "number"} if key in LIST_PROMPTS else set()
        for value in sorted(book.values(key, language) - given - extra):
            message = f"{language} {key} 用到 {{{value}}}，流程里没有 (a value that the flow does not have)"
            yield Problem(flow.name, name, "unknown value", message)


def _keys(flow: Flow, name: str, node: Node, book: Book, language: str) -> Iterator[Problem]:
    """Every way that a key opens must be spoken, here or in the menu that this one sends to."""
    if isinstance(node, Choose):
        if node.page_size > 8:
            yield Problem(flow.name, name, "page too long", "9 是下一页，一页最多 8 项 (at most 8 entries a page)")
        said = {"choose.item": "{number}", "choose.more": "9", "choose.back": "0"}
        for key, mark in said.items():
            if mark not in book.text(key, language):
                yield Problem(flow.name, name, "unexplained key", f"{language} {key} 没说到 {mark} (does not say it)")
    if not isinstance(node, Menu):
        return
    own = _text(node, book, language)
    other = flow.nodes.get(node.explained_in)
    elsewhere = _text(other, book, language) if other else ""
    for target in dict.fromkeys(node.keys.values()):
        keys = [key for key, leads in node.keys.items() if leads == target]
        text = own if target == node.explained_in or not node.explained_in else own + elsewhere
        if not any(_explains(text, key) for key in keys):
            message = f"{language} 没有说明按 {'/'.join(keys)} (no word about this key)"
            yield Problem(flow.name, name, "unexplained key", message)


def _text(node: Node, book: Book, language: str) -> str:
    return " ".join(book.text(key, language) for key in prompt_keys(node))


def _explains(text: str, key: str) -> bool:
    return bool(re.search(rf"(?:按|press )\s*{_STAR.get(key, key)}(?!\d)", text, re.IGNORECASE))
