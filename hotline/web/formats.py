"""How pages write moments and durations: Asia/Shanghai, to the second, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale

from hotline.clock import local
from hotline.sheets.kinds import Kind
from hotline.web.language import _, language


def set_up(app: Flask) -> None:
    """Give the templates their filters."""
    for filter_ in (clock, minute, moment, form_moment, day, day_of, long_day, duration, kind_name):
        app.add_template_filter(filter_)


def clock(at: datetime) -> str:
    """``09:05:03``"""
    return local(at).strftime("%H:%M:%S")


def minute(at: datetime) -> str:
    """``09:05``"""
    return local(at).strftime("%H:%M")


def moment(at: datetime) -> str:
    """``11月23日 09:05:03`` or ``23 Nov 09:05:03``."""
    return f"{day(local(at).date())} {clock(at)}"


def form_moment(at: datetime) -> str:
    """``2026-11-23T09:05``, as a field of a form wants it."""
    return local(at).strftime("%Y-%m-%dT%H:%M")


def day(date_: date) -> str:
    """``11月23日`` or ``23 Nov``."""
    return format_date(date_, "d MMM" if language() == "en" else "M月d日", locale=get_locale())


def day_of(at: datetime) -> date:
    """Return the day that a moment belongs to here."""
    return local(at).date()


def long_day(date_: date) -> str:
    """``2026年11月23日 星期一`` or ``Monday, 23 November 2026``."""
    pattern = "EEEE, d MMMM y" if language() == "en" else "y年M月d日 EEEE"
    return format_date(date_, pattern, locale=get_locale())


def duration(seconds: float) -> str:
    """``48 秒``, ``3 分 05 秒``, ``2 小时 10 分``."""
    whole = max(0, int(seconds))  # as the history does
    if whole < 60:
        return _("%(seconds)s 秒", seconds=whole)
    if whole < 3600:
        return _("%(minutes)s 分 %(seconds)02d 秒", minutes=whole // 60, seconds=whole % 60)
    if whole < 86400:
        return _("%(hours)s 小时 %(minutes)02d 分", hours=whole // 3600, minutes=whole % 3600 // 60)
    return _("%(days)s 天 %(hours)s 小时", days=whole // 86400, hours=whole % 86400 // 3600)


def kind_name(kind: Kind) -> str:
    """Return what a kind of the directory's rows is called in the reader's language: 站点, stations."""
    return kind.name.replace("_", " ") if language() == "en" else kind.title
