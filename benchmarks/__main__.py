"""``make bench``: run all benchmarks, or those named; each starts and stops its own servers."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("pages", "growth", "webhook", "time_to_human", "timers", "storm", "processes")


def main(wanted: list[str]) -> int:
    """Run them one after the other; the number of limits that were not kept is said, and no error."""
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    missed = 0
    for name in wanted or NAMES:
        for result in import_module(f"benchmarks.{name}").run():
            result.write()
            missed += sum(not ratio.kept for ratio in result.ratios)
    print(f"\n{missed} limits not kept; results in benchmarks/results/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
