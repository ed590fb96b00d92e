"""Service levels as data: how long each promise may take, by category and urgency. Pure; checked by pydantic.

Defaults: answer GB/T 33358-2016; first feedback the Beijing 12345 norm (2021 draft); resolution ours. By when a
missed call is rung back is said when it is promised, and set in the routing policy (hotline.directory.policy).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Category = Literal["danger", "utilities", "general", "complex"]

CATEGORIES: Mapping[Category, tuple[str, str]] = {
    "danger": ("危及生命财产", "danger to life or property"),
    "utilities": ("水电气暖等", "utilities"),
    "general": ("一般", "general"),
    "complex": ("复杂", "complex"),
}
"""Category of a ticket -> (Chinese, English), as the 12345 norm divides them."""

_UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("s", "秒"), timedelta(seconds=1)),
    **dict.fromkeys(("min", "分", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "小时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "天", "日", "wd", "工作日", "个工作日"), timedelta(days=1)),
}
_WORKING = frozenset({"wd", "工作日", "个工作日"})
_SPAN = re.compile(rf"(\d{{1,6}})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})")
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Span:
    """A length of time; ``working``: only official working days count (tickets.working_time)."""

    amount: timedelta
    working: bool = False
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"{int(self.amount.total_seconds())} s"


def parse_span(text: object) -> Span:
    """Return the span that ``15 s``, ``15 min``, ``2 h``, ``7 d`` or ``15 wd`` (工作日) means. Raises ValueError."""
    if isinstance(text, Span):
        return text
    plain = unicodedata.normalize("NFKC", str(text)).strip().lower()
    match = _SPAN.fullmatch(plain)
    if not match:
        raise ValueError(
            f"“{text}” 不是时限，例如 15分钟、2小时、7天、15个工作日 (no span: write 15 min, 2 h, 7 d, 15 wd)"
        )
    unit = match[2]
    try:
        amount = int(match[1]) * _UNITS[unit]
    except OverflowError:
        amount = timedelta.max
    if not timedelta() < amount <= _LONGEST:
        raise ValueError(f"“{text}” 须大于零且不超过一年 (a span is longer than zero and at most a year)")
    return Span(amount, unit in _WORKING, plain)


Time = Annotated[Span, BeforeValidator(parse_span), PlainSerializer(str)]
"""A span as a setting: written ``15 min``, read as a Span."""


def _span(text: str) -> Any:
    return Field(default=parse_span(text))


class CategoryLevels(BaseModel):
    """How long a ticket of one category may take. ``urgent_*`` counts from the moment it became urgent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_feedback: Time
    urgent_first_feedback: Time
    resolution: Time
    urgent_resolution: Time


def _category(feedback: str, urgent_feedback: str, resolution: str, urgent_resolution: str) -> CategoryLevels:
    return CategoryLevels(
        first_feedback=parse_span(feedback),
        urgent_first_feedback=parse_span(urgent_feedback),
        resolution=parse_span(resolution),
        urgent_resolution=parse_span(urgent_resolution),
    )


DEFAULT_CATEGORIES: Mapping[Category, CategoryLevels] = {
    "danger": _category("2 h", "2 h", "1 d", "1 d"),
    "utilities": _category("24 h", "2 h", "3 d", "1 d"),
    "general": _category("7 d", "24 h", "15 wd", "3 d"),
    "complex": _category("15 d", "24 h", "30 wd", "7 d"),
}


class ServiceLevels(BaseModel):
    """The service levels of a tenant. Unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Time = _span("15 s")
    """From the first ring to a human (GB/T 33358-2016)."""
    categories: Mapping[Category, CategoryLevels] = Field(default=DEFAULT_CATEGORIES)
    longest_first_step: Time = _span("1 d")
    """From the end of a clock to the first level up: half of what was allowed, but never longer than this."""


DEFAULT = ServiceLevels()


def levels_from(data: Mapping[str, Any]) -> ServiceLevels:
    """Return the defaults with ``data`` laid over them, down to single spans. Raises pydantic.ValidationError."""
    given = data.get("categories", {})
    if not isinstance(given, Mapping):
        return ServiceLevels.model_validate(data)
    merged: dict[str, Any] = {name: dict(levels) for name, levels in DEFAULT_CATEGORIES.items()}
    for name, changes in given.items():
        merged[name] = {**merged.get(name, {}), **changes} if isinstance(changes, Mapping) else changes
    return ServiceLevels.model_validate({**data, "categories": merged})
