"""What kind of day it is: lunar festivals, public holidays and make-up working days (调休), key dates of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from lunardate import LunarDate

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


@dataclass(frozen=True)
class DayInfo:
    """A day: its names, whether people work, and whether that is official."""

    day: date
    name: str
    name_en: str
    is_holiday: bool
    is_workday: bool
    official: bool
    """False while the State Council has not published that year's calendar: weekends are then a guess."""

    @property
    def remark(self) -> str:
        """A sentence when the year's official calendar is not known, else empty."""
        if self.official:
            return ""
        return f"{self.day.year} 年放假安排尚未公布 (the official calendar of {self.day.year} is not published yet)"


def day_info(day: date) -> DayInfo:
    """Return what kind of day it is."""
    names = [*_lunar_names(day), *([FIXED[day.month, day.day]] if (day.month, day.day) in FIXED else [])]
    try:
        holiday, official = bool(chinese_calendar.is_holiday(day)), True
    except NotImplementedError:
        holiday, official = day.weekday() >= 5, False
    zh = "、".join(name for name, _ in names)
    en = ", ".join(name for _, name in names)
    return DayInfo(day, zh, en, holiday, not holiday, official)


def _lunar_names(day: date) -> list[tuple[str, str]]:
    lunar = _lunar(day)
    names = [LUNAR[lunar.month, lunar.day]] if not lunar.isLeapMonth and (lunar.month, lunar.day) in LUNAR else []
    tomorrow = _lunar(day + timedelta(days=1))
    if (tomorrow.month, tomorrow.day) == (1, 1):
        names.append(("除夕", "Chinese New Year's Eve"))
    return names


def _lunar(day: date) -> LunarDate:
    return LunarDate.fromSolarDate(day.year, day.month, day.day)
