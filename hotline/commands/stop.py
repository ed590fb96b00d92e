"""hotline stop: end the hotline that runs on a data folder, or what a killed one left behind."""

from __future__ import annotations

import os
import signal
import time

from hotline.commands import checks, speak
from hotline.embedded.errors import EmbeddedError
from hotline.embedded.folder import DataFolder

PATIENCE = 120.0
"""Seconds a running hotline may take to stop: what its worker is at, then its servers."""


def stop_running() -> None:
    """Stop it and wait until it is gone. Raises EmbeddedError when it will not stop."""
    folder = DataFolder(checks.load_settings().data_dir)
    if not folder.path.is_dir():
        return
    owner = folder.owner()
    if owner:
        os.kill(owner, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while folder.owner():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"进程 {owner} 没有停止 (the process does not stop)")
            time.sleep(0.1)
        speak.tell("✓", "热线已停止", "the hotline is stopped")
    folder.claim()
    folder.release()
