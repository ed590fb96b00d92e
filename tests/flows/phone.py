"""Plays the carrier and the switchboard for one call through a flow, with somebody pressing keys at the other end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ivr_flows.engine import steps
from ivr_flows.engine.nodes import Flow
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Choice, Dialled, Facts, Keys, Position, Recorded, TierWords
from ivr_flows.wording import Book, load_book

BOOK = load_book()
LANGUAGES = ("zh-CN", "en")
MOST_TURNS = 80

_NAMES = "龙港镇 中村镇 郑庄镇 端氏镇 嘉峰镇 郑村镇 柿庄镇 樊村河乡 土沃乡 张村乡 胡底乡 固县乡"
TOWNSHIPS = tuple(Choice(f"s{n}", name) for n, name in enumerate(_NAMES.split(), 1))
CHAIN = (
    TierWords("duty", "张建国"),
    TierWords("backup", "李秀英"),
    TierWords("neighbour", "端氏镇"),
    TierWords("county", "县中心"),
    TierWords("volunteer", "爱心队"),
    TierWords("partner", "县医院"),
)
WORDS = {
    "station": "嘉峰镇",
    "team": "爱心志愿队",
    "partner": "县人民医院",
    "callback": "十五分钟内",
    "need": "日常生活",
    "domain": "医疗",
}


def facts(**more: object) -> Facts:
    """The facts of an ordinary call, changed by keyword."""
    choices = {
        "stations": TOWNSHIPS,
        "needs": (Choice("daily_life", "日常生活"), Choice("counselling", "心理疏导")),
        "domains": (Choice("medical", "医疗"), Choice("transport", "交通")),
        "survivors": (Choice("7", "王桂兰"), Choice("8", "王小军")),
    }
    return replace(Facts(words=WORDS, choices=choices), **more)  # type: ignore[arg-type]


@dataclass
class Call:
    """What came of one call."""

    heard: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)
    turns: int = 0
    seconds_to_ring: float = 0.0
    end: str = ""


def play(
    flow: Flow,
    given: Facts,
    keys: Iterable[str] = (),
    tiers: tuple[TierWords, ...] = CHAIN,
    taken_by: int | None = None,
    talk: int = 0,
    raises: dict[str, str] | None = None,
) -> Call:
    """Play a call to its end. ``keys``: one entry an Ask, "" for silence; afterwards silence.

    ``taken_by`` is the tier that accepts, ``talk`` the seconds of a message, ``raises`` effect -> flag it raises.
    """
    call, pressing = Call(), iter(keys)
    position, given_input = Position(flow.start), Begin()
    flags = given.flags
    following: tuple[Position, steps.Input] | None = (position, given_input)
    while following is not None:
        call.turns += 1
        assert call.turns <= MOST_TURNS, call
        tier = tiers[len(call.rung)] if len(call.rung) < len(tiers) else None
        now = replace(given, next_tier=tier, first_tier=not call.rung, flags=flags)
        turn = run(flow, Position.parse(str(following[0])), following[1], now)
        for effect in turn.effects:
            call.effects.append(str(effect))
            if effect.kind == "language":
                given = replace(given, language=effect.value)
            if raises and effect.kind in raises:
                flags = flags | {raises[effect.kind]}
        following = _steps(call, turn, given.language, tier, pressing, taken_by, talk)
    return call


def _steps(
    call: Call,
    turn: steps.Turn,
    language: str,
    tier: TierWords | None,
    pressing: Iterator[str],
    taken_by: int | None,
    talk: int,
) -> tuple[Position, steps.Input] | None:
    for step in turn.steps:
        match step:
            case steps.Speak(prompt):
                _hear(call, (prompt,), language)
            case steps.Ask():
                _hear(call, step.prompts, language)
                key = next(pressing, "")
                if key:
                    call.keys.append(key)
                    return step.at, Keys(key)
                call.seconds_to_ring += 0 if call.rung else step.timeout
            case steps.Ring(at):
                assert tier is not None
                call.rung.append(tier.kind)
                return at, Dialled(taken=len(call.rung) - 1 == taken_by)
            case steps.Record(at):
                if talk:
                    return at, Recorded(talk)
            case steps.Continue(at):
                return at, Begin()
            case steps.Join() | steps.Leave():
                call.end = type(step).__name__
                return None
    assert turn.resume is not None, f"dead air after {turn}"
    return turn.resume, Begin()


def _hear(call: Call, prompts: Iterable[steps.Prompt], language: str, book: Book = BOOK) -> None:
    for prompt in prompts:
        words = book.words(prompt, language)
        assert words.text, prompt
        call.heard.append(words.text)
        call.seconds_to_ring += 0 if call.rung else words.seconds
