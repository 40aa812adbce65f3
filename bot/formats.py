"""Numbers, money and days as a person reads them, in the language in use."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from bot.i18n import language

_LOCALES = {"en": Locale("en"), "zh": Locale("zh")}


def percent(share: float) -> str:
    """0.742 → 74 %."""
    return format_percent(round(share, 2), "#,##0 %" if language() == "en" else "#,##0%", locale=_locale())


def points(difference: float) -> str:
    """A difference of probabilities with its sign: 0.12 → +12."""
    return f"{100 * difference:+.0f}"


def decimal(value: float, places: int = 1) -> str:
    """A number with at most so many places."""
    return format_decimal(round(value, places), format="#,##0." + "#" * places, locale=_locale())


def count(value: float) -> str:
    """A whole number with separators."""
    return format_decimal(round(value), format="#,##0", locale=_locale())


def money(cents: float, currency: str | None) -> str:
    """Cents as money; without a known currency as a plain amount."""
    if currency is None:
        return format_decimal(cents / 100, format="#,##0.00", locale=_locale())
    return format_currency(cents / 100, currency, locale=_locale())


def day(value: date) -> str:
    """A day in the locale's medium form."""
    return format_date(value, format="medium", locale=_locale())


def _locale() -> Locale:
    return _LOCALES[language()]
