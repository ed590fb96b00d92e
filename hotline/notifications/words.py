"""The words of notifications, from zh-CN.toml and en.toml beside this file. Pure but for reading them once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from hotline.clock import local

LANGUAGES = ("zh-CN", "en")
_TIMES = ("due", "start", "end")
"""Words that are moments (ISO), written in Asia/Shanghai time."""


@dataclass(frozen=True)
class Message:
    """What somebody reads."""

    title: str
    body: str


def render(template: str, payload: Mapping[str, Any], language: str) -> Message:
    """Return the message of a template. Raises KeyError when the template or one of its words is missing."""
    book = _book(language if language in LANGUAGES else LANGUAGES[0])
    words = {**payload, "person": payload.get("person") or book["nobody"]}
    if "clock" in words:
        words["clock"] = book["clocks"][words["clock"]]
    for name in _TIMES:
        if name in words:
            words[name] = _moment(datetime.fromisoformat(words[name]), language)
    return Message(book[template]["title"].format_map(words), book[template]["body"].format_map(words))


def _moment(moment: datetime, language: str) -> str:
    at = local(moment)
    return f"{at:%Y-%m-%d %H:%M}" if language == "en" else f"{at.month}月{at.day}日{at:%H:%M}"


@lru_cache(maxsize=len(LANGUAGES))
def _book(language: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text("utf-8"))
