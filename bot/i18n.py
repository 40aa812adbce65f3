"""The operator's language: `_` translates a sentence now, `N_` marks one that is translated later."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from bot.folding import is_chinese

LANGUAGES = ("en", "zh")
LOCALES = Path(__file__).parent / "locales"

_language: ContextVar[str] = ContextVar("language", default="en")


def N_(text: str) -> str:  # noqa: N802  (gettext's own name)
    """The text itself, marked for translation."""
    return text


def _(text: str) -> str:
    """`text` in the language in use; in English where it has no translation."""
    return _catalogue(_language.get()).gettext(text) if text else ""


def language() -> str:
    """The language in use: en or zh."""
    return _language.get()


@contextmanager
def using(name: str) -> Iterator[None]:
    """Translate into language `name` within the block."""
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


def speak(name: str) -> None:
    """Translate into language `name` from now on, in this thread or task."""
    _language.set(name)


def joined(*sentences: str) -> str:
    """Sentences one after the other: Chinese ones need no space between them."""
    return ("" if _language.get() == "zh" else " ").join(sentence for sentence in sentences if sentence)


def language_of(text: str) -> str:
    """The language to answer a text in: Chinese where it has a Chinese character, otherwise English."""
    return "zh" if is_chinese(text) else "en"


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    """The catalogue of a language, compiled in memory: only the .po file, which people edit, is kept."""
    path = LOCALES / name / "LC_MESSAGES" / "opsbot.po"
    if not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
