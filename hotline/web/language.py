"""The pages' language: Chinese is what the templates say, English comes from its catalogue; no compile step."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, Domain, get_locale, gettext

from hotline.calls.exchange import Exchange

COOKIE = "language"
LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en"}
"""What a page's ``lang`` says -> Babel's name of it."""
CATALOGUES = Path(__file__).parent / "translations"


class _Catalogues(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """Reads the .po files themselves, so that what is committed is what is shown."""

    def get_translations(self) -> NullTranslations:
        return catalogue(str(get_locale()))


class _Languages(Babel):  # type: ignore[misc]
    domain_instance = _Catalogues()


def set_up(app: Flask) -> None:
    """Make the pages speak the reader's language, and ``words`` pick it from a (Chinese, English) pair."""
    _Languages(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai", locale_selector=_locale)
    app.add_template_filter(words)
    app.add_template_global(language)


def language() -> str:
    """Return the reader's language as HTML names it: the cookie's, else the setting's."""
    chosen = request.cookies.get(COOKIE, "") if has_request_context() else ""
    if chosen in LOCALES:
        return chosen
    exchange: Exchange = current_app.extensions["hotline"]
    return exchange.settings.default_language


def _(text: str, **values: object) -> str:
    """Return a sentence of the pages in the reader's language, its ``%(name)s`` filled in."""
    return str(gettext(text, **values))


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return text


def words(pair: tuple[str, str]) -> str:
    """Return the Chinese or the English of a pair."""
    return pair[1] if language() == "en" else pair[0]


@lru_cache
def catalogue(locale: str) -> NullTranslations:
    """Return the translations of a locale; the source language needs none."""
    file = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as text:
        messages = read_po(text, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def _locale() -> str:
    return LOCALES[language()]
