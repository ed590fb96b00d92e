"""walk(flow, book, facts, read, write): a person walks a flow in the terminal, without any telephone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ivr_flows.engine import steps
from ivr_flows.engine.nodes import Flow
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Effect, Facts, Input, Position, Prompt, TierWords
from ivr_flows.wording import Book

MOST_TURNS = 500
"""A walk longer than this goes in a circle."""

_Next = tuple[Position, Input]


def walk(
    flow: Flow,
    book: Book,
    facts: Facts,
    read: Callable[[str], str],
    write: Callable[[str], None],
    tiers: tuple[TierWords, ...] = (),
) -> list[Effect]:
    """Walk the flow to its end; return the decisions made on the way.

    ``read(question)`` returns what is typed, ``write(line)`` shows what is heard; ``tiers`` ring one after the other
    (default: the facts' next one). Raises FlowError when the flow does not end.
    """
    walker = _Walker(book, facts, read, write, tiers or ((facts.next_tier,) if facts.next_tier else ()))
    following: _Next | None = (Position(flow.start), steps.Begin())
    for _ in range(MOST_TURNS):
        if following is None:
            return walker.effects
        following = walker.turn(flow, *following)
    raise steps.FlowError(f"{flow.name} does not end")


@dataclass
class _Walker:
    """Plays the carrier, the switchboard and the handsets."""

    book: Book
    facts: Facts
    read: Callable[[str], str]
    write: Callable[[str], None]
    tiers: tuple[TierWords, ...]
    rung: int = 0

    def __post_init__(self) -> None:
        self.effects: list[Effect] = []

    def turn(self, flow: Flow, position: Position, given: Input) -> _Next | None:
        """Play one turn; return where the next begins, or None at the end of the call."""
        now = replace(
            self.facts,
            next_tier=self.tiers[self.rung] if self.rung < len(self.tiers) else None,
            first_tier=self.rung == 0,
        )
        turn = run(flow, position, given, now)
        for effect in turn.effects:
            self._apply(effect)
        for step in turn.steps:
            match step:
                case steps.Join() | steps.Leave():
                    self.write("== 接通 bridged ==" if isinstance(step, steps.Join) else "== 挂机 hung up ==")
                    return None
                case _:
                    following = self._play(step)
            if following is not None:
                return following
        return (turn.resume, steps.Begin()) if turn.resume else None

    def _play(self, step: steps.Step) -> _Next | None:
        """Play one step; return the next turn, or None when the carrier goes on with the next step."""
        match step:
            case steps.Speak(prompt):
                self._say(prompt)
            case steps.Wait(seconds):
                self.write(f"… {seconds} s")
            case steps.Ask():
                for prompt in step.prompts:
                    self._say(prompt)
                typed = self.read(f"按键 keys ({step.timeout} s) > ").strip()
                return (step.at, steps.Keys(typed[: step.digits])) if typed else None
            case steps.Ring(at):
                tier = self.tiers[self.rung]
                self.rung += 1
                answer = self.read(f"振铃 ringing {tier.kind} {tier.name}: 接 answered? y/n > ")
                return at, steps.Dialled(taken=answer.strip().lower().startswith("y"))
            case steps.Record(at):
                said = self.read("录音 say something > ").strip()
                return (at, steps.Recorded(max(1, len(said) // 4))) if said else None
            case steps.Continue(at):
                return at, steps.Begin()
        return None

    def _apply(self, effect: Effect) -> None:
        self.effects.append(effect)
        self.write(f"-- {effect}")
        if effect.kind == "language":
            self.facts = replace(self.facts, language=effect.value)

    def _say(self, prompt: Prompt) -> None:
        words = self.book.words(prompt, self.facts.language)
        self.write(f"{words.text}  ({words.seconds:.1f} s)" + (f" [{words.audio}]" if words.audio else ""))
