"""hotline recount: let go of the kept figures of all days and of the last hours, and count them anew."""

from __future__ import annotations

import time

from hotline.calls.statistics import days
from hotline.commands import speak
from hotline.commands.database import exchange


def recount_all(settled: float = days.SETTLED.total_seconds()) -> None:
    """Count every day that is over; pages are right meanwhile, only slower. Begins after ``settled`` seconds."""
    with exchange() as x:
        with x.sessions.begin() as session:
            days.forget(session)
            days.announce(session, x.clock())
        if settled:
            speak.tell("·", f"{settled:.0f} 秒后开始", f"begins in {settled:.0f} s, when whatever runs now has ended")
            time.sleep(settled)
        counted = 0
        while found := days.keep(x.sessions, x.clock(), limit=100):
            counted += found
            speak.tell("·", f"已统计 {counted} 天（含近几天的各小时）", f"{counted} days and recent hours counted")
    speak.tell("✓", "各天的统计已全部更新", "the figures of all days are kept anew")
