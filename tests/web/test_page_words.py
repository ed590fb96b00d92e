"""Every word a reader sees exists in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment
from sqlalchemy.orm import Session

from hotline.web import language
from hotline.web.sentences import PLAIN, WEIGHED
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets import desk
from tickets.states import Action

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
HOLES = re.compile(r"%\(\w+\)\d*[sd]|%%")


def written() -> Iterator[str]:
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    keywords = {"_": None, "N_": None, "gettext": None}
    for _file, _line, message, _comments, _context in extract_from_dir(ROOT, methods, options, keywords):
        assert isinstance(message, str)
        yield message


def test_every_sentence_has_its_english_and_no_other_is_kept() -> None:
    with (language.CATALOGUES / "en/LC_MESSAGES/messages.po").open("rb") as file:
        english = {m.id: m for m in read_po(file, locale="en", abort_invalid=True) if m.id}
    assert set(written()) == set(english)
    for chinese, message in english.items():
        assert message.string and not message.fuzzy, chinese
        assert not CHINESE.search(str(message.string)), chinese
        assert sorted(HOLES.findall(str(message.string))) == sorted(HOLES.findall(str(chinese))), chinese


@pytest.mark.parametrize("template", sorted((ROOT / "hotline/web/templates").glob("*.html")), ids=lambda p: p.name)
def test_templates_say_nothing_untranslated(template: Path) -> None:
    source = template.read_text().replace('lang="zh-CN">中文<', "")
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "data":
            assert not CHINESE.search(value), value


def test_a_page_is_in_the_readers_language(world: World, page: Callable[..., str]) -> None:
    chinese, english = page("/"), page("/", language="en")
    assert '<html lang="zh-CN"' in chinese and "今天还没有来电" in chinese
    assert '<html lang="en"' in english and "No calls yet today" in english
    assert CHINESE.findall(english) == ["中文"]


@pytest.mark.parametrize("in_language", ["zh-CN", "en"])
def test_every_kind_of_event_is_a_sentence(
    world: World, session: Session, page: Callable[..., str], in_language: str
) -> None:
    ticket = world.call("王秀英", NOW, [DUTY], lasted=9, outcome="answered")
    kinds = [*PLAIN, *WEIGHED, *Action, "something_new"]
    choices = [("station", str(world.township.id)), ("survivor", str(world.people["王秀英"][0].id)), ("need", "urgent")]
    for kind in kinds:
        data = {
            "by": NOW.isoformat(),
            "why": "",
            "after": "answered",
            "outcome": "visit",
            "what": "need",
            "value": "urgent",
            "clock": "answer",
            "starts": NOW.isoformat(),
            "step": "half",
            "level": 0,
            "category": "general",
        }
        desk.note(session, ticket.id, kind, NOW, **data)
    for what, value in choices:
        desk.note(session, ticket.id, "chosen", NOW, what=what, value=value)
    session.flush()
    html = page(f"/tickets/{ticket.id}", language=in_language)
    history = re.findall(r'<li class="tone-\w+"><time[^>]*>[\d:]+</time><span>([^<]*)</span>', html)
    assert len(history) == len(kinds) + len(choices) + 4
    assert [kind for kind in kinds if re.search(rf"\b{kind}\b", " ".join(history)) and "_" in kind] == ["something_new"]
    assert ("龙港镇" if in_language == "zh-CN" else "Longgang") in " ".join(history)
    if in_language == "en":
        assert not CHINESE.search(re.sub(f"{DUTY.label}|王秀英", "", " ".join(history)))
