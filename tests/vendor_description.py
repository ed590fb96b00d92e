"""The vendor's official OpenAPI description of its REST interface, where this machine has it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FILE = Path(__file__).parents[2] / "shared/twilio/twilio_api_v2010.json"
BASE = "/2010-04-01/Accounts/{AccountSid}"
needed = pytest.mark.skipif(
    not FILE.exists(), reason=f"the vendor's OpenAPI description is not on this machine ({FILE})"
)
"""Skips a test, saying why, where the description is absent."""


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text("utf-8")))


def check(body: object, schema: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError where ``body`` is not as ``schema`` says."""
    resource = Resource.from_contents(description(), default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource("urn:vendor", resource)
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:vendor#/'))
    OAS30Validator(absolute, registry=registry).validate(body)
