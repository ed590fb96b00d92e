"""Every operation of the API answers as the OpenAPI document says, whatever is sent (schemathesis)."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hotline.accounts import tokens
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World

OPERATIONS = 37
EXAMPLES = 6
"""Of each operation: enough for every parameter to be wrong once, few enough for the whole to take seconds."""
NOT_SAID = [positive_data_acceptance]
"""No schema can say which telephone numbers and stations there are."""
BOUNDED = settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def test_the_page_shows_every_operation_in_both_languages_to_anybody(visitor: FlaskClient) -> None:
    made = visitor.get("/api/v1/openapi.json").get_json()
    for language, said in (("zh-CN", "summary"), ("en", "description")):
        visitor.set_cookie("language", language)
        page = html.unescape(visitor.get("/api-manual").text)
        for path, operations in made["paths"].items():
            assert path.removeprefix("/api/v1") in page
            assert [one[said] for one in operations.values() if one[said] not in page] == []
        assert "legs[].seconds_to_human" not in page and "legs[].state" in page
    assert "需要权限" not in page and "Send tickets and work on them" in page
    assert made["paths"]["/api/v1/calls"]["get"]["x-scopes"] == ["tickets.see"]


def test_every_answer_is_as_the_document_says(
    app: Flask, world: World, bearer: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "A_MINUTE", 10_000)
    world.call("王秀英", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    mine = bearer(*tokens.SCOPES, station=world.county)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    assert schema.raw_schema["openapi"].startswith("3.1")
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @BOUNDED
        def ask(case: schemathesis.Case) -> None:
            try:
                case.call_and_validate(headers=mine, excluded_checks=NOT_SAID)
            except FailureGroup as group:  # the reader wants the reasons, not the group
                raise AssertionError([str(e) for e in group.exceptions]) from group

        given(operation.as_strategy())(ask)()
        asked += 1
    assert asked == OPERATIONS
