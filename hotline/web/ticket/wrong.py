"""What the forms of tickets refuse."""

from __future__ import annotations


class WrongError(Exception):
    """What was typed cannot be so; the message says in the reader's language which field, and why."""
