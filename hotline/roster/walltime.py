"""Times as people in China write them, read as Asia/Shanghai wall time."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time

from hotline.clock import SHANGHAI, local


def read_moment(value: object) -> datetime:
    """Return the aware UTC moment of ``2026-11-23 20:00`` or ``2026年11月23日 20:00``; an offset, if given, counts.

    Raises ValueError with the reason in Chinese and English.
    """
    if isinstance(value, datetime):
        found = value
    else:
        try:
            found = datetime.fromisoformat(_plain(value))
        except ValueError as error:
            raise ValueError("请写日期和时间，例如 2026-11-23 20:00 (a date and time such as this)") from error
    return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def read_time(value: object) -> time:
    """Return the time of day of ``8:00`` or ``20:00``. Raises ValueError with the reason."""
    if isinstance(value, time):
        return value
    if isinstance(value, int) and 60 <= value < 24 * 60:  # YAML reads 20:00 as a number of minutes
        return time(value // 60, value % 60)
    plain = unicodedata.normalize("NFKC", str(value)).strip()
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", plain)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError("请写时刻，例如 08:00 (a time of day such as 08:00)")
    return time(int(match[1]), int(match[2]))


def write_moment(moment: datetime) -> str:
    """Return a moment as read_moment reads it, to the minute where that is all there is."""
    here = local(moment).replace(tzinfo=None)
    return here.isoformat(" ", "auto" if here.second or here.microsecond else "minutes")


def write_time(at: time) -> str:
    """Return a time of day as read_time reads it."""
    return f"{at:%H:%M}"


def _plain(value: object) -> str:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    text = re.sub(r"\s*日\s*", " ", re.sub(r"[年月/.](?=\d{1,2}\D)", "-", text)).strip()
    return re.sub(r"(?<=[-\s])(\d)(?=\D)", r"0\1", text)
