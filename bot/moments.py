"""A moment to come, as people say it: tomorrow at 9, Friday, in 3 days, next week, 下周五上午10点."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock_words import DAYS, Clock, Weekdays
from bot.durations import Days
from bot.folding import LETTER, fold
from bot.number_words import CHINESE, DIGITS, ENGLISH, whole_number

USUAL_TIME = time(9)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_TH = "(?:st|nd|rd|th)?"
_NEAR = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "今天": 0,
    "今晚": 0,
    "明天": 1,
    "明早": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|satur|sat|sun)(?:day)?s?"
_WEEKDAY_ZH = r"(?:周|星期|礼拜)[一二三四五六日天]"
_COUNT = rf"(?:{DIGITS}|{ENGLISH}|an?)"
_DAY = (
    rf"(?P<after>(?:the )?day after tomorrow|后天)"
    rf"|(?P<near>{'|'.join(sorted(_NEAR, key=len, reverse=True))})(?!(?<=[a-z]){LETTER})"
    rf"|(?P<hours>in {_COUNT} (?:hours?|h)(?!{LETTER})|(?:{DIGITS}|{CHINESE})个?(?:小时|钟头)(?:以?后|之后))"
    rf"|(?P<minutes>in {_COUNT} (?:minutes?|mins?)(?!{LETTER})|(?:{DIGITS}|{CHINESE})分钟(?:以?后|之后))"
    rf"|in (?P<in>{_COUNT}\s*(?:days?|weeks?|months?|d|w))(?!{LETTER})"
    rf"|(?P<in_zh>(?:{DIGITS}|{CHINESE})\s*(?:天|日|周|个?星期|个?礼拜|个月)|半个月)(?:以?后|之后)"
    rf"|(?:on\s+)?(?P<next>next |this )?(?P<weekday>{_WEEKDAY})(?!{LETTER})"
    rf"|(?P<next_zh>下个?|这个?|本)?(?P<weekday_zh>{_WEEKDAY_ZH})"
    rf"|(?P<week>next week|下周|下个?星期|下个?礼拜)(?!(?<=[a-z]){LETTER})"
    rf"|(?P<month>next month|下个?月)(?!(?<=[a-z]){LETTER})"
    rf"|(?:on\s+)?(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})|(?P<zh>(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}[日号])"
    rf"|(?:on\s+)?(?:the )?(?P<en>\d{{1,2}}{_TH}(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}{_TH})"
)
_FORM = re.compile(_DAY)
_AT = re.compile(r"\s*(?:,|at|@|um)?\s*")
_clock, _weekdays, _days = Clock(), Weekdays(), Days()


class When:
    """A day to come, with or without a time: kept as it was said, for what it means depends on today."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """After the day, and after the time of day where there is one."""
        found = _FORM.match(folded, start)
        if found is None:
            at = _AT.match(folded, start)
            return _clock.ends(folded, at.end() if at else start)
        place = _AT.match(folded, found.end())
        after_time = _clock.ends(folded, place.end() if place else found.end())
        return tuple(dict.fromkeys((*after_time, found.end())))

    def convert(self, written: str) -> str:
        """The words as written; ValueError where they name no moment."""
        moment(written, datetime(2024, 1, 1, 0, 1, tzinfo=ZoneInfo("UTC")))
        return written.strip()

    def write(self, value: str, chinese: bool) -> str:
        """The words."""
        return value


def moment(said: str, now: datetime) -> datetime:
    """The moment meant by someone who speaks at `now`, in its zone; at USUAL_TIME where no time is said.

    It may lie in the past: "today" in the evening, without a time. ValueError where it is none.
    """
    folded = fold(said).strip()
    found = _FORM.match(folded)
    if found is None:
        day, rest = None, folded
    elif span := found["hours"] or found["minutes"]:
        if folded[found.end() :].strip():
            raise ValueError(said)
        return now + timedelta(hours=_number(span)) / (60 if found["minutes"] else 1)
    else:
        day, rest = _day(found, now.date()), folded[found.end() :]
    joint = _AT.match(rest)
    rest = rest[joint.end() :] if joint else rest
    if day is None and not rest:
        raise ValueError(said)
    at = time.fromisoformat(_clock.convert(rest)) if rest else USUAL_TIME
    if found is not None and found["near"] in ("tonight", "今晚") and at.hour < 12:
        at = at.replace(hour=at.hour + 12) if rest else time(20)
    if day is None:
        meant = datetime.combine(now.date(), at, now.tzinfo)
        return meant if meant > now else datetime.combine(now.date() + timedelta(days=1), at, now.tzinfo)
    return datetime.combine(day, at, now.tzinfo)


def _day(found: re.Match[str], today: date) -> date:
    if found["after"]:
        return today + timedelta(days=2)
    if found["near"]:
        return today + timedelta(days=_NEAR[found["near"]])
    if found["in"] or found["in_zh"]:
        return today + timedelta(days=_days.convert(found["in"] or found["in_zh"]))
    monday = today - timedelta(days=today.weekday())
    if found["weekday"] or found["weekday_zh"]:
        (name,) = _weekdays.convert(found["weekday"] or found["weekday_zh"])
        ahead = (DAYS.index(name) - today.weekday()) % 7 or 7
        if (found["next"] or "").strip() == "next" or (found["next_zh"] or "").startswith("下"):
            return monday + timedelta(days=7 + DAYS.index(name))
        return today + timedelta(days=ahead)
    if found["week"]:
        return monday + timedelta(days=7)
    if found["month"]:
        return (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return _date(found, today)


def _date(found: re.Match[str], today: date) -> date:
    """A day of the calendar; without a year the next one."""
    if found["iso"]:
        return date(*map(int, found["iso"].split("-")))
    numbers = list(map(int, re.findall(r"\d+", found["zh"] or found["en"])))
    if found["en"]:
        (name,) = re.findall("|".join(_MONTHS), found["en"])[:1]
        numbers = [_MONTHS.index(name) + 1, *numbers]
    if len(numbers) == 3:
        return date(*numbers)
    month, day = numbers
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _number(folded: str) -> int:
    found = re.search(rf"{DIGITS}|{CHINESE}|\ban?\b|{ENGLISH}", folded.removeprefix("in "))
    assert found is not None
    return 1 if found[0] in ("a", "an") else whole_number(found[0])
