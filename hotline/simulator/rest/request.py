"""A REST request and its answer, free of any web framework."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Pairs = Sequence[tuple[str, str]]
_NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")


@dataclass(frozen=True)
class RestReply:
    """A JSON answer, or ``media`` bytes."""

    status: int
    json: dict[str, Any] | None = None
    media: bytes | None = None


class RestError(Exception):
    """A refusal in Twilio's manner: HTTP status, error code, message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    @property
    def json(self) -> dict[str, Any]:
        """The body of the answer."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}


@dataclass(frozen=True)
class Request:
    """The parts a handler looks at; ``sid`` is the one in the path, empty for a list."""

    method: str
    resource: str
    sid: str
    query: Pairs
    form: Pairs
    call_sid: str = ""

    def get(self, name: str, default: str = "") -> str:
        """Return a form field."""
        return next((value for key, value in self.form if key == name), default)

    def all(self, name: str) -> list[str]:
        """Return all values of a repeated form field."""
        return [value for key, value in self.form if key == name]

    def asked(self, name: str) -> str:
        """Return a query field, empty when it is not there."""
        return next((value for key, value in self.query if key == name), "")


def not_found(path: str) -> RestError:
    """Return the answer for what does not exist."""
    return RestError(404, 20404, f"The requested resource {path} was not found")


def is_number(text: str) -> bool:
    """Return whether ``text`` is a number in E.164."""
    return _NUMBER.match(text) is not None


def page(request: Request, path: str, name: str, items: list[dict[str, Any]]) -> RestReply:
    """Return one page of a list, as Twilio numbers them."""
    size = min(1000, int(request.asked("PageSize") or 50))
    index = int(request.asked("Page") or 0)
    part = items[index * size : (index + 1) * size]

    def uri(number: int) -> str:
        filters = [f"{key}={value}" for key, value in request.query if key not in ("Page", "PageSize")]
        return f"{path}?" + "&".join([*filters, f"PageSize={size}", f"Page={number}"])

    return RestReply(
        200,
        {
            name: part,
            "page": index,
            "page_size": size,
            "start": index * size,
            "end": index * size + max(0, len(part) - 1),
            "uri": uri(index),
            "first_page_uri": uri(0),
            "previous_page_uri": uri(index - 1) if index else None,
            "next_page_uri": uri(index + 1) if (index + 1) * size < len(items) else None,
        },
    )
