"""Writes docs/settings.md from the settings themselves: python -m hotline.commands.settings_page FILE."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from hotline.settings import Settings

_HEAD = """# 设置 · Settings

由 `make docs` 从 `hotline/settings.py` 生成，请勿手改。每一项都是一个环境变量。
Written by `make docs` from `hotline/settings.py`; do not edit. Each is an environment variable.

连接真实运营商时，`make run` 会拒绝下表中标 🔑 的默认值。
With a real carrier `make run` refuses the defaults marked 🔑.

| 变量 variable | 默认 default | 说明 meaning |
|---|---|---|
"""
REFUSED = frozenset({"carrier_account", "carrier_token", "vault_keys", "vault_pepper", "secret_key", "public_url"})


def page() -> str:
    """Return the page as Markdown."""
    rows = (
        f"| `HOTLINE_{name.upper()}`{' 🔑' if name in REFUSED else ''} | {_default(field)} | {_meaning(field)} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _HEAD + "".join(rows)


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        return "仅供开发 (development only)"
    return f"`{value}`" if str(value) else "空 (empty)"


def _meaning(field: FieldInfo) -> str:
    choices = getattr(field.annotation, "__args__", ())
    words = ", ".join(f"`{choice}`" for choice in choices if isinstance(choice, str))
    return (field.description or "").replace("|", "\\|") + (f" ({words})" if words else "")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
