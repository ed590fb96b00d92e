"""The values a flow is made of: what goes in, what comes out, and the position between two turns. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

_POSITION = re.compile(r"([a-z][a-z0-9_]*)(?:\.(\d{1,4})\.(\d{1,4}))?", re.ASCII)


class FlowError(ValueError):
    """A flow was asked for something it does not have: an unknown node, a nonsense position, a loop."""


@dataclass(frozen=True)
class Prompt:
    """One sentence of the book of prompts, with the values it may name."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


def prompt(key: str, **values: str) -> Prompt:
    """Return the prompt ``key`` with its values, in an order that makes equal prompts equal."""
    return Prompt(key, tuple(sorted(values.items())))


@dataclass(frozen=True)
class Position:
    """Where a caller is in a flow; goes into a webhook address and comes back.

    ``page`` is the page of a list, ``tries`` the number of keys pressed so far (see ``Flow.most_keys``).
    """

    node: str
    page: int = 0
    tries: int = 0

    def __str__(self) -> str:
        return f"{self.node}.{self.page}.{self.tries}" if self.page or self.tries else self.node

    @classmethod
    def parse(cls, text: str) -> Position:
        """Return the position that ``str(position)`` wrote. Raises FlowError on anything else."""
        match = _POSITION.fullmatch(text)
        if not match:
            raise FlowError(f"{text[:60]!r} is no position")
        return cls(match[1], int(match[2] or 0), int(match[3] or 0))


@dataclass(frozen=True)
class Speak:
    """Say the prompt."""

    prompt: Prompt


@dataclass(frozen=True)
class Wait:
    """Say nothing for some seconds."""

    seconds: int


@dataclass(frozen=True)
class Ask:
    """Say the prompts and listen for keys meanwhile; pressed keys come back as Keys at ``at``.

    Nothing pressed within ``timeout`` seconds after the last word: the carrier goes on with the next step.
    """

    prompts: tuple[Prompt, ...]
    at: Position
    digits: int = 1
    timeout: int = 4
    finish_key: str = ""


@dataclass(frozen=True)
class Ring:
    """Ring the next tier of the plan; the result comes back as Dialled at ``at``."""

    at: Position


@dataclass(frozen=True)
class Record:
    """Record what is said; comes back as Recorded at ``at``.

    Nothing said within ``silence_seconds``: the carrier goes on with the next step.
    """

    at: Position
    max_seconds: int = 120
    silence_seconds: int = 5
    finish_keys: str = "#"


@dataclass(frozen=True)
class Continue:
    """Let the carrier fetch the next turn: Begin at ``at``."""

    at: Position


@dataclass(frozen=True)
class Join:
    """End of the handset's document: the two parties are bridged."""


@dataclass(frozen=True)
class Leave:
    """Hang up."""


Step = Speak | Wait | Ask | Ring | Record | Continue | Join | Leave


@dataclass(frozen=True)
class Begin:
    """The node is entered."""


@dataclass(frozen=True)
class Keys:
    """The keys that were pressed, such as ``1`` or ``*``."""

    digits: str


@dataclass(frozen=True)
class Silence:
    """No key was pressed (from carriers that say so; the others simply go on)."""


@dataclass(frozen=True)
class Dialled:
    """A tier was rung; ``taken`` means that a human accepted with a key."""

    taken: bool


@dataclass(frozen=True)
class Recorded:
    """A recording ended after so many seconds; 0 when nothing was said."""

    seconds: int


Input = Begin | Keys | Silence | Dialled | Recorded


@dataclass(frozen=True)
class Effect:
    """Something the caller or the handset decided; the switchboard applies it."""

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.value}" if self.value else self.kind


@dataclass(frozen=True)
class Turn:
    """What one webhook answers.

    ``resume`` means: apply the effects, rebuild the facts, run again with Begin at ``resume`` and append its steps.
    """

    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
    resume: Position | None = None


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from; the label is in the caller's language."""

    id: str
    label: str


@dataclass(frozen=True)
class TierWords:
    """The tier that rings next, as the caller hears it (prompt ``trying.<kind>`` with ``{name}``)."""

    kind: str
    name: str = ""


@dataclass(frozen=True)
class Facts:
    """What a flow may know of the call at this moment."""

    language: str = "zh-CN"
    words: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    next_tier: TierWords | None = None
    first_tier: bool = True
    flags: Set[str] = frozenset()

    def has(self, name: str) -> bool:
        """True for a raised flag, a word that is not empty, or ``language.<the caller's language>``."""
        return name in self.flags or bool(self.words.get(name)) or name == f"language.{self.language}"
