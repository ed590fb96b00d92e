"""run(flow, position, input, facts) -> Turn: one turn of a flow. Pure; the same input gives the same turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr_flows.engine import nodes, steps
from ivr_flows.engine.steps import Effect, Facts, FlowError, Input, Position, Prompt, Step, Turn

MOST_NODES = 60
"""Most nodes that one turn may pass through; more is a loop (``check`` finds it before a caller does)."""


def run(flow: nodes.Flow, position: Position, given: Input, facts: Facts) -> Turn:
    """Return what the carrier is told next. An input that does not fit the node (a late webhook) enters it anew.

    The silence path of a menu follows in the same turn, so that a caller who presses nothing waits for no webhook.
    Raises FlowError on an unknown node and on a loop.
    """
    turn = _Turn(flow, facts, position.tries)
    node = flow.node(position.node)
    match node, given:
        case nodes.Menu() | nodes.Choose(), steps.Keys(digits) if digits:
            turn.tries += 1
            if isinstance(node, nodes.Menu):
                turn.enter(node.keys.get(digits, node.wrong))
            else:
                turn.choose(node, position, digits)
        case nodes.Menu() | nodes.Choose(), steps.Silence() | steps.Keys():
            turn.enter(node.silence)
        case nodes.Connect(), steps.Dialled(taken=True):
            turn.enter(node.taken)
        case nodes.TakeMessage(), steps.Recorded(seconds):
            if seconds > 0:
                turn.effects.append(Effect(node.kind, str(seconds)))
            turn.enter(node.then if seconds > 0 else node.empty)
        case _:
            turn.enter(position.node, position.page)
    return Turn(tuple(turn.steps), tuple(turn.effects), turn.resume)


@dataclass
class _Turn:
    """A turn in the making: nodes are entered until one blocks."""

    flow: nodes.Flow
    facts: Facts
    tries: int
    steps: list[Step] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    resume: Position | None = None
    listening: bool = False  # what follows now is only reached by a caller who stays silent

    def enter(self, name: str, page: int = 0) -> None:
        """Enter the node and those that follow without waiting for anybody."""
        following: str | None = name
        for _ in range(MOST_NODES):
            if following is None:
                return
            following = self._visit(following, page)
            page = 0
        raise FlowError(f"{self.flow.name} does not end after {name!r}")

    def choose(self, node: nodes.Choose, position: Position, digits: str) -> None:
        """A key was pressed while a list was read."""
        choices = self.facts.choices.get(node.choices, ())
        first = _first(node, position.page, len(choices))
        page = choices[first : first + node.page_size]
        if digits == "0":
            self.enter(node.back)
        elif digits == "9":
            more = first + node.page_size < len(choices)
            self.enter(position.node, first // node.page_size + 1 if more else 0)
        elif digits.isdecimal() and 1 <= int(digits) <= len(page):
            self.effects.append(Effect(node.kind, page[int(digits) - 1].id))
            self.resume = Position(node.then, 0, self.tries)
        else:
            self.enter(node.wrong)

    def _visit(self, name: str, page: int) -> str | None:
        """Add what the node has to tell the carrier; return the node that follows, or None when it blocks."""
        here = Position(name, page, self.tries)
        node = self.flow.node(name)
        match node:
            case nodes.Say():
                self._speak(node.says)
                return node.then
            case nodes.Branch():
                return node.then if self.facts.has(node.flag) else node.otherwise
            case nodes.Menu():
                return self._ask(self._prompts(node.says), here, node)
            case nodes.Choose():
                if not self.facts.choices.get(node.choices):
                    return node.empty
                return self._ask(self._page(node, page), here, node)
            case nodes.Connect():
                return self._ring(node, here)
            case nodes.TakeMessage():
                self._speak(node.says)
                self.steps.append(steps.Record(here, node.max_seconds, node.silence_seconds, node.finish_keys))
                self.listening = True
                return node.empty
            case nodes.Set():
                self._decide(node, here)
            case nodes.Join():
                self.steps.append(steps.Join())
            case nodes.Hangup():
                if node.kind and not self.listening:
                    self.effects.append(Effect(node.kind))
                self.steps.append(steps.Leave())
        return None

    def _ask(self, prompts: tuple[Prompt, ...], here: Position, node: nodes.Menu | nodes.Choose) -> str:
        if self.tries < self.flow.most_keys:
            self.steps.append(steps.Ask(prompts, here, timeout=node.timeout))
            self.listening = True
        return node.silence

    def _ring(self, node: nodes.Connect, here: Position) -> str | None:
        tier = self.facts.next_tier
        if tier is None:
            return node.exhausted
        if not self.facts.first_tier:
            self.steps.append(steps.Speak(self._prompt(f"trying.{tier.kind}", name=tier.name)))
        self.steps.append(steps.Ring(here))
        return None

    def _decide(self, node: nodes.Set, here: Position) -> None:
        if self.listening:  # only a silent caller comes here: decide when he does
            self.steps.append(steps.Continue(here))
        else:
            self.effects.append(Effect(node.kind, node.value))
            self.resume = Position(node.then, 0, self.tries)

    def _page(self, node: nodes.Choose, page: int) -> tuple[Prompt, ...]:
        """Return what a page of a list says: its title, its entries, how to go on and back."""
        choices = self.facts.choices[node.choices]
        first = _first(node, page, len(choices))
        entries = choices[first : first + node.page_size]
        lines = list(self._prompts(node.says)) if first == 0 else []
        lines += [self._prompt("choose.item", label=c.label, number=str(n)) for n, c in enumerate(entries, 1)]
        if first + node.page_size < len(choices):
            lines.append(self._prompt("choose.more"))
        return (*lines, self._prompt("choose.back"))

    def _speak(self, parts: nodes.Says) -> None:
        self.steps.extend(steps.Speak(prompt) for prompt in self._prompts(parts))

    def _prompts(self, parts: nodes.Says) -> tuple[Prompt, ...]:
        has = self.facts.has
        return tuple(
            self._prompt(part.key)
            for part in parts
            if (not part.when or has(part.when)) and not (part.unless and has(part.unless))
        )

    def _prompt(self, key: str, **more: str) -> Prompt:
        return steps.prompt(key, **{**self.facts.words, **more})


def _first(node: nodes.Choose, page: int, count: int) -> int:
    """Return the index of a page's first entry; a list that has become shorter begins anew."""
    first = page * node.page_size
    return first if first < count else 0
