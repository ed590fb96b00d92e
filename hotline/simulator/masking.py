"""Telephone numbers as logs show them."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w])(\+|%2B)?(\d{7,15})(?!\w)")


def mask(number: str) -> str:
    """Return ``number`` with its middle hidden: ``+86154****0001``; short codes and words stay readable."""
    return number if len(number) <= 6 or not number.strip("+").isdigit() else f"{number[:-8]}****{number[-4:]}"


def mask_text(text: str) -> str:
    """Return ``text`` with every telephone number in it masked."""
    return _NUMBER.sub(lambda match: mask((match[1] or "").replace("%2B", "+") + match[2]), text)
