"""Telephone numbers as people write them, and the one form in which they are kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

REGION = "CN"
SYNTHETIC_MOBILE = "+86154"
"""Mobile prefix assigned to nobody by the ministry (MIIT); sample data uses it so that no real phone can ring."""

_SYNTHETIC = re.compile(r"^\+86(154\d{8}|(10|2\d|[3-9]\d{2})0\d{6,7})$")
_EXTENSION = re.compile(r"(?:转接?|分机号?|ext\.?|x|#|,)\s*(\d{1,6})\s*$", re.IGNORECASE)
_SHORT = re.compile(r"^(1\d{2}|1\d{4}|9\d{4,5})$")


class NumberError(ValueError):
    """The text is no telephone number; the message says why in Chinese and English."""


@dataclass(frozen=True, order=True)
class Number:
    """A telephone number: E.164 (``+8613912345678``) or a short code (``12345``), with its extension apart."""

    value: str
    extension: str | None = None

    @property
    def is_short(self) -> bool:
        """True for a short code such as 120 or 12345, which only works inside the country."""
        return not self.value.startswith("+")

    @property
    def is_synthetic(self) -> bool:
        """True for a number from a range that rings nobody: 154 mobiles, subscriber numbers that begin with 0."""
        return bool(_SYNTHETIC.match(self.value))

    @property
    def masked(self) -> str:
        """The number as logs and pages show it: ``138****5678``."""
        return mask(self.value)

    def __str__(self) -> str:
        return f"{self.value};ext={self.extension}" if self.extension else self.value


def parse(text: str) -> Number:
    """Return the number that ``text`` means to somebody in China.

    Accepts full-width digits, blanks, dashes, +86/0086, ``转 801`` and short codes. Raises NumberError.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise NumberError("号码为空 (the number is empty)")
    extension = None
    if match := _EXTENSION.search(plain):
        extension, plain = match[1], plain[: match.start()]
    digits = re.sub(r"[\s\-()._]", "", plain)
    if _SHORT.match(digits):
        return Number(digits, extension)
    try:
        parsed = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException as error:
        raise NumberError(f"“{text}” 不是电话号码 (not a telephone number)") from error
    value = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(parsed) or _SYNTHETIC.match(value)):
        raise NumberError(f"“{text}” 不是有效的电话号码，请检查位数 (not a valid number, check its digits)")
    return Number(value, extension)


def parse_caller(text: str) -> Number | None:
    """Return the number a carrier says is calling, or None when it is withheld or no number at all."""
    try:
        return parse(text)
    except NumberError:
        return None


def from_stored(text: str) -> Number:
    """Return the number that ``str(number)`` wrote."""
    value, _, extension = text.partition(";ext=")
    return Number(value, extension or None)


def mask(value: str) -> str:
    """Return ``value`` with all but the first three and last two to four digits hidden."""
    national = value.removeprefix("+86")
    if len(national) <= 6:
        return national
    return f"{national[:3]}****{national[-4:] if len(national) >= 11 else national[-2:]}"
