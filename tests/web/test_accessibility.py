"""Every page can be read and used by everybody, as far as a machine can judge: WCAG 2.2 AA, light and dark."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from hotline.web.menu import MENU
from tests.web.axe import eyes
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, REST, World


def pages(app: Flask, client: FlaskClient) -> dict[str, str]:
    """Return the address of every page that is opened without an argument, by endpoint."""
    found = {
        rule.endpoint: rule.rule
        for rule in app.url_map.iter_rules()
        if rule.methods and "GET" in rule.methods and not rule.arguments
    }
    answers = {endpoint: client.get(address, buffered=True) for endpoint, address in found.items()}
    for endpoint, answer in answers.items():  # an entry may stand for the first of several pages
        if answer.status_code == 303 and answer.location.startswith(f"{found[endpoint]}/"):
            found[endpoint] = answer.location
            answers[endpoint] = client.get(answer.location, buffered=True)
    return {
        endpoint: found[endpoint]
        for endpoint, answer in answers.items()
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text
    }


def test_axe_finds_nothing_serious_on_any_page(
    app: Flask, world: World, client: FlaskClient, visitor: FlaskClient
) -> None:
    ticket = world.call("王秀英", NOW, [DUTY, *REST], lasted=248, outcome="answered", need="daily_life", message=20)
    world.call(None, NOW, [DUTY], lasted=None, urgent=True)
    own = pages(app, client)
    assert {entry.endpoint for entry in MENU} <= own.keys()
    with eyes() as looking:
        found = [
            finding
            for address in (*own.values(), f"/tickets/{ticket.id}", "/no-such-page")
            for finding in looking.findings(client, address)
        ]
        for address in pages(app, visitor).values():
            found += looking.findings(visitor, address)
    assert not found, "\n".join(found)
