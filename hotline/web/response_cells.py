"""What the tables of the response times are made of: cells that open their tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urlencode

from flask import g, url_for

from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.web.console_links import kept_query
from hotline.web.formats import duration
from tickets.rates import Rate


@dataclass(frozen=True)
class Cell:
    """``text`` for people, ``value`` for spreadsheets, ``link`` to the tickets behind."""

    text: str
    value: str | int | float = ""
    link: str = ""
    tone: str = ""
    head: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its name; ``code`` names its file and its chart."""

    code: str
    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = field(default="")


def behind(measure: str, **narrowed: object) -> str:
    """Return the address of the tickets behind a number."""
    if "tickets_behind" not in g:  # a page has a thousand of these: the address is made once
        g.tickets_behind = f"{url_for('response_times.tickets')}?{urlencode(kept_query())}"
    narrowed["measure"] = measure
    asked = "".join([f"&{key}={_quoted(value)}" for key, value in narrowed.items()])
    return f"{g.tickets_behind}{asked}"


@lru_cache(maxsize=4096)  # the same stations, days and measures in every row, on every page
def _quoted(value: object) -> str:
    return quote(str(value))


def percent(rate: Rate) -> str:
    """``92.5%``, or a dash where there is nothing to count."""
    return "—" if rate.share is None else f"{100 * rate.share:.1f}%"


def seconds(value: int | None) -> str:
    """A duration, or a dash."""
    return "—" if value is None else duration(value)


def share_cell(code: str, rate: Rate, **narrowed: object) -> Cell:
    """A share that opens its tickets; below its norm it is marked."""
    norm = SHARES[code].norm
    tone = "" if norm is None or rate.share is None else "good" if rate.share >= norm else "bad"
    value = "" if rate.share is None else round(rate.share, 4)
    return Cell(percent(rate), value, behind(code, side="part", **narrowed) if rate.part else "", tone)


def span_cell(code: str, value: int | None, **narrowed: object) -> Cell:
    """A time that opens its tickets; beyond its norm it is marked."""
    norm = SPANS[code].norm
    tone = "" if norm is None or value is None else "good" if value <= norm else "bad"
    return Cell(
        seconds(value), "" if value is None else value, behind(code, **narrowed) if value is not None else "", tone
    )


def count_cell(count: int, measure: str, **narrowed: object) -> Cell:
    """A count that opens its tickets."""
    return Cell(str(count), count, behind(measure, **narrowed) if count else "")
