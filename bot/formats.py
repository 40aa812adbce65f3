"""Numbers, money and days as a person reads them, in the language in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names
from babel.lists import format_list
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from bot.i18n import _, language

_LOCALES = {"en": Locale("en"), "zh": Locale("zh")}


def percent(share: float, *, places: int = 0) -> str:
    """0.742 → 74 %. What is neither nothing nor all is never shown as 0 % or 100 %."""
    smallest = 10.0 ** -(2 + places)
    if 0 < share < smallest / 2:
        return "<" + percent(smallest, places=places)
    if 1 - smallest / 2 < share < 1:
        return ">" + percent(1 - smallest, places=places)
    pattern = "#,##0" + ("." + "#" * places if places else "") + (" %" if language() == "en" else "%")
    return format_percent(share, pattern, locale=_locale())


def points(difference: float) -> str:
    """A difference of probabilities with its sign: 0.12 → +12."""
    return f"{100 * difference:+.0f}"


def decimal(value: float, places: int = 1) -> str:
    """A number with at most so many places."""
    return format_decimal(round(value, places), format="#,##0." + "#" * places, locale=_locale())


def count(value: float) -> str:
    """A whole number with separators."""
    return format_decimal(round(value), format="#,##0", locale=_locale())


def age(days: float) -> str:
    """Time until the end of a day, as the number of calendar days before it: both 84.3 and 85 → 84."""
    return count(max(0, math.ceil(days) - 1))


def short_count(value: float) -> str:
    """A whole number that fits beside an axis: 1,250,000 → 1.25M."""
    return format_compact_decimal(round(value), locale=_locale(), fraction_digits=2)


def days_ago(days: int) -> str:
    """How long ago, in whole days."""
    if days <= 1:
        return _("yesterday") if days else _("on the same day")
    return _("{days} days ago").format(days=count(days))


def money(cents: float, currency: str | None) -> str:
    """Cents as money; without a known currency as a plain amount."""
    if currency is None:
        return format_decimal(cents / 100, format="#,##0.00", locale=_locale())
    return format_currency(cents / 100, currency, locale=_locale())


def short_money(cents: float, currency: str | None) -> str:
    """Cents as rounded money that fits beside an axis: 1,250,000 euros → €1.25M."""
    if currency is None:
        return format_compact_decimal(cents / 100, locale=_locale(), fraction_digits=2)
    return format_compact_currency(cents / 100, currency, locale=_locale(), fraction_digits=2)


def day(value: date) -> str:
    """A day in the locale's medium form."""
    return format_date(value, format="medium", locale=_locale())


def day_of_month(value: date) -> str:
    """A day without its year."""
    return format_skeleton("MMMd", value, locale=_locale())


def month(value: date) -> str:
    """A month with its year."""
    return format_skeleton("yMMM", value, locale=_locale())


def year(value: date) -> str:
    """A year."""
    return format_skeleton("y", value, locale=_locale())


def near_day(value: date, today: date) -> str:
    """A day without its year where that is today's: Nov 20 or 11月20日."""
    return format_skeleton("MMMd", value, locale=_locale()) if value.year == today.year else day(value)


def weekdays(days: Sequence[int]) -> str:
    """Days of the week by name, Monday is 0: Monday and Thursday."""
    names = get_day_names(locale=_locale())
    return str(format_list([names[day] for day in days], locale=_locale()))


def _locale() -> Locale:
    return _LOCALES[language()]
