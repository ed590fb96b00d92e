"""How long it takes to say something."""

from __future__ import annotations

import unicodedata

from hotline.simulator.switches import Switches


def speech_seconds(text: str, switches: Switches) -> float:
    """Return the seconds a voice needs for ``text``; Chinese and Latin script have their own pace."""
    wide = sum(1 for character in text if unicodedata.east_asian_width(character) in "WF")
    return wide / switches.zh_chars_per_second + (len(text) - wide) / switches.en_chars_per_second
