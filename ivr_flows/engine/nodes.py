"""The typed nodes of a flow. Frozen data; ``run`` gives them meaning, ``check`` and ``draw`` read their edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ivr_flows.engine.steps import FlowError


@dataclass(frozen=True)
class Part:
    """A prompt that is spoken only ``when`` a flag or word is there and ``unless`` another is (see Facts.has)."""

    key: str
    when: str = ""
    unless: str = ""


Says = tuple[Part, ...]

TIERS = ("duty", "backup", "neighbour", "county", "volunteer", "partner", "urgent", "survivor", "transfer", "other")
"""The kinds of tier that Connect announces (prompt ``trying.<kind>``); a kind unknown here is spoken as ``other``."""

LIST_PROMPTS = ("choose.item", "choose.more", "choose.back")
"""What Choose says besides its title."""


def says(*parts: str | Part) -> Says:
    """Return prompt keys and parts as the tuple that nodes keep."""
    return tuple(Part(part) if isinstance(part, str) else part for part in parts)


@dataclass(frozen=True)
class Edge:
    """A way from a node to another; ``automatic`` ones are taken without any key."""

    label: str
    target: str
    automatic: bool = True


@dataclass(frozen=True)
class Say:
    """Speaks, then goes on."""

    says: Says
    then: str

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge("", self.then)


@dataclass(frozen=True)
class Menu:
    """Speaks and listens for keys meanwhile. Nobody has to press: silence leads on, a wrong key too.

    ``explained_in`` names the menu that reads out the keys which this one is too short to explain.
    """

    says: Says
    keys: Mapping[str, str]
    silence: str
    wrong: str
    timeout: int = 4
    explained_in: str = ""

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge("silence", self.silence)
        yield Edge("wrong key", self.wrong, automatic=False)
        for key, target in self.keys.items():
            yield Edge(key, target, automatic=False)


@dataclass(frozen=True)
class Choose:
    """Reads a list of the facts, a page at a time: 1.. chooses, 9 the next page, 0 back. The choice is an effect."""

    says: Says
    choices: str
    kind: str
    then: str
    back: str
    silence: str
    wrong: str
    empty: str
    page_size: int = 6
    timeout: int = 4

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge("silence", self.silence)
        yield Edge("empty list", self.empty)
        yield Edge(self.kind, self.then, automatic=False)
        yield Edge("0", self.back, automatic=False)
        yield Edge("wrong key", self.wrong, automatic=False)


@dataclass(frozen=True)
class Set:
    """Tells the switchboard a decision and goes on with fresh facts."""

    kind: str
    then: str
    value: str = ""

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge("", self.then)


@dataclass(frozen=True)
class Branch:
    """Goes one way when the flag or word is there (see Facts.has), otherwise the other."""

    flag: str
    then: str
    otherwise: str

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge(self.flag, self.then)
        yield Edge("otherwise", self.otherwise)


@dataclass(frozen=True)
class Connect:
    """Rings tier after tier of the plan; from the second on the caller hears who is tried (``trying.<kind>``)."""

    taken: str
    exhausted: str

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out. Being taken is no automatic way: each time it uses up a tier."""
        yield Edge("taken", self.taken, automatic=False)
        yield Edge("exhausted", self.exhausted)


@dataclass(frozen=True)
class TakeMessage:
    """Records; ``kind`` is the effect that tells of it, its value the length in seconds."""

    says: Says
    then: str
    empty: str
    kind: str = "message"
    max_seconds: int = 120
    silence_seconds: int = 5
    finish_keys: str = "#"

    def edges(self) -> Iterator[Edge]:
        """Yield the ways out."""
        yield Edge("recorded", self.then)
        yield Edge("nothing said", self.empty)


@dataclass(frozen=True)
class Join:
    """Bridges the handset."""

    def edges(self) -> Iterator[Edge]:
        """Yield nothing: the flow ends here."""
        yield from ()


@dataclass(frozen=True)
class Hangup:
    """Hangs up. ``kind`` is an effect that is told when we are asked; a silent leg may end without asking us."""

    kind: str = ""

    def edges(self) -> Iterator[Edge]:
        """Yield nothing: the flow ends here."""
        yield from ()


def prompt_keys(node: Node) -> tuple[str, ...]:
    """Return every prompt that the node may speak."""
    match node:
        case Say() | Menu() | TakeMessage():
            return tuple(part.key for part in node.says)
        case Choose():
            return (*(part.key for part in node.says), *LIST_PROMPTS)
        case Connect():
            return tuple(f"trying.{kind}" for kind in TIERS)
        case _:
            return ()


Node = Say | Menu | Choose | Set | Branch | Connect | TakeMessage | Join | Hangup


@dataclass(frozen=True)
class Flow:
    """A flow: named nodes and where it starts.

    ``words`` are the values it expects in Facts.words; after ``most_keys`` keys it asks no more and leads on.
    """

    name: str
    start: str
    nodes: Mapping[str, Node] = field(repr=False)
    words: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("zh-CN", "en")
    most_keys: int = 30

    def node(self, name: str) -> Node:
        """Return the node. Raises FlowError when there is none of that name."""
        try:
            return self.nodes[name]
        except KeyError:
            raise FlowError(f"{self.name} has no node {name!r}") from None


def together(*parts: Mapping[str, Node]) -> dict[str, Node]:
    """Return the nodes of all parts. Raises FlowError when two parts mean different nodes by one name."""
    nodes: dict[str, Node] = {}
    for part in parts:
        for name, node in part.items():
            if nodes.setdefault(name, node) != node:
                raise FlowError(f"two nodes are named {name!r}")
    return nodes
