"""Requests to replace parts of a running hotline: a file each in its folder, that only its owner may write to.

Asked by ``hotline restart``, answered by the supervisor: the file goes when the successor has taken over, or says why
it did not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hotline.embedded.errors import EmbeddedError


class Renewals:
    """The requests in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "renew"

    def ask(self, name: str) -> None:
        """Ask for a successor of a part."""
        self._folder.mkdir(exist_ok=True)
        (self._folder / name).write_text("")

    def asked(self, known: Sequence[str]) -> list[str]:
        """Return the parts for which a successor is wanted, in the order of ``known``."""
        return [name for name in known if self._reads(name) == ""]

    def done(self, name: str) -> None:
        """The successor has taken over."""
        (self._folder / name).unlink(missing_ok=True)

    def failed(self, name: str, reason: str) -> None:
        """There is no successor; the old one goes on."""
        (self._folder / name).write_text(reason or "?")

    def forget(self) -> None:
        """Nothing is wanted any more."""
        for file in self._folder.glob("*"):
            file.unlink(missing_ok=True)

    def wait(self, name: str, alive: Callable[[], object]) -> None:
        """Wait for the answer. Raises EmbeddedError with the reason when it failed or nobody is there to answer."""
        while (found := self._reads(name)) is not None:
            if found:
                self.done(name)
                raise EmbeddedError(found)
            if not alive():
                raise EmbeddedError("热线已停止 (the hotline has stopped)")
            time.sleep(0.1)

    def _reads(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text()
        except FileNotFoundError:
            return None
