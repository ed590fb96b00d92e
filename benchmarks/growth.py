"""Growth: the pages of reading at 10^5, 10^6 and 10^7 tickets, each beside its own statements and the SQL by hand.

What is asked for is the same at every size: today, or the last 30 days, of 330 stations (see seeded). By default 10^5
and 10^6; HOTLINE_BENCH_TICKETS=10000000 adds 10^7, HOTLINE_BENCH_KEEP saves the seeding of the next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from math import log10

from benchmarks.pages import LOOKED_FOR, PAGES, Measured, measure
from benchmarks.report import INK, LIMIT, RESULTS, SOFT, Ratio, Result, drawn_text, svg
from benchmarks.seeded import DAYS, seeded

MOST = max(1_000_000, int(os.environ.get("HOTLINE_BENCH_TICKETS", "0")))
ASKED = ("工单 tickets", "大屏 wallboard", "响应时效 response times, 30 days", *LOOKED_FOR)
MOST_MS = 150
"""A page at any size (issue 5)."""
MONTH = "响应时效 response times, 30 days"
OVER_SQL = 1.3
"""The page of a month over the best SQL by hand for its numbers (issue 5)."""
COLOURS = ("#2f6b4f", "#8a4f9e", "#b3402f", "#2b6cb0", "#8a6d1f", "#0f766e", "#9d174d", "#555555", "#b45309")


def run() -> Iterator[Result]:
    """Measure every size, the smallest first."""
    found: dict[int, list[Measured]] = {}
    for tickets in [size for size in DAYS if size <= MOST]:
        with seeded(tickets) as made:
            found[tickets] = list(measure(made, {name: PAGES[name] for name in ASKED}, rounds=5))
    _draw(found)
    largest = max(found)
    ratios = [Ratio(m.name, round(m.page), MOST_MS, unit=" ms", detail=m.__dict__) for m in found[largest]]
    ratios += [
        Ratio(f"{m.name} / SQL by hand, {tickets:.0e}", round(m.page / m.by_hand, 2), OVER_SQL)
        for tickets, pages in found.items() for m in pages if m.name == MONTH and m.by_hand
    ]  # fmt: skip
    facts = {f"{tickets}": [m.__dict__ for m in pages] for tickets, pages in found.items()}
    yield Result("growth", f"Reading, up to {largest:,} tickets, a month of 330 stations", ratios, facts)


def _draw(found: Mapping[int, list[Measured]]) -> None:
    """Every page's time by the number of tickets; both axes in powers of ten, the SQL by hand as rings."""
    left, top, wide, high, low, most = 60, 40, 420, 320, 1.0, 10_000.0
    sizes = sorted(found)

    def y(ms: float) -> float:
        return top + high * (1 - log10(max(low, min(most, ms)) / low) / log10(most / low))

    def x(tickets: int) -> float:
        return left + wide * sizes.index(tickets) / max(1, len(sizes) - 1)

    shapes = [drawn_text(12, 24, "毫秒：线为网页，圈为手写 SQL · ms: lines are pages, rings the SQL by hand")]
    for ms in (1, 10, 100, 1000, 10_000):
        shapes.append(f'<rect x="{left}" y="{y(ms):.1f}" width="{wide}" height="0.5" fill="{SOFT}"/>')
        shapes.append(drawn_text(left - 6, y(ms) + 4, f"{ms:,}", "end", SOFT))
    shapes.append(f'<rect x="{left}" y="{y(MOST_MS):.1f}" width="{wide}" height="1.5" fill="{LIMIT}"/>')
    shapes += [drawn_text(x(size), top + high + 18, f"{size:,}", "middle", SOFT) for size in sizes]
    for place, name in enumerate(ASKED):
        colour = COLOURS[place % len(COLOURS)]
        points = [(x(size), m) for size in sizes for m in found[size] if m.name == name]
        line = " ".join(f"{at:.1f},{y(m.page):.1f}" for at, m in points)
        shapes.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        shapes += [
            f'<circle cx="{at:.1f}" cy="{y(m.by_hand):.1f}" r="4" fill="none" stroke="{colour}"/>'
            for at, m in points if m.by_hand
        ]  # fmt: skip
        shapes.append(f'<rect x="{left + wide + 24}" y="{top + 22 * place}" width="14" height="4" fill="{colour}"/>')
        shapes.append(drawn_text(left + wide + 44, top + 22 * place + 6, name, "start", INK))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth_curve.svg").write_text(svg(top + high + 30, shapes, 800))
