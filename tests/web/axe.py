"""Pages of the application under test, opened in a real browser without a server, and judged by axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route, sync_playwright

from tests import chromium

ORIGIN = "http://hotline.test"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
GRAVE = ("serious", "critical")
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOUR_RULES = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""What a change of colours can break; everything else is the same in the dark."""


class Eyes:
    """One page of one browser, in which the pages that a test client gets are looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._files: dict[str, dict[str, Any]] = {}

    def findings(self, client: FlaskClient, address: str) -> list[str]:
        """Open a page as its reader and return what axe finds serious or critical, in the light and in the dark."""
        self.page.unroute_all()
        self.page.route("**/*", lambda route: self._answer(client, route))
        found = []
        for scheme, rules in (("light", ALL_RULES), ("dark", COLOUR_RULES)):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            if scheme == "light":
                self.page.goto(ORIGIN + address)
                self.page.evaluate(AXE_SCRIPT)  # once a page: reading it takes as long as most of its rules
            violations = self.page.evaluate("rules => axe.run(rules)", rules)["violations"]
            found += [
                f"{address} ({scheme}): {violation['id']}, {violation['help']}: "
                + " · ".join(str(target) for node in violation["nodes"] for target in node["target"])
                for violation in violations
                if violation["impact"] in GRAVE
            ]
        return found

    def _answer(self, client: FlaskClient, route: Route) -> None:
        """Answer the browser with what the client gets; a live stream would never end."""
        address = route.request.url.removeprefix(ORIGIN)
        if route.request.method != "GET" or "text/event-stream" in route.request.headers.get("accept", ""):
            route.abort()
            return
        if address not in self._files:
            answer = client.get(address, buffered=True)
            known = {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.data}
            if not address.startswith("/static/"):
                route.fulfill(**known)
                return
            self._files[address] = known
        route.fulfill(**self._files[address])


@contextmanager
def eyes() -> Iterator[Eyes]:
    """Start a browser with one page as wide as an office screen; skip where there is no browser."""
    found = chromium.find()
    if found is None and not chromium.REQUIRED:
        pytest.skip(f"no browser: {chromium.HOW}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield Eyes(browser.new_page(viewport={"width": 1366, "height": 860}, locale="zh-CN"))
        browser.close()
