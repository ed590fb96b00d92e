"""Telephone numbers as people write them, and the one form in which they are kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat

REGION = "CN"
SYNTHETIC_MOBILE = "+86154"
"""Mobile prefix assigned to nobody by the ministry (MIIT); sample data uses it so that no real phone can ring."""

_SYNTHETIC = re.compile(r"^\+86(154\d{8}|(10|2\d|[3-9]\d{2})0\d{6,7})$")
_EXTENSION = re.compile(r"(?:转接?|分机号?|内线|ext\.?|x|#|,)\s*:?\s*(\d{1,6})\s*$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(\(?0(?:10|2\d|[3-9]\d{2})\)?[-\s]?\d{7,8})\s*-\s*(\d{1,6})$")
_SHORT = re.compile(r"^(?:\+86|0086)?(1\d{2}|1\d{4}|9\d{4,5})$")


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
    def written(self) -> str:
        """The number as people here write it: ``13912345678``, ``0356-7022222转801``, ``+1 202-555-0123``."""
        text = self.value
        if not self.is_short:
            home = text.startswith("+86")
            style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
            text = phonenumbers.format_number(phonenumbers.parse(text), style)
            text = _landline(text.replace(" ", "")) if home else text
        return f"{text}转{self.extension}" if self.extension else text

    @property
    def masked(self) -> str:
        """The number as logs and pages show it: ``138****5678``."""
        return mask(self.value)

    def __str__(self) -> str:
        return f"{self.value};ext={self.extension}" if self.extension else self.value


def parse(text: str) -> Number:
    """Return the number that ``text`` means to somebody in China.

    Accepts full-width digits, blanks, dashes, +86/0086, ``转 801``, ``-801`` and short codes. Raises NumberError,
    whose message shows the number masked.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise NumberError("号码为空 (the number is empty)")
    extension = None
    if match := _EXTENSION.search(plain):
        extension, plain = match[1], plain[: match.start()]
    elif match := _DASHED_EXTENSION.match(_one_dash(plain)):
        plain, extension = match[1], match[2]
    digits = re.sub(r"[\s()._\-]", "", _one_dash(plain))
    if match := _SHORT.match(digits):
        return Number(match[1], extension)
    try:
        parsed = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException as error:
        raise NumberError(f"“{mask(plain)}” 不是电话号码 (not a telephone number)") from error
    value = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(parsed) or _SYNTHETIC.match(value)):
        raise NumberError(f"“{mask(plain)}” 不是有效的电话号码，请检查位数和区号 (invalid, check digits and area code)")
    return Number(value, extension)


def _one_dash(text: str) -> str:
    """Return ``text`` with every kind of dash written as the plain one."""
    return re.sub(r"[\u2010-\u2015\u2212\u30fc\u4e00~]", "-", text)


def _landline(digits: str) -> str:
    """Return a Chinese number with a dash after its area code; a mobile stays whole."""
    match = re.match(r"^0?(?![48]00)(10|2\d|[3-9]\d{2})(\d{7,8})$", digits)
    return f"0{match[1]}-{match[2]}" if match and not digits.startswith("1") else digits


@lru_cache(maxsize=4096)
def parse_caller(text: str) -> Number | None:
    """Return the number a carrier says is calling, or None when it is withheld or no number at all.

    Remembered, since every webhook of a call names the same two. Carriers spell ANONYMOUS or RESTRICTED on the keys
    (+266696687, +7378742833): no number plan has these.
    """
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
