"""What a file is, told by what is in it and never by its name. Pure.

Five kinds, because families bring scans, photographs, letters and tables. Letters and tables with macros are refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Literal

Kind = Literal["pdf", "jpeg", "png", "docx", "xlsx"]

MIME: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Kind -> its media type (RFC 6838)."""
SUFFIX: Mapping[str, str] = {"pdf": ".pdf", "jpeg": ".jpg", "png": ".png", "docx": ".docx", "xlsx": ".xlsx"}

_SIGNATURES: Mapping[bytes, Kind] = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
_CONTENTS, _LARGEST_CONTENTS = "[Content_Types].xml", 1 << 20
_MACROS = (b"macroEnabled", b"vbaProject", b"activeX")


def kind_of(content: bytes) -> Kind | None:
    """Return what a file is, None for anything that is not taken."""
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def _office(content: bytes) -> Kind | None:
    """Read the list of parts of an Office Open XML file (ECMA-376, part 2), at most a megabyte of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_CONTENTS) as part:
            listed = part.read(_LARGEST_CONTENTS)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        return None
    if any(word in listed for word in _MACROS):
        return None
    for kind in ("docx", "xlsx"):
        if f"{MIME[kind]}.main+xml".encode() in listed:
            return kind
    return None
