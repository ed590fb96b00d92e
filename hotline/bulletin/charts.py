"""The pictures of a bulletin as SVG: the page shows them, typst sets them into the PDF and draws them for the DOCX."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from hotline.bulletin.figures import Figures
from hotline.bulletin.words import percent

FONT = "Noto Sans CJK TC, Noto Sans CJK SC, Noto Sans, sans-serif"
GOOD, BAD, NORM, INK, SOFT = "#2f6b4f", "#b3402f", "#8a6d1f", "#222222", "#666666"
WIDTH = 640
"""All are as wide as this, in the drawing's own units."""


def charts(figures: Figures) -> Mapping[str, str]:
    """Return the charts that have something to show, by name: days, stations."""
    found = {"days": _days(figures), "stations": _stations(figures)}
    return {name: drawn for name, drawn in found.items() if drawn}


def _svg(height: float, *shapes: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" font-family="{FONT}" font-size="13">'
        f'<rect width="{WIDTH}" height="{height:g}" fill="#ffffff"/>{"".join(shapes)}</svg>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _days(figures: Figures) -> str:
    """A column a day: calls a human took below, those nobody took above."""
    days = {day: (calls, reached) for day, calls, reached in figures["days"]}
    if not days:
        return ""
    top = max(calls for calls, _reached in days.values())
    left, base, high = 36, 190, 140
    step = (WIDTH - left - 8) / 31
    shapes = [
        _rect(left, 12, 12, 12, GOOD), _text(left + 18, 23, "真人接听"),
        _rect(left + 100, 12, 12, 12, BAD), _text(left + 118, 23, "未接通"),
        _text(left - 6, base - high + 5, str(top), "end", SOFT), _text(left - 6, base + 4, "0", "end", SOFT),
        _rect(left, base, WIDTH - left - 8, 1, SOFT), _rect(left, base - high, WIDTH - left - 8, 0.5, "#cccccc"),
    ]  # fmt: skip
    for day, (calls, reached) in days.items():
        x = left + (int(day[-2:]) - 1) * step + 2
        lower, upper = high * reached / top, high * (calls - reached) / top
        shapes += [
            _rect(x, base - lower, step - 4, lower, GOOD),
            _rect(x, base - lower - upper, step - 4, upper, BAD),
        ]
    shapes += [_text(left + (day - 0.5) * step, base + 18, str(day), "middle", SOFT) for day in (1, 5, 10, 15, 20, 25)]
    return _svg(base + 26, *shapes)


def _stations(figures: Figures) -> str:
    """A bar a station: its connect rate against the norm; red where it is missed."""
    rows = [row for row in figures["stations"] if row["connect"] is not None]
    if not rows:
        return ""
    left, line, wide = 150, 26, WIDTH - 150 - 70
    norm = left + wide * 0.95
    shapes = []
    for place, row in enumerate(rows):
        y, share = 30 + place * line, row["connect"]
        shapes += [
            _text(left - 8, y + 14, row["name"][:10], "end"),
            _rect(left, y, max(1.0, wide * share), line - 8, GOOD if share >= 0.95 else BAD),
            _text(left + wide + 8, y + 14, percent(share)),
        ]
    height = 30 + len(rows) * line + 6
    return _svg(height, *shapes, _rect(norm, 24, 1.5, height - 28, NORM), _text(norm, 18, "应达 95%", "end", NORM))
