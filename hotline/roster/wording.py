"""A moment as people ask for it: ``除夕 03:00``, ``明天夜里``, ``春节``, ``2027-02-06 03:00``. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from hotline.clock import SHANGHAI, local
from hotline.roster.calendar import FIXED, LUNAR, named_day
from hotline.roster.walltime import read_moment

_RELATIVE = {"大后天": 3, "后天": 2, "明天": 1, "明日": 1, "今天": 0, "今日": 0, "昨天": -1}
_PARTS = {
    "凌晨": time(3), "半夜": time(3), "夜里": time(3), "夜间": time(3), "清晨": time(6), "早上": time(8),
    "上午": time(9), "中午": time(12), "下午": time(15), "傍晚": time(18), "晚上": time(20), "今晚": time(20),
}  # fmt: skip
"""Parts of the day -> the time that stands for them; night means its deepest hour, 03:00."""
_ALSO = {"年三十": "除夕", "大年三十": "除夕", "大年初一": "春节", "清明": "清明节", "中秋": "中秋节", "端午": "端午节",
         "国庆": "国庆节", "元宵": "元宵节", "重阳": "重阳节", "五一": "劳动节"}  # fmt: skip
_NAMED = ("除夕", "清明节", *(zh for zh, _ in (*FIXED.values(), *LUNAR.values())))
_LATER = ("下午", "傍晚", "晚上", "今晚")


def read_question(text: str, now: datetime) -> datetime:
    """Return the aware UTC moment that is meant; what says nothing of the hour means noon, nothing at all: now.

    Raises ValueError with the reason in Chinese and English.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or plain in ("现在", "now"):
        return now
    day, rest = _day(plain, local(now).date())
    if day is None and not re.fullmatch(r"\D*(\d{1,2}(:\d{2}|[点时]半?))?", rest):
        return read_moment(plain)
    at, left = _time(rest)
    if left.strip(" 的,，") or (day is None and at is None):
        raise ValueError("请写日期和时间，例如 2027-02-05 03:00、除夕 03:00、明天夜里 (a day and a time such as these)")
    return datetime.combine(day or local(now).date(), at or time(12), SHANGHAI).astimezone(UTC)


def _day(text: str, today: date) -> tuple[date | None, str]:
    """Return the day that the text begins with, and what is left of it."""
    for word, days in _RELATIVE.items():
        if text.startswith(word):
            return today + timedelta(days=days), text.removeprefix(word)
    for word in sorted((*_NAMED, *_ALSO), key=len, reverse=True):
        if text.startswith(word):
            return named_day(_ALSO.get(word, word), today), text.removeprefix(word)
    if match := re.match(r"\d{4}-\d{1,2}-\d{1,2}$", text):
        return local(read_moment(f"{match[0]} 00:00")).date(), ""
    return None, text


def _time(text: str) -> tuple[time | None, str]:
    """Return the time of day in the text, and what is left of it."""
    part = next((word for word in _PARTS if word in text), "")
    match = re.search(r"(\d{1,2})(?::(\d{2})|[点时](半)?)", text)
    left = text.replace(part, "", 1) if part else text
    if not match:
        return (_PARTS[part] if part else None), left
    hour, minutes = int(match[1]), int(match[2] or (30 if match[3] else 0))
    if hour < 12 and part in _LATER:
        hour += 12
    if hour > 23 or minutes > 59:
        raise ValueError("请写时刻，例如 08:00 (a time of day such as 08:00)")
    return time(hour, minutes), left.replace(match[0], "", 1)
