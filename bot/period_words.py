"""Periods and what they are compared with, as people say them: this week, since March, 近7天, 三个月前."""

from __future__ import annotations

import re
from datetime import date
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
    rf"(?:q(?P<q>[1-4])(?!{LETTER})|(?:the )?(?P<nth>first|second|third|fourth) quarter(?!{LETTER})"
    rf"|第?(?P<季>[一二三四1-4])季度?)"
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
_ONE = (
    rf"(?:{'|'.join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True))})(?!(?<=[a-z]){LETTER})"
    rf"|{_LAST}|{_QUARTER}|{_DATES}|{_MONTH}|(?P<whole>(?:19|20)\d\d)年?(?![\d-])"
)
_FORM = re.compile(_ONE)
_AGO = re.compile(
    rf"(?P<count>{DIGITS}|{ENGLISH}|an?)\s*(?P<unit>day|week|month|year)s? ago(?!{LETTER})"
    rf"|(?P<数>{DIGITS}|{CHINESE})\s*(?P<单位>天|个?星期|周|个月|年)(?:之|以)?前"
)
_AGO_UNITS = {"天": "day", "星": "week", "周": "week", "月": "month", "年": "year"}
# Until now: since March, from 3 May until today, 三月以来, 从3月到现在.
_SINCE = re.compile(r"(?:ever )?since (?:the )?(?:(?:beginning|start) of (?:the )?)?|自从?|从")
_UNTIL_NOW = re.compile(r"以来|至今|到(?:现在|今天|目前|今)(?:为止)?|起|开始")

# Days as a word: 2026-05-01, 05-01 for whichever year, and 2026-05-01..2026-06-15.
DAYS = re.compile(r"(?:\d{4}-)?\d\d-\d\d(?:\.\.(?:\d{4}-)?\d\d-\d\d)?")


class PeriodSaid:
    """A period, as a word that does not depend on the language: last_month, 2026-10, last_7_days,
    since_month-03, 3_months_ago.
    """

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        if ago := _AGO.match(folded, start):
            return (ago.end(),)
        since = _SINCE.match(folded, start)
        found = _FORM.match(folded, since.end() if since else start)
        until = _UNTIL_NOW.match(folded, found.end()) if found else None
        if until:
            return (until.end(),)
        # 从3月 alone does not say until when.
        return (found.end(),) if found and (since is None or since[0].isascii()) else ()

    def convert(self, written: str) -> str:
        """The word."""
        folded = fold(written).strip()
        if ago := _AGO.fullmatch(folded):
            return _ago_said(ago)
        since, until = _SINCE.match(folded), re.search(rf"(?:{_UNTIL_NOW.pattern})$", folded)
        if since or until:
            inner = folded[since.end() if since else 0 : until.start() if until else None]
            return f"since_{self.convert(inner.strip())}"
        found = _FORM.fullmatch(folded)
        if found is None:
            raise ValueError(written)
        if folded in _BY_WORD:
            return _BY_WORD[folded]
        if found["count"] or found["数"]:
            return _last_said(found)
        if found["whole"]:
            return found["whole"]
        if found["q"] or found["季"] or found["nth"]:
            year = found["q_year"] or found["q_after"] or "quarter"
            nth = ("first", "second", "third", "fourth").index(found["nth"]) + 1 if found["nth"] else 0
            return f"{year}-q{nth or found['q'] or whole_number(found['季'])}"
        if found["from"]:
            first, last = _date(found["from"]), _date(found["to"] or found["from"])
            return first if first == last else f"{first}..{last}"
        return _month(found)

    def write(self, value: str, chinese: bool) -> str:
        """The words."""
        if value.startswith("since_"):
            inner = self.write(value.removeprefix("since_"), chinese)
            return f"{inner}以来" if chinese else f"since {inner}"
        if ago := re.fullmatch(r"(\d+)_(day|week|month|year)s_ago", value):
            units = {"day": "天", "week": "周", "month": "个月", "year": "年"}
            plural = "" if ago[1] == "1" else "s"
            return f"{ago[1]}{units[ago[2]]}前" if chinese else f"{ago[1]} {ago[2]}{plural} ago"
        if value in _WORDS:
            return next(word for word in _WORDS[value] if word.isascii() != chinese)
        if found := re.fullmatch(r"last_(\d+)_(\w+)", value):
            units = {"days": "天", "weeks": "周", "months": "个月"}
            return f"近{found[1]}{units[found[2]]}" if chinese else f"last {found[1]} {found[2]}"
        if found := re.fullmatch(r"(?:(\d{4})|quarter)-q(\d)", value):
            return (
                f"{found[1]}年第{found[2]}季度".removeprefix("None年")
                if chinese
                else value.removeprefix("quarter-").upper()
            )
        if found := re.fullmatch(r"month-(\d\d)", value):
            return f"{int(found[1])}月" if chinese else _MONTHS[int(found[1]) - 1].capitalize()
        if DAYS.fullmatch(value):
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


def _last_said(found: re.Match[str]) -> str:
    count = whole_number(found["count"] or found["数"])
    unit = (found["unit"] or found["单位"]).removeprefix("个")[0]
    name = {"d": "days", "天": "days", "日": "days", "m": "months", "月": "months"}.get(unit, "weeks")
    if not 1 <= count <= 1000:
        raise ValueError(found[0])
    return f"last_{count}_{name}"


def _ago_said(found: re.Match[str]) -> str:
    count = found["count"] or found["数"]
    unit = found["unit"] or _AGO_UNITS[found["单位"].removeprefix("个")[0]]
    number = 1 if count in ("a", "an") else whole_number(count)
    if not 1 <= number <= 1000:
        raise ValueError(found[0])
    return f"{number}_{unit}s_ago"


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
