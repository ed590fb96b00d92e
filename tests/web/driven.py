"""A real browser whose requests the application under test answers, posts and redirects included, without a server."""

from __future__ import annotations

from flask.testing import FlaskClient
from playwright.sync_api import Page, Route

from tests.web.axe import ORIGIN

PASSED_ON = ("content-type", "hx-request", "hx-trigger", "hx-target", "if-none-match", "x-csrftoken", "accept-language")


def drive(page: Page, client: FlaskClient) -> Page:
    """Let a client that has signed in answer what a page asks for; a redirect is followed here and not by the page."""
    page.route("**/*", lambda route: _answer(client, route))
    return page


def _answer(client: FlaskClient, route: Route) -> None:
    request = route.request
    headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
    answer = client.open(
        request.url.removeprefix(ORIGIN), method=request.method, data=request.post_data_buffer, headers=headers,
        follow_redirects=True, buffered=True,
    )  # fmt: skip
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
