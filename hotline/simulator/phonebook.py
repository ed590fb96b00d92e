"""Reads the telephones and lines that the application's people have, from a JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from hotline.simulator.carrier import Carrier
from hotline.simulator.lines import at

KINDS = ("survivor", "handset", "branch", "line")


class PhonebookError(ValueError):
    """The file cannot be used; the message says where and why."""


def load(carrier: Carrier, file: Path, webhook: str) -> None:
    """Enter the telephones and lines of ``file``; see WALL_API.md for its form. Raises PhonebookError."""
    try:
        entries = json.loads(file.read_text("utf-8"))
        for index, entry in enumerate(entries):
            _enter(carrier, entry, webhook, index)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise PhonebookError(f"{file}: {error}") from error


def _enter(carrier: Carrier, entry: dict[str, str], webhook: str, index: int) -> None:
    number, kind = str(entry.get("number", "")), entry.get("kind", "")
    if not number.lstrip("+").isdigit() or kind not in KINDS:
        raise PhonebookError(f"entry {index + 1}: a number and a kind ({', '.join(KINDS)}) are needed")
    label, label_en, group = (str(entry.get(name) or "") for name in ("label", "label_en", "group"))
    if kind == "line":
        carrier.add_line(at(webhook, number, label, label_en, group))
        return
    phone = carrier.phone(number)
    phone.label, phone.label_en, phone.group, phone.kind = label, label_en, group, kind
