"""What a benchmark found: ratios within one run against stated limits, as JSON and as a picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
GOOD, BAD, LIMIT, INK, SOFT = "#2f6b4f", "#b3402f", "#8a6d1f", "#222222", "#666666"
WIDTH, LEFT, LINE = 760, 300, 24


@dataclass(frozen=True)
class Ratio:
    """One finding: ``value`` is a ratio of two measurements of the same run, or a time in ``unit``.

    ``most``: it must not be above the limit (a cost); else not below it (a yield).
    """

    name: str
    value: float
    limit: float
    most: bool = True
    unit: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Return whether the limit is kept."""
        return self.value <= self.limit if self.most else self.value >= self.limit


@dataclass(frozen=True)
class Result:
    """All findings of a benchmark."""

    name: str
    title: str
    ratios: Sequence[Ratio]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def write(self) -> None:
        """Write the JSON and the picture, and say on the terminal what was found."""
        RESULTS.mkdir(exist_ok=True)
        found = {
            "name": self.name, "title": self.title, "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(), "facts": dict(self.facts),
            "ratios": [asdict(ratio) | {"kept": ratio.kept} for ratio in self.ratios],
        }  # fmt: skip
        text = json.dumps(found, ensure_ascii=False, indent=1, default=str)
        (RESULTS / f"{self.name}.json").write_text(text + "\n")
        (RESULTS / f"{self.name}.svg").write_text(self._picture())
        print(f"\n{self.title}")
        for ratio in self.ratios:
            sign = "≤" if ratio.most else "≥"
            mark = "✓" if ratio.kept else "✗"
            print(f"  {mark} {ratio.name:<52} {ratio.value:>9.3g}{ratio.unit} {sign} {ratio.limit:g}{ratio.unit}")

    def _picture(self) -> str:
        """A bar a finding, its length in limits: what ends left of the line keeps a cost's limit, right a yield's."""
        high = 54 + LINE * len(self.ratios)
        wide = WIDTH - LEFT - 110
        shapes = [drawn_text(12, 24, self.title, size=15)]
        for place, ratio in enumerate(self.ratios):
            y = 40 + place * LINE
            share = min(2.0, ratio.value / ratio.limit) / 2 if ratio.limit else 0.0
            sign = "≤" if ratio.most else "≥"
            words = f"{ratio.value:.3g}{ratio.unit}  ({sign} {ratio.limit:g})"
            fill = GOOD if ratio.kept else BAD
            shapes += [
                drawn_text(LEFT - 8, y + 13, ratio.name, "end"),
                f'<rect x="{LEFT}" y="{y}" width="{max(1.0, wide * share):.1f}" height="{LINE - 8}" fill="{fill}"/>',
                drawn_text(LEFT + wide * share + 6, y + 13, words, fill=SOFT),
            ]
        at = LEFT + wide / 2
        shapes.append(f'<rect x="{at:.1f}" y="36" width="1.5" height="{high - 46}" fill="{LIMIT}"/>')
        return svg(high, shapes)


def svg(height: float, shapes: Sequence[str], width: float = WIDTH) -> str:
    """Return a picture of these shapes on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="Noto Sans CJK SC, Noto Sans, sans-serif" font-size="12">'
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>{"".join(shapes)}</svg>\n'
    )


def drawn_text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK, size: int = 12) -> str:
    """Return words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}">{escape(words)}</text>'
    )


def machine() -> Mapping[str, Any]:
    """Return what the numbers depend on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system(), "load": load}
