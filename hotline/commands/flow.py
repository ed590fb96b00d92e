"""hotline flow check|draw|walk: what the caller hears, without any telephone."""

from __future__ import annotations

from pathlib import Path

from hotline.commands import speak
from hotline.embedded.errors import EmbeddedError
from ivr_flows.engine.check import check, check_book
from ivr_flows.engine.draw import draw
from ivr_flows.engine.nodes import Flow
from ivr_flows.engine.steps import Choice, Facts, TierWords
from ivr_flows.engine.walk import walk
from ivr_flows.flows import FLOWS
from ivr_flows.wording import load_book

_SAMPLE = Facts(
    words={
        "station": "嘉峰镇",
        "team": "爱心志愿队",
        "partner": "县人民医院",
        "callback": "十五分钟内",
        "need": "日常生活",
        "domain": "医疗",
    },
    choices={
        "stations": (Choice("s1", "龙港镇"), Choice("s2", "端氏镇"), Choice("s3", "嘉峰镇")),
        "needs": (Choice("daily_life", "日常生活"), Choice("counselling", "心理疏导")),
        "domains": (Choice("medical", "医疗"), Choice("transport", "交通")),
        "survivors": (Choice("7", "王桂兰"), Choice("8", "王小军")),
    },
)
_TIERS = (TierWords("duty", "嘉峰镇"), TierWords("backup", "嘉峰镇"), TierWords("county", "县中心"))


def check_all() -> None:
    """Check every flow and prompt; say each defect. Raises EmbeddedError when there is one."""
    book = load_book()
    problems = [problem for flow in FLOWS.values() for problem in check(flow, book)]
    problems += check_book(tuple(FLOWS.values()), book)
    for problem in problems:
        speak.line(f"  {problem}")
    if problems:
        raise EmbeddedError(f"流程有 {len(problems)} 处问题 (defects in the flows)")
    speak.tell("✓", f"{len(FLOWS)} 个流程检查通过", f"{len(FLOWS)} flows are sound in {', '.join(book.languages)}")


def draw_one(name: str, output: Path | None, language: str) -> None:
    """Write one flow as a Mermaid diagram, to ``output`` or the terminal. Raises EmbeddedError."""
    text = draw(_flow(name), load_book(), language)
    if output is None:
        speak.line(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EmbeddedError(f"无法写入 {output} (cannot be written): {error.strerror}") from error
    speak.tell("✓", f"已写入 {output}", "written, as Mermaid")


def walk_one(name: str, language: str) -> None:
    """Let a person walk a flow: what is heard is printed, keys are typed."""
    flow = _flow(name)
    speak.line("直接回车表示不按键 · Enter alone presses nothing")
    facts = Facts(language=language, words=_SAMPLE.words, choices=_SAMPLE.choices)
    try:
        walk(flow, load_book(), facts, input, speak.line, _TIERS)
    except EOFError:
        speak.line()


def _flow(name: str) -> Flow:
    if name not in FLOWS:
        known = ", ".join(FLOWS)
        raise EmbeddedError(f"没有叫 {name} 的流程 (no flow of that name); 现有 there are: {known}")
    return FLOWS[name]
