"""Periods as people say them, such as this week, October and 近7天, and what they are compared with."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from bot.folding import LETTER, fold
from bot.number_words import CHINESE, DIGITS, ENGLISH, whole_number

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_UNITS = {"day": "天", "week": "周", "month": "月", "quarter": "季度", "year": "年"}
_WORDS = {
    "today": ("today", "今天", "今日"),
    "yesterday": ("yesterday", "昨天", "昨日"),
    "this_week": ("this week", "week to date", "wtd", "这周", "本周", "这个星期", "本星期", "这一周"),
    "last_week": ("last week", "the past week", "previous week", "上周", "上个星期", "上星期", "上一周"),
    "this_month": ("this month", "month to date", "mtd", "这个月", "本月", "这月"),
    "last_month": ("last month", "previous month", "上个月", "上月"),
    "this_quarter": ("this quarter", "quarter to date", "qtd", "本季度", "这个季度", "这季度"),
    "last_quarter": ("last quarter", "previous quarter", "上季度", "上个季度"),
    "this_year": ("this year", "year to date", "ytd", "今年", "本年"),
    "last_year": ("last year", "previous year", "去年"),
}  # fmt: skip
_BY_WORD = {word: slug for slug, words in _WORDS.items() for word in words}
PERIOD_WORDS = (*_MONTHS, *_BY_WORD)
_LAST = (
    rf"(?:(?:the )?(?:last|past|previous) (?P<count>{DIGITS}|{ENGLISH})\s*(?P<unit>days?|weeks?|months?)"
    rf"|(?:最近|近|过去)的?\s*(?P<数>{DIGITS}|{CHINESE})\s*(?P<单位>天|日|周|个?星期|个月))"
)
_MONTH = (
    rf"(?:(?P<iso>\d{{4}}-\d{{1,2}})(?![\d-])"
    rf"|(?P<name>{'|'.join(_MONTHS)})(?!{LETTER})(?: (?P<year>\d{{4}}))?"
    rf"|(?:(?P<年>\d{{4}})年|(?P<去>去年))?(?P<月>\d{{1,2}}|{CHINESE})月份?(?!\d))"
)
_YEAR = r"(?:19|20)\d\d"
_QUARTER = (
    rf"(?:(?P<q_year>{_YEAR})(?:[ -]|年的?)?)?"
    rf"(?:q(?P<q>[1-4])(?!{LETTER})|第?(?P<季>[一二三四1-4])季度?)"
    rf"(?:(?: of)? (?P<q_after>{_YEAR})(?!\d))?"
)
_MONTH_NAME = rf"(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})\.?"
_DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}(?!\d)|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH_NAME}"
    rf"|{_MONTH_NAME} \d{{1,2}}(?:st|nd|rd|th)?(?!{LETTER}))"
    rf"(?:,? (?:19|20)\d\d)?)(?!(?<=[a-z]){LETTER})"
)
_DATES = rf"(?P<from>{_DATE})(?:\s*(?:to|until|till|through|and|-|到|至)\s*(?P<to>{_DATE}))?"
_FORM = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True))})(?!(?<=[a-z]){LETTER})"
    rf"|{_LAST}|{_QUARTER}|{_DATES}|{_MONTH}|(?P<whole>(?:19|20)\d\d)年?(?![\d-])"
)

# Days as a word: 2026-05-01, 05-01 for whichever year, and 2026-05-01..2026-06-15.
_DAYS = re.compile(r"(?:\d{4}-)?\d\d-\d\d(?:\.\.(?:\d{4}-)?\d\d-\d\d)?")


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


class PeriodSaid:
    """A period, as a word that does not depend on the language: last_month, 2026-10, last_7_days."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = _FORM.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """The word."""
        folded = fold(written).strip()
        found = _FORM.fullmatch(folded)
        if found is None:
            raise ValueError(written)
        if folded in _BY_WORD:
            return _BY_WORD[folded]
        if found["count"] or found["数"]:
            count = whole_number(found["count"] or found["数"])
            unit = (found["unit"] or found["单位"]).removeprefix("个")[0]
            name = {"d": "days", "天": "days", "日": "days", "m": "months", "月": "months"}.get(unit, "weeks")
            if not 1 <= count <= 1000:
                raise ValueError(written)
            return f"last_{count}_{name}"
        if found["whole"]:
            return found["whole"]
        if found["q"] or found["季"]:
            year = found["q_year"] or found["q_after"] or "quarter"
            return f"{year}-q{found['q'] or whole_number(found['季'])}"
        if found["from"]:
            first, last = _date(found["from"]), _date(found["to"] or found["from"])
            return first if first == last else f"{first}..{last}"
        return _month(found)

    def write(self, value: str, chinese: bool) -> str:
        """The words."""
        if value in _WORDS:
            return next(word for word in _WORDS[value] if word.isascii() != chinese)
        if found := re.fullmatch(r"last_(\d+)_(\w+)", value):
            units = {"days": "天", "weeks": "周", "months": "个月"}
            return f"近{found[1]}{units[found[2]]}" if chinese else f"last {found[1]} {found[2]}"
        if found := re.fullmatch(r"(?:(\d{4})|quarter)-q(\d)", value):
            return (
                f"{found[1]}年第{found[2]}季度".removeprefix("None年")
                if chinese
                else value.removeprefix("quarter-")
            )
        if found := re.fullmatch(r"month-(\d\d)", value):
            return f"{int(found[1])}月" if chinese else _MONTHS[int(found[1]) - 1].capitalize()
        if _DAYS.fullmatch(value):
            days = [_written(day, chinese) for day in value.split("..")]
            return ("至" if chinese else " to ").join(days)
        return value


class Compared:
    """What a period is compared with: another one, the one before (previous), or that of last_year."""

    _previous: ClassVar = (
        "the period before", "the previous period", "the one before", "the period before that",
        "上期", "前期", "上一期", "环比",
    )  # fmt: skip
    _year: ClassVar = (
        "last year", "a year ago", "a year before", "the year before", "the same period last year",
        "the same period a year ago", "the same time last year",
        "同比", "去年同期", "上年同期", "去年这个时候", "去年",
    )  # fmt: skip
    _words = "|".join(sorted(map(re.escape, (*_previous, *_year)), key=len, reverse=True))
    # 去年6月 is another period.
    _form = re.compile(rf"(?:{_words})(?!(?<=[a-z]){LETTER})(?!\d{{1,2}}月)")
    _period = PeriodSaid()

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return tuple(dict.fromkeys([*([found.end()] if found else []), *self._period.ends(folded, start)]))

    def convert(self, written: str) -> str:
        """The word."""
        folded = fold(written).strip()
        if folded in self._previous:
            return "previous"
        return "last_year" if folded in self._year else self._period.convert(written)

    def write(self, value: str, chinese: bool) -> str:
        """The words."""
        if value == "previous":
            return "上期" if chinese else "the period before"
        return self._period.write(value, chinese)


def _written(day: str, chinese: bool) -> str:
    if len(day) > 5:
        return day
    month, number = map(int, day.split("-"))
    return f"{month}月{number}日" if chinese else f"{_MONTHS[month - 1].capitalize()} {number}"


def _month(found: re.Match[str]) -> str:
    if found["iso"]:
        year, month = map(int, found["iso"].split("-"))
    elif found["name"]:
        year, month = int(found["year"] or 0), _MONTHS.index(found["name"]) + 1
    else:
        year, month = int(found["年"] or 0), whole_number(found["月"])
    if not 1 <= month <= 12:
        raise ValueError(found[0])
    prefix = "last_year" if found["去"] else f"{year:04d}" if year else "month"
    return f"{prefix}-{month:02d}"


def _date(folded: str) -> str:
    """A day as YYYY-MM-DD; without a year as MM-DD, for which one it is depends on today."""
    numbers = list(map(int, re.findall(r"\d+", folded)))
    if name := re.search(r"[a-z]{3}", re.sub(r"\d+(?:st|nd|rd|th)", "", folded)):
        month = next(place for place, each in enumerate(_MONTHS, 1) if each.startswith(name[0]))
        day, *year = numbers
    else:
        *year, month, day = numbers
    written = date(year[0] if year else 2024, month, day).isoformat()  # a year with all days
    return written if year else written[5:]


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
    if _DAYS.fullmatch(slug):
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
