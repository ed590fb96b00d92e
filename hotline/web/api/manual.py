"""The API's documentation as a page of our own: made from the OpenAPI document, so it needs nobody else's network.

No ready-made viewer: they are megabytes of script in English only, that print badly and set styles inline, which the
console's content security policy forbids (docs/adr/0015-api.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template

from hotline.accounts import tokens
from hotline.accounts.roles import Permission
from hotline.outgoing.events import EVENTS
from hotline.web.api.access import PREFIX
from hotline.web.api.chinese import SUMMARIES, TAGS
from hotline.web.api.document import document
from hotline.web.api.problems import WORDS
from hotline.web.language import _, language
from hotline.web.sign_in.guards import open_to_all
from hotline.web.webhooks import exchange

views = Blueprint("api_manual", __name__, url_prefix="/api-manual")
Schema = Mapping[str, Any]
_DEEPEST = 3
_GOOD = {"200": ("正常", "Fine"), "201": ("已新建", "Made"), "204": ("已撤销", "Removed")}


@dataclass(frozen=True)
class Field:
    """One field of what is sent or answered; ``name`` with those around it, as in ``ticket.number``."""

    name: str
    type: str
    needed: bool
    said: str


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    said: str
    scopes: Sequence[tuple[str, str]]
    asked: Sequence[Field]
    sent: Sequence[Field]
    answered: Sequence[Field]
    as_before: str
    """The operation above that answers the same; then ``answered`` is empty."""
    statuses: Sequence[tuple[str, tuple[str, str]]]

    @property
    def id(self) -> str:
        """The operation's place on the page."""
        return (
            f"{self.method} {self.path}".lower().replace(" ", "-").replace("/", "-").replace("{", "").replace("}", "")
        )


@views.get("")
@open_to_all
def show() -> str:
    """The page; it says nothing of anybody."""
    made = document(current_app)
    found = {
        f"{m.upper()} {path.removeprefix(PREFIX)}": one for path, p in made["paths"].items() for m, one in p.items()
    }
    groups: dict[str, list[Operation]] = {tag: [] for tag in TAGS}
    shown: dict[str, str] = {}
    for name in (name for name in SUMMARIES if name in found):
        groups[found[name]["tags"][0]].append(_operation(made, name, found[name], shown))
    return render_template(
        "api_manual.html", groups={TAGS[tag]: found for tag, found in groups.items() if found}, prefix=PREFIX,
        base=exchange().settings.console_base_url, events=EVENTS, minute=tokens.A_MINUTE,
    )  # fmt: skip


def _operation(made: Schema, name: str, operation: Schema, shown: dict[str, str]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good: Schema = next((answer for status, answer in operation["responses"].items() if status < "300"), {})
    answered = good.get("content", {}).get("application/json", {}).get("schema", {})
    first = shown.setdefault(answered["$ref"], name) if answered else name
    method, _blank, path = name.partition(" ")
    return Operation(
        method=method,
        path=path,
        said=operation["description"] if language() == "en" else operation["summary"],
        scopes=[tokens.SCOPES[Permission(scope)] for scope in operation["x-scopes"]],
        asked=[_asked(made, one) for one in operation.get("parameters", ())],
        sent=list(_fields(made, body)) if body else [],
        answered=list(_fields(made, answered)) if first == name else [],
        as_before="" if first == name else first,
        statuses=[
            (status, _GOOD.get(status) or WORDS.get(int(status), ("", ""))) for status in sorted(operation["responses"])
        ],
    )


def _asked(made: Schema, one: Schema) -> Field:
    where = {"path": _("路径"), "query": _("查询"), "header": _("请求头")}[one["in"]]
    return Field(one["name"], f"{where} · {_type(made, one['schema'])}", bool(one.get("required")), one["description"])


def _fields(made: Schema, schema: Schema, before: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object and, under their names, those of the objects in it."""
    found = _resolved(made, schema)
    needed = found.get("required", ())
    for name, one in found.get("properties", {}).items():
        inner = _resolved(made, one)
        many = inner.get("type") == "array"
        inner = _resolved(made, inner["items"]) if many and "items" in inner else inner
        yield Field(before + name, _type(made, one), name in needed, one.get("description", ""))
        if depth < _DEEPEST and "properties" in inner:
            yield from _fields(made, inner, f"{before}{name}{'[]' if many else ''}.", depth + 1)


def _resolved(made: Schema, schema: Schema) -> Schema:
    """A schema without its reference; of several the one that is not null."""
    if "anyOf" in schema:
        schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    if "$ref" in schema:
        found: Schema = made["components"]["schemas"][schema["$ref"].removeprefix("#/components/schemas/")]
        return found
    return schema


def _type(made: Schema, schema: Schema) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(made, one) for one in schema["anyOf"])
    found = _resolved(made, schema)
    if "enum" in found:
        return " | ".join(f'"{value}"' for value in found["enum"])
    if found.get("type") == "array":
        return f"{_type(made, found.get('items', {}))}[]"
    return str(found.get("format") or found.get("type") or "any")
