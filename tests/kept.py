"""What every application of the tests would work out anew and alike: kept for as long as the test process lives.

There are hundreds of applications, one a test. Each of them compiled every template it showed and every rule of the
console, and that was half the time of the suite.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """Compiled templates, for as long as their source is the same."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


class KeptRule(Rule):
    """A rule whose functions that build addresses are compiled once for all rules that are put together alike.

    They are given the rule itself when they are called: nothing of one application gets into another.
    """

    _kept: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        parts = (append_unknown, self.rule, *self._trace)
        if parts not in self._kept:
            self._kept[parts] = super()._compile_builder(append_unknown)
        return self._kept[parts]


def keep() -> None:
    """Let all applications of this process share what is worked out alike."""
    Flask.jinja_options = {"bytecode_cache": KeptTemplates()}
    Flask.url_rule_class = KeptRule
