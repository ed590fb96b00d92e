"""The directory's rows as the API gives them: each kind's type is made from the row that the import checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, Field, create_model

from hotline.sheets.changes import shown
from hotline.sheets.fields import Secret, is_list
from hotline.sheets.kinds import Kind
from hotline.web.api.schema import TEXT, Strict

_KEPT = (bool, int, dict)


class RowsAsked(Strict):
    """Which rows of a kind are asked for."""

    tenant: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of the tenant, where there are several."
    )
    q: str = Field("", max_length=100, pattern=TEXT, description="Looked for in texts, numbers and station names.")
    page: int = Field(1, ge=1, le=10_000, description="Page, counted from 1; fifty rows each.")


class RowPage(BaseModel):
    """What every page of rows has besides its rows."""

    count: int = Field(description="Rows in all.")
    next: int | None = Field(description="The next `page`; null: that was all.")


def page_type(kind: Kind) -> type[RowPage]:
    """Return the type of a page of a kind's rows: the fields are those of the import's file."""
    fields: dict[str, Any] = {
        name: (_type(kind, name), Field(description=_said(info.title, info.description)))
        for name, info in kind.row.model_fields.items()
    }
    word = "".join(part.title() for part in kind.name.split("_"))
    row = create_model(f"{word}Row", __doc__=f"{kind.title}: {kind.row.__doc__}", **fields)
    return create_model(f"{word}Page", __base__=RowPage, __doc__=f"Some {kind.heading}.", rows=(list[row], ...))


def plain(kind: Kind, values: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """Return a row's values as JSON; telephone and identity numbers masked unless ``whole``."""
    return {name: _plain(kind, name, value, whole) for name, value in values.items()}


def _plain(kind: Kind, name: str, value: Any, whole: bool) -> Any:
    if is_list(value):
        return [_plain(kind, name, item, whole) for item in value]
    if value is None or isinstance(value, _KEPT):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if whole or (isinstance(value, str) and not kind.meta(name, Secret)) else shown(kind, name, value)


def _type(kind: Kind, name: str) -> Any:
    default = kind.row.model_fields[name].get_default()
    annotation = kind.row.model_fields[name].annotation
    if annotation in (bool, int):
        return annotation
    if is_list(default) or _of_several(annotation):
        return list[str]
    return dict[str, Any] if annotation == dict[str, Any] else (str | None if default is None else str)


def _of_several(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _said(*words: str | None) -> str:
    return "; ".join(word for word in words if word)
