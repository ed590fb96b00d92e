"""What a command says at the terminal: one line a fact, Chinese and then English."""

from __future__ import annotations

import sys


def tell(sign: str, chinese: str, english: str) -> None:
    """Print one line of progress; ``sign`` is ✓, · or !."""
    _print(f"{sign} {chinese} · {english}", error=False)


def line(text: str = "") -> None:
    """Print a line as it is."""
    _print(text, error=False)


def complain(text: str) -> None:
    """Print the one sentence that says what is wrong."""
    _print(f"✗ {text}", error=True)


def _print(text: str, *, error: bool) -> None:
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
