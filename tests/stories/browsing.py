"""Browsers in a story: pages of the county's application in Chromium, while its telephones stand still and wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from tests import chromium
from tests.stories.town import Town

T = TypeVar("T")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PICTURES = os.environ.get("HOTLINE_PICTURES", "")
"""A folder for screenshots (docs/pictures when they are made again); empty: none are taken."""
PATIENCE = 20_000
"""Milliseconds that a step in the browser may take on a busy machine; the page asks again every two seconds."""
TELEPHONE = {"width": 390, "height": 844}


class Window:
    """Opens pages of a town in a browser. All of it happens in one thread of its own: the story's thread has a loop."""

    def __init__(self, town: Town, address: str, browser: Browser, thread: ThreadPoolExecutor) -> None:
        self._town, self._browser, self._thread = town, browser, thread
        self.address = address
        self.errors: list[str] = []

    async def does(self, step: Callable[[], T]) -> T:
        """Do something in the browser; the clock of the county stands still meanwhile."""
        return await self._town.world.work(lambda: self._thread.submit(step).result())

    async def page(self, signed_in: FlaskClient | None = None) -> Page:
        """Open an empty page, as large as a telephone, that shares nothing with others but who is signed in."""
        return await self.does(lambda: self._page(signed_in))

    def _page(self, signed_in: FlaskClient | None) -> Page:
        page = self._browser.new_page(viewport=TELEPHONE, locale="zh-CN", has_touch=True)  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE)
        if signed_in and (cookie := signed_in.get_cookie("hotline")):
            page.context.add_cookies([{"name": "hotline", "value": cookie.value, "url": self.address}])
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        return page


@contextmanager
def window(town: Town) -> Iterator[Window]:
    """Serve the town's application on this machine and open a browser; skip where there is none."""
    found = chromium.find()
    if found is None and not chromium.REQUIRED:
        pytest.skip(f"no browser: {chromium.HOW}")
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    expect.set_options(timeout=PATIENCE)
    with ThreadPoolExecutor(1) as thread:
        playwright: Playwright = thread.submit(lambda: sync_playwright().start()).result()
        launch = playwright.chromium.launch
        browser = thread.submit(lambda: launch(executable_path=found, args=FLAGS)).result()
        try:
            yield Window(town, f"http://127.0.0.1:{server.server_port}", browser, thread)
        finally:
            thread.submit(browser.close).result()
            thread.submit(playwright.stop).result()
            server.shutdown()
            serving.join()
            server.server_close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what a page looks like, where pictures are asked for."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)
