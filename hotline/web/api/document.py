"""The OpenAPI document, and the check of what is sent against it (spectree)."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from flask import Flask
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.model_adapter.protocol import SchemaMode
from spectree.models import SecureType, SecuritySchemeData

from hotline.web.api import schema_webhooks
from hotline.web.api.access import PREFIX, scopes_of
from hotline.web.api.chinese import SUMMARIES
from hotline.web.api.problems import refuse
from hotline.web.api.schema import Problem


def _sent(_request: Any, _answer: Any, error: Any, _view: Any, _adapter: Any = None) -> None:
    if error is not None:
        found = [{"field": ".".join(map(str, e["loc"])), "reason": str(e["msg"])} for e in error.errors()]
        refuse(422, errors=found)


class _Spec(SpecTree):
    """Writes the types down when somebody asks for the document: spectree does at every use, 300 times a start."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._used: dict[str, tuple[Any, SchemaMode]] = {}

    def _add_model(self, model: Any, mode: SchemaMode = "validation") -> str:
        key = self.naming_strategy(model)
        self._used[key] = (model, mode)
        return key

    def write_types(self) -> None:
        """Write down every type that a view uses."""
        for model, mode in self._used.values():
            super()._add_model(model, mode)


spec = _Spec(
    "flask",
    mode="strict",
    title="1+N 关爱热线 API · care hotline API",
    version="1",
    openapi_version="3.1.0",
    before=_sent,
    validation_error_model=Problem,
    security_schemes=[SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
    security={"token": []},
    page_templates={},
)


def answers(good: Any, *refused: int) -> Answers:
    """Return what a view answers: ``good``, the token's own problems, and ``refused`` statuses besides."""
    problems = {f"HTTP_{status}": Problem for status in (401, 403, 429, *refused)}
    return Answers(HTTP_200=good, **problems)


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document: Chinese summaries, English descriptions, scopes; problems are problem+json."""
    spec.write_types()
    spec.app = app
    made: dict[str, Any] = deepcopy(spec.spec)
    scopes = _scopes(app)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            key = f"{method.upper()} {path.removeprefix(PREFIX)}"
            operation["description"], operation["summary"] = operation["summary"], SUMMARIES[key]
            operation["x-scopes"] = scopes[key]
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if status >= "400" and "application/json" in content:
                    content["application/problem+json"] = content.pop("application/json")
    schema_webhooks.add(made)
    return made


def _scopes(app: Flask) -> dict[str, list[str]]:
    """Method and path below the prefix -> the scopes of which a token needs one."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX))
            for method in rule.methods or ():
                found[f"{method} {path}"] = [s.value for s in scopes_of(app, rule.endpoint)]
    return found
