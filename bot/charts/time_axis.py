"""Where a time axis gets its few labels: at the first day of months or years, or at days of a short span."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot import formats

CLOSEST = 0.28  # of the span: two labels side by side
_DAYS = (1, 2, 3, 5, 7, 10, 14, 20)
_MONTHS = (1, 2, 3, 4, 6)
_YEARS = (1, 2, 5, 10, 20, 50, 100, 1000, 10_000)


def time_labels(first: date, last: date) -> list[tuple[date, str]]:
    """At most four days from `first` to `last`, evenly apart, with what to call them."""
    apart = CLOSEST * (last - first).days
    days, name = next(
        (days, name)
        for days, name in _choices(first, last)
        if len(days) < 2 or abs((days[1] - days[0]).days) >= apart
    )
    return [(day, name(day)) for day in days]


def _choices(first: date, last: date) -> list[tuple[list[date], Callable[[date], str]]]:
    """The possible labels, the closest first."""
    span = (last - first).days
    days = [[last - timedelta(days=back) for back in range(0, span + 1, step)] for step in _DAYS if span < 60]
    months = [_first_of_months(first, last, step) for step in _MONTHS if span < 4000]
    years = [_first_of_months(first, last, 12 * step) for step in _YEARS]
    return [
        *((found, formats.day_of_month) for found in days),
        *((found, formats.month) for found in months),
        *((found, formats.year) for found in years),
    ]


def _first_of_months(first: date, last: date, step: int) -> list[date]:
    """The first days of every `step`-th month, counted from year 0, from `first` to `last`."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    found = [date(month // 12, month % 12 + 1, 1) for month in range(-(-start // step) * step, end + 1, step)]
    return [day for day in found if day >= first]
