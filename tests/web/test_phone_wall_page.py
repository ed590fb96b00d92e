"""The phone wall is hand-written: what a compiler would check elsewhere is checked here."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

WALL = Path(__file__).parents[2] / "hotline" / "simulator" / "wall"
SCRIPTS = sorted((WALL / "js").glob("*.js"))
STYLES = sorted((WALL / "css").glob("*.css"))
PAGE = (WALL / "index.html").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def _words(language: str) -> dict[str, str]:
    text = (WALL / "js" / f"words.{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'"?([\w-]+)"?: "([^"]*)"', text))


def _code() -> str:
    return "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)


def test_both_languages_have_the_same_words() -> None:
    chinese, english = _words("zh"), _words("en")
    assert len(chinese) > 100
    assert chinese.keys() == english.keys()
    assert not [key for key in chinese if not chinese[key] or not english[key]]


def test_a_sentence_has_the_same_blanks_in_both_languages() -> None:
    chinese, english = _words("zh"), _words("en")
    blanks = re.compile(r"\{\w+\}")
    assert [k for k in chinese if set(blanks.findall(chinese[k])) != set(blanks.findall(english[k]))] == []


def test_every_word_that_is_used_exists() -> None:
    used = set(re.findall(r'\bt\("([\w-]+)"', _code())) | set(
        re.findall(r'data-t(?:-label|-placeholder)?="(\w+)"', PAGE)
    )
    assert len(used) > 60
    assert used <= _words("zh").keys()


def test_the_page_itself_is_written_in_the_chinese_words() -> None:
    written = dict(re.findall(r'data-t="(\w+)"[^>]*>([^<]+)<', PAGE))
    chinese = _words("zh")
    assert {key: chinese[key] for key in written} == written


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = {symbol.get("id") for symbol in ElementTree.parse(WALL / "icons.svg").iter(f"{SVG}symbol")}
    used = set(re.findall(r"icons\.svg#(\w+)", PAGE)) | set(re.findall(r'\bicon\("(\w+)"\)', _code()))
    assert used <= drawn
    assert [name for name in drawn if not re.search(rf'["#]{name}"', PAGE + _code())] == []


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r'(?:href|src)="((?:css|js)/[\w.]+|mark\.svg)"', PAGE)
    imported = re.findall(r'from "\./([\w.]+)"', _code())
    assert len(named) >= 10
    assert [name for name in named if not (WALL / name).is_file()] == []
    assert [name for name in imported if not (WALL / "js" / name).is_file()] == []


@pytest.mark.parametrize("path", [WALL / "index.html", *SCRIPTS, *STYLES], ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    addresses = re.findall(r"https?://[\w./-]+", path.read_text(encoding="utf-8"))
    assert [address for address in addresses if not address.startswith("http://www.w3.org/")] == []
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    "testid", ["caller-select", "line-select", "ring-button", "call-card", "answer", "reject", "hang-up", "say", "mode"]
)
def test_stories_find_the_parts_by_their_names(testid: str) -> None:
    assert f'data-testid="{testid}"' in PAGE or f'testid: "{testid}"' in _code()
