"""The days that a period means as of a day, and those of what it is compared with."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.period_words import DAYS


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both in it, in the shop's zone; `slug` is what was asked for.

    `so_far` says that the period itself goes on after `last`.
    """

    slug: str
    first: date
    last: date
    so_far: bool = False

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


def _dates(slug: str, today: date) -> Period:
    """From one day to another, or one day alone; without a year the last ones that have begun."""
    first, _joint, last = slug.partition("..")
    last = last or first
    year = int(last[:4]) if len(last) > 5 else None
    if len(first) == 5:
        latest = year or today.year
        day = _day_of(latest, first)
        too_late = day > (_day_of(latest, last[-5:]) if year else today)
        first_day = _day_of(latest - 1, first) if too_late else day
    else:
        first_day = date.fromisoformat(first)
    last_day = date.fromisoformat(last) if year else _day_of(first_day.year, last)
    if last_day < first_day:
        if year:
            return _until(slug, last_day, first_day, today)
        last_day = _day_of(first_day.year + 1, last)
    return _until(slug, first_day, last_day, today)


def _day_of(year: int, month_and_day: str) -> date:
    """That day in that year; of a year without February 29, the day before."""
    month, day = map(int, month_and_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


def period_of(slug: str, today: date) -> Period:
    """The period as of `today`: a month, quarter or day without a year is the last one that has begun.

    ValueError where the slug is none.
    """
    if slug.startswith("since_"):
        began = period_of(slug.removeprefix("since_"), today).first
        return Period(slug, began, max(began, today))
    if found := re.fullmatch(r"(\d+)_(day|week|month|year)s_ago", slug):
        return _ago(slug, int(found[1]), found[2], today)
    if DAYS.fullmatch(slug):
        return _dates(slug, today)
    if found := re.fullmatch(r"(\d{4}|quarter)-q([1-4])", slug):
        month = int(found[2]) * 3 - 2
        year = int(found[1]) if found[1].isdecimal() else today.year - (month > today.month)
        first, last = _around("quarter", date(year, month, 1))
        return _until(slug, first, last, today)
    if found := re.fullmatch(r"(\d{4}|month|last_year)-(\d\d)", slug):
        month = int(found[2])
        year = today.year - (month > today.month) if found[1] == "month" else today.year - 1
        year = int(found[1]) if found[1].isdecimal() else year
        return _until(slug, date(year, month, 1), date(year, month, monthrange(year, month)[1]), today)
    if re.fullmatch(r"\d{4}", slug):
        return _until(slug, date(int(slug), 1, 1), date(int(slug), 12, 31), today)
    if found := re.fullmatch(r"last_(\d+)_(\w+)", slug):
        days = int(found[1]) * {"days": 1, "weeks": 7, "months": 30}[found[2]]
        return Period(slug, today - timedelta(days=days - 1), today)
    if slug in ("today", "yesterday"):
        day = today - timedelta(days=slug == "yesterday")
        return Period(slug, day, day, so_far=slug == "today")
    which, unit = slug.split("_")
    first, last = _around(unit, today)
    if which == "last":
        first, last = _around(unit, first - timedelta(days=1))
    return _until(slug, first, last, today)


def _ago(slug: str, count: int, unit: str, today: date) -> Period:
    """The day, week, month or year of the calendar that was so many before today's."""
    if unit in ("day", "week"):
        day = today - timedelta(days=count * (7 if unit == "week" else 1))
        return Period(slug, day, day) if unit == "day" else Period(slug, *_around("week", day))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    if months < 12:
        raise ValueError(slug)
    day = date(months // 12, months % 12 + 1, 1)
    return Period(slug, *_around(unit, day))


def _until(slug: str, first: date, last: date, today: date) -> Period:
    return (
        Period(slug, first, min(last, today), so_far=last > today)
        if first <= today
        else Period(slug, first, last)
    )


def _around(unit: str, day: date) -> tuple[date, date]:
    """The week, month, quarter or year that the day lies in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    month = day.month if unit == "month" else day.month - (day.month - 1) % 3
    last = month if unit == "month" else month + 2
    return date(day.year, month, 1), date(day.year, last, monthrange(day.year, last)[1])


def before(period: Period) -> Period:
    """The period before, as many days of it: Monday to Wednesday with Monday to Wednesday."""
    unit = _unit(period.slug)
    if unit is None:
        days = timedelta(days=period.days)
        return Period(period.slug, period.first - days, period.first - timedelta(days=1))
    first, last = _around(unit, period.first - timedelta(days=1))
    end = min(last, first + timedelta(days=period.days - 1)) if period.so_far else last
    return Period(period.slug, first, end)


def compared_with(period: Period, compare: str, today: date) -> Period:
    """What `compare` says that a period is compared with; of one that is not over, as many days."""
    unit = _unit(period.slug)
    if compare == "previous":
        return before(period)
    if compare == "last_year" and unit != "year":
        return year_before(period)
    other = period_of(compare, today)
    if period.so_far and _unit(other.slug) == unit and other.days > period.days:
        return Period(other.slug, other.first, other.first + timedelta(days=period.days - 1))
    return other


def _unit(slug: str) -> str | None:
    """The unit of the calendar that a period is one of; None for a number of days."""
    if slug.startswith("since_"):
        return None
    if found := re.fullmatch(r"\d+_(\w+)s_ago", slug):
        return None if found[1] == "day" else found[1]
    if re.search(r"-q[1-4]$", slug):
        return "quarter"
    if re.fullmatch(r"(?:\d{4}|month|last_year)-\d\d", slug):
        return "month"
    if slug.isdecimal():
        return "year"
    named = slug.split("_")[-1]
    return named if named in ("week", "month", "quarter", "year") else None


def year_before(period: Period) -> Period:
    """The same a year before: weeks by their days of the week, others by their dates."""
    if "week" in period.slug or "day" in period.slug:
        year = timedelta(days=364)
        return Period(period.slug, period.first - year, period.last - year)
    return Period(period.slug, _year_back(period.first), _year_back(period.last, period.so_far))


def _year_back(day: date, exact: bool = True) -> date:
    month_end = monthrange(day.year - 1, day.month)[1]
    whole = not exact and day.day == monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, month_end if whole else min(day.day, month_end))
