"""One survivor's case from call to feedback, told by what was really heard, pressed and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hotline.clock import local
from hotline.simulator.party import Party
from hotline.simulator.transcript import Entry
from hotline.web import people
from hotline.web.sentences import sentence
from tests.stories.town import Town
from tickets import queries
from tickets.rates import DEFINITIONS, rates

_HEADS = {
    "zh-CN": (
        "一位家属的一件事：从来电到回访",
        "由 `HOTLINE_WALKTHROUGH=docs .venv/bin/pytest tests/stories/test_walkthrough.py` 跑出来的，请勿手改；"
        "人名、号码都是虚构的。[English](walkthrough.md)",
        ("时间", "谁", "听到、按下、说出"),
        "工单记下的全过程",
        "三率",
    ),
    "en": (
        "One survivor's case, from call to feedback",
        "Made by running `HOTLINE_WALKTHROUGH=docs .venv/bin/pytest tests/stories/test_walkthrough.py`; do not edit. "
        "All people and numbers are made up; calls that the system places "
        "speak the staff's Chinese. [中文](walkthrough.zh.md)",
        ("Time", "Who", "Heard, pressed, said"),
        "What the ticket remembers",
        "The three rates",
    ),
}
_DEEDS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "ringing": "（电话响）", "answered": "（接起）", "press": "按 **{}**", "speak": "说：{}", "ended": "（挂断）",
        "bridged": "（接通）", "beep": "（嘀）",
    },
    "en": {
        "ringing": "(rings)", "answered": "(picks up)", "press": "presses **{}**", "speak": "says: {}",
        "ended": "(hung up)", "bridged": "(joined)", "beep": "(beep)",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A part of the story: its heading, and who holds which telephone in it."""

    at: datetime
    title: str


class Teller:
    """Collects the scenes of a town and writes them as a page."""

    def __init__(self, town: Town, language: str, names: Mapping[str, str]) -> None:
        self._town, self._language, self._names = town, language, names
        self._scenes: list[Scene] = []

    def scene(self, zh: str, en: str) -> None:
        """Begin a part of the story now."""
        self._scenes.append(Scene(self._town.world.now(), en if self._language == "en" else zh))

    def page(self, began: datetime, now: datetime) -> str:
        """Return the page: scenes, the ticket's history, the rates of the time in between."""
        title, made, columns, history, three = _HEADS[self._language]
        lines = [f"# {title}", "", made, ""]
        heard = sorted(self._heard(), key=lambda row: row[0])
        for scene, until in zip(self._scenes, [*(s.at for s in self._scenes[1:]), now], strict=True):
            rows = [row for row in heard if scene.at <= row[0] < until]
            lines += [f"## {scene.title}", "", f"{local(scene.at):%Y-%m-%d %H:%M}", ""]
            if rows:
                lines += [f"| {' | '.join(columns)} |", "|---|---|---|"]
                lines += [f"| {local(at):%m-%d %H:%M:%S} | {who} | {what} |" for at, who, what in rows]
                lines.append("")
        lines += [f"## {history}", "", *self._history(), "", f"## {three}", "", *self._rates(began, now), ""]
        return "\n".join(lines)

    def _heard(self) -> Iterator[tuple[datetime, str, str]]:
        world = self._town.world
        epoch = world.now() - timedelta(seconds=world.loop.time())
        for number, who in self._names.items():
            for party in world.phone(number).parties:
                for entry in party.transcript.entries:
                    if what := self._deed(party, entry):
                        yield epoch + timedelta(seconds=entry.at), who, what

    def _deed(self, party: Party, entry: Entry) -> str:
        if entry.kind == "say":
            return entry.text.replace("|", "/").strip()
        if entry.kind == "answered" and not party.incoming:
            return ""
        return _DEEDS[self._language].get(entry.kind, "").format(entry.text)

    def _history(self) -> Iterator[str]:
        ticket = self._town.ticket()
        with self._town.app.app_context(), self._town.reading() as session:
            events = queries.history(session, ticket.id)
            chosen = [UUID(e.data["value"]) for e in events if e.data.get("what") in ("station", "survivor")]
            names = people.read(session, [ticket], stations=chosen, survivors=chosen, lines=[ticket.line_id])
            for event in events:
                yield f"- {local(event.at):%m-%d %H:%M:%S} · {sentence(event, names).text}"

    def _rates(self, began: datetime, now: datetime) -> Iterator[str]:
        ticket = self._town.ticket()
        with self._town.reading() as session:
            for name, rate in rates(session, ticket.tenant_id, began, now).items():
                yield f"- **{rate.part}/{rate.whole}** · {DEFINITIONS[name][self._language == 'en']}"
