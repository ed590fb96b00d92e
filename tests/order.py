"""In which order the tests are run: what takes long comes first, so that no worker ends with it while another idles.

Two workers begin with one half of the list each (``--dist worksteal``), and who is done takes from the end of the
other's. Hence each half begins with long ones, and both end with short ones; a file's tests stay together.
"""

from __future__ import annotations

import pytest

WAITING = ("tests/embedded/",)
"""Long, and mostly waiting for processes of their own."""
WORKING = (
    "tests/web/test_accessibility", "tests/web/test_phone_wall_story", "tests/web/test_api_document", "tests/matrix/",
    "tests/stories/test_killed", "tests/stories/test_duty_day", "tests/stories/test_coordinator_day",
    "tests/stories/test_roster_day", "tests/stories/test_administrators_day",
)  # fmt: skip
"""Long, and computing all the time, or browsers that do."""


def long_first(items: list[pytest.Item]) -> None:
    """Bring the collected tests into this order."""
    waiting = [item for item in items if item.nodeid.startswith(WAITING)]
    working = [item for item in items if item.nodeid.startswith(WORKING)]
    rest = [item for item in items if not item.nodeid.startswith(WAITING + WORKING)]
    half = max(0, len(items) // 2 - len(waiting))
    items[:] = [*waiting, *rest[:half], *working, *rest[half:]]
