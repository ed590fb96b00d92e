"""draw(flow) -> a Mermaid diagram, which pages and editors render as a picture. Pure."""

from __future__ import annotations

from ivr_flows.engine import nodes
from ivr_flows.wording import Book

_SHAPES: dict[type, tuple[str, str]] = {
    nodes.Say: ("(", ")"),
    nodes.Menu: ("{{", "}}"),
    nodes.Choose: ("{{", "}}"),
    nodes.Set: ("[/", "/]"),
    nodes.Branch: ("{", "}"),
    nodes.Connect: ("[[", "]]"),
    nodes.TakeMessage: ("[(", ")]"),
    nodes.Join: ("([", "])"),
    nodes.Hangup: ("([", "])"),
}


def draw(flow: nodes.Flow, book: Book | None = None, language: str = "zh-CN") -> str:
    """Return the flow as Mermaid text; with a book the nodes show what is spoken in that language."""
    lines = ["flowchart TD", f"  start((({flow.name}))) --> n_{flow.start}"]
    for name, node in flow.nodes.items():
        opening, closing = _SHAPES[type(node)]
        lines.append(f'  n_{name}{opening}"{_label(name, node, book, language)}"{closing}')
        ways: dict[str, list[str]] = {}
        for edge in node.edges():
            ways.setdefault(edge.target, []).append(edge.label)
        for target, labels in ways.items():
            label = ", ".join(_escape(label) for label in labels if label)
            arrow = f'-- "{label}" -->' if label else "-->"
            lines.append(f"  n_{name} {arrow} n_{target}")
    return "\n".join(lines) + "\n"


def _label(name: str, node: nodes.Node, book: Book | None, language: str) -> str:
    says = "" if isinstance(node, nodes.Connect) else "".join(_said(key, book, language) for key in _own_keys(node))
    match node:
        case nodes.Set():
            what = f"<br>{node.kind}/{node.value}" if node.value else f"<br>{node.kind}"
        case nodes.Branch():
            what = f"<br>{node.flag}?"
        case nodes.Hangup() if node.kind:
            what = f"<br>{node.kind}"
        case _:
            what = ""
    return f"<b>{name}</b> {type(node).__name__}{what}{says}"


def _own_keys(node: nodes.Node) -> tuple[str, ...]:
    return tuple(key for key in nodes.prompt_keys(node) if key not in nodes.LIST_PROMPTS)


def _said(key: str, book: Book | None, language: str) -> str:
    return "<br>" + _escape(book.text(key, language) if book else key)


def _escape(text: str) -> str:
    """Return text that cannot end a Mermaid label or be taken for its syntax."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("#", "&num;")
