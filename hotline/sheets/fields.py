"""Types of the fields of an import row: each reads what people write, and knows how it is written again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator

from hotline.clock import local
from hotline.numbers import Number, parse
from hotline.sheets.problems import suggestion

Words = Mapping[str, tuple[str, str]]
"""code -> (Chinese, English)."""

YES = frozenset({"是", "true", "yes", "y", "1", "启用", "对", "√"})
NO = frozenset({"否", "false", "no", "n", "0", "停用", "错", "×"})


@dataclass(frozen=True)
class Ref:
    """The field names a row of ``kind`` by its code.

    Kept as that row's id in ``attribute`` (default: the field's name with ``_id``), or with ``as_code`` as the code.
    """

    kind: str
    many: bool = False
    as_code: bool = False
    attribute: str = ""


@dataclass(frozen=True)
class Choice:
    """The field holds one of these words, or with ``many`` several."""

    words: Words
    many: bool = False


@dataclass(frozen=True)
class Secret:
    """The field is kept as ``<name>_hash`` and ``<name>_sealed`` (see hotline.vault)."""


@dataclass(frozen=True)
class Apart:
    """The field has no column of its name; ``more_columns``, ``write_more`` and ``read_more`` of the kind see to it."""


def split(value: object) -> object:
    """Return the items of a cell such as ``a；b`` or ``a, b``; anything but text is left as it is."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in re.split(r"[;；,，、\n]", value) if part.strip()]


def written(value: object) -> str:
    """Return a value as people write it in a cell: wall time in Shanghai, a number with its dashes."""
    if isinstance(value, Number):
        return value.written
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def is_list(value: object) -> bool:
    """True for several items; a labelled telephone is one, though it is a tuple."""
    return isinstance(value, (list, tuple)) and not hasattr(value, "_fields")


def _code(value: str) -> str:
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        raise ValueError("代码不能为空 (the code is empty)")
    if len(text) > 64 or re.search(r"[\s;,、]", text):
        raise ValueError("代码里不能有空格、逗号或分号，最多 64 个字 (no blanks, commas or semicolons, 64 at most)")
    return text


def _flag(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in YES | NO:
        raise ValueError("请写 是 或 否 (yes or no)")
    return text in YES


def _number(value: object) -> Number:
    if isinstance(value, Number):
        return value
    return parse(str(value))


def _maybe_number(value: object) -> Number | None:
    return None if value is None or value == "" else _number(value)


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = re.sub(r"[年月/.]", "-", unicodedata.normalize("NFKC", str(value))).rstrip("日").strip()
    if not text:
        return None
    try:
        return date(*(int(part) for part in text.split("-", 2)))
    except (TypeError, ValueError) as error:
        raise ValueError("请写日期，例如 2026-08-01 (a date such as 2026-08-01)") from error


def _identity(value: str) -> str:
    """Return an 18-digit identity number (GB 11643) whose check digit is right."""
    text = unicodedata.normalize("NFKC", value).strip().upper()
    if not text:
        return ""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        raise ValueError("身份证号应为 18 位 (an identity number has 18 characters)")
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    if "10X98765432"[total % 11] != text[17]:
        raise ValueError("身份证号校验位不对，请核对 (the check digit of the identity number is wrong)")
    return text


def _pick(value: object, words: Words) -> str:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    for code, names in words.items():
        if text.lower() in (code, *(name.lower() for name in names)):
            return code
    known = [name for code, names in words.items() for name in (code, *names)]
    raise ValueError(f"没有 “{text}” 这一种{suggestion(text, known)} (not one of {', '.join(words)})")


def one_of(words: Words, *, optional: bool = False) -> Any:
    """Return the type of a field that holds the code of one of ``words``; Chinese and English are read too."""

    def read(value: object) -> str:
        return "" if optional and value in (None, "") else _pick(value, words)

    return Annotated[str, BeforeValidator(read), Choice(words)]


def some_of(words: Words) -> Any:
    """Return the type of a field that holds at least one of ``words``."""

    def read(value: object) -> tuple[str, ...]:
        items = split(value)
        if not isinstance(items, (list, tuple)) or not items:
            raise ValueError("至少写一种 (at least one is needed)")
        return tuple(dict.fromkeys(_pick(item, words) for item in items))

    return Annotated[tuple[str, ...], PlainValidator(read), Choice(words, many=True)]


Code = Annotated[str, AfterValidator(_code)]
Name = Annotated[str, AfterValidator(lambda v: v if v else _refuse("不能为空 (must not be empty)"))]
Flag = Annotated[bool, PlainValidator(_flag)]
Phone = Annotated[Number, PlainValidator(_number), Secret()]
MaybePhone = Annotated[Number | None, PlainValidator(_maybe_number), Secret()]
Identity = Annotated[str, AfterValidator(_identity), Secret()]
Day = Annotated[date | None, PlainValidator(_day)]
Items = Annotated[tuple[str, ...], BeforeValidator(split)]


def _refuse(reason: str) -> str:
    raise ValueError(reason)
