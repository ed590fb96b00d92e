"""Moments as they are said aloud: 今天下午三点, tomorrow at 10:00. Pure."""

from __future__ import annotations

from datetime import datetime

from hotline.clock import local

_DAYS = {0: ("今天", "today"), 1: ("明天", "tomorrow"), 2: ("后天", "the day after tomorrow")}
_NUMERALS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_HALF = 30
"""Minutes from which an hour is said with its half."""


def by_when(moment: datetime, now: datetime, language: str) -> str:
    """Return a moment as one says it, to the half hour before it: a promise is never said to end later than it does."""
    then, here = local(moment), local(now)
    days = (then.date() - here.date()).days
    if language == "en":
        day = _DAYS[days][1] if days in _DAYS else f"on {then:%A}, {then.day} {then:%B}"
        return f"{day} at {then.hour}:{'30' if then.minute >= _HALF else '00'}"
    day = _DAYS[days][0] if days in _DAYS else f"{then.month}月{then.day}日"
    part = next(word for end, word in _PARTS if then.hour < end)
    hour = _NUMERALS[then.hour if then.hour <= 12 else then.hour - 12]
    return f"{day}{part}{hour}点{'半' if then.minute >= _HALF else ''}"
