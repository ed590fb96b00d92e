"""Finds a browser for the browser stories; run as a program it tries to get one and says what will happen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
REQUIRED = os.environ.get("CI") == "true"
HOW = (
    "可安装 Chromium（Debian/Ubuntu：apt install chromium fonts-noto-cjk），或设 HOTLINE_CHROMIUM=路径"
    " · install Chromium, or set HOTLINE_CHROMIUM=path"
)


def find() -> str | None:
    """Return the path of a Chromium: the one named in HOTLINE_CHROMIUM, the system's, or Playwright's own."""
    named = os.environ.get("HOTLINE_CHROMIUM")
    for candidate in (named,) if named else NAMES:
        if candidate and (found := shutil.which(candidate)):
            return found
    return _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Say which browser is used, or why browser stories are skipped; 1 where a browser is required."""
    found = find()
    if not found:
        print("· 没有浏览器，尝试下载 · no browser here, trying Playwright's download", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=300, check=False)
        found = find()
    if found:
        print(f"· 浏览器故事用 · browser stories use {found}")
        return 0
    print(f"! 浏览器故事将跳过 · browser stories will be skipped. {HOW}")
    return 1 if REQUIRED else 0


if __name__ == "__main__":
    sys.exit(main())
