"""What kind of day it is: lunar festivals, public holidays and make-up working days (调休), key dates of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from lunardate import LunarDate

YEARS = range(1901, 2100)
"""Years whose lunar calendar the library knows."""

FIXED: dict[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("元旦", "New Year's Day"),
    (5, 1): ("劳动节", "Labour Day"),
    (7, 1): ("建党节", "1 July"),
    (8, 1): ("建军节", "1 August"),
    (9, 5): ("中华慈善日", "Charity Day"),
    (9, 30): ("烈士纪念日", "Martyrs' Day"),
    (10, 1): ("国庆节", "National Day"),
}
"""Month and day of the solar calendar -> name (key dates: Q21 s.7, 15; LL 5)."""

LUNAR: dict[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("春节", "Spring Festival"),
    (1, 15): ("元宵节", "Lantern Festival"),
    (5, 5): ("端午节", "Dragon Boat Festival"),
    (7, 15): ("中元节", "Ghost Festival"),
    (8, 15): ("中秋节", "Mid-Autumn Festival"),
    (9, 9): ("重阳节", "Double Ninth"),
}
"""Month and day of the lunar calendar -> name."""

EVE = ("除夕", "Chinese New Year's Eve")
TOMB_SWEEPING = ("清明节", "Tomb-sweeping Day")

_OFF_BY_LAW = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_OFF_BY_LAW_LUNAR = {(1, 1), (1, 2), (1, 3), (5, 5), (8, 15)}
"""Days off that stand in the State Council's regulation itself (2025), whatever a year's calendar shifts."""


@dataclass(frozen=True)
class DayInfo:
    """A day: its names, whether people work, and whether that is official."""

    day: date
    name: str
    """Its names, empty for an ordinary day."""
    name_en: str
    is_holiday: bool
    """People have the day off, weekends included."""
    is_workday: bool
    """People work, make-up Saturdays and Sundays (调休) included."""
    official: bool
    """False while the State Council has not published that year's calendar: make-up days are then unknown."""

    @property
    def remark(self) -> str:
        """A sentence when the year's official calendar is not known, else empty."""
        if self.official:
            return ""
        return f"{self.day.year} 年放假安排尚未公布 (the official calendar of {self.day.year} is not published yet)"


@lru_cache(maxsize=1024)
def day_info(day: date) -> DayInfo:
    """Return what kind of day it is; a day beyond 2099 has no lunar names."""
    names = _names(day)
    try:
        off, official = bool(chinese_calendar.is_holiday(day)), True
    except NotImplementedError:
        off, official = day.weekday() >= 5 or _off_by_law(day, names), False
    zh = "、".join(name for name, _ in names)
    en = ", ".join(name for _, name in names)
    return DayInfo(day, zh, en, off, not off, official)


def public_holiday(day: date) -> bool:
    """Return whether a day belongs to a public holiday (法定节假日): more than a weekend."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _off_by_law(day, _names(day))
    return bool(off and name)


_MONTHS = "正二三四五六七八九十冬腊"
_DIGITS = "一二三四五六七八九十"


def lunar_words(day: date) -> str:
    """Return a day as the lunar calendar writes it: its month on the first (``冬月``), else ``初二`` … ``三十``.

    Empty where the lunar calendar is not known.
    """
    if day.year not in YEARS:
        return ""
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    if lunar.day == 1:
        return f"{'闰' if lunar.is_leap_month else ''}{_MONTHS[lunar.month - 1]}月"
    if lunar.day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[lunar.day]
    return "初十廿"[lunar.day // 10] + _DIGITS[lunar.day % 10 - 1]


def named_day(name: str, since: date) -> date | None:
    """Return the next day that carries a name (``除夕``, ``春节``) from ``since`` on; None: no day is called so."""
    days = (since + timedelta(days=n) for n in range(400))
    return next((day for day in days if name in (found for found, _ in _names(day))), None)


def _names(day: date) -> list[tuple[str, str]]:
    names = [FIXED[day.month, day.day]] if (day.month, day.day) in FIXED else []
    lunar = _lunar(day)
    if lunar is None:
        return names
    if lunar in LUNAR:
        names.insert(0, LUNAR[lunar])
    if _lunar(day + timedelta(days=1)) == (1, 1):
        names.insert(0, EVE)
    if day.month == 4 and chinese_calendar.get_solar_terms(day, day) == [(day, "清明")]:
        names.insert(0, TOMB_SWEEPING)
    return names


def _off_by_law(day: date, names: list[tuple[str, str]]) -> bool:
    by_date = (day.month, day.day) in _OFF_BY_LAW or _lunar(day) in _OFF_BY_LAW_LUNAR
    return by_date or EVE in names or TOMB_SWEEPING in names


def _lunar(day: date) -> tuple[int, int] | None:
    """Return lunar month and day; (0, 0) in a leap month, which has no festivals; None where it is not known."""
    if day.year not in YEARS:
        return None
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    return (0, 0) if lunar.is_leap_month else (lunar.month, lunar.day)
