"""Times of day and days of the week: 9:00, 9 am, noon, 早上9点半; Monday, weekdays, 周一和周四."""

from __future__ import annotations

import re
from typing import ClassVar

from bot.folding import HAN, LETTER, fold
from bot.number_words import CHINESE, whole_number

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKDAYS, _WEEKEND = DAYS[:5], DAYS[5:]

_ENGLISH_TIME = (
    rf"(?<![\d.,:])(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d{{2}}))?(?![\d:%])"
    rf"\s*(?P<half>[ap]\.?m\b\.?)?(?:\s*o'?clock)?(?!{LETTER}|\s*%)"
)
_CHINESE_TIME = (
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|早|晚)?\s*"
    rf"(?P<点>(?<![\d.,:])\d{{1,2}}|{CHINESE})(?:"
    rf"(?:点钟?|时|點)(?:(?P<半>半)|(?P<刻>[一三])刻|(?P<分>\d{{1,2}}|{CHINESE})分?|整)?"
    rf"|:(?P<minutes>\d{{2}})(?!\d))"
)
_NAMED = {"noon": "12:00", "midday": "12:00", "midnight": "00:00", "正午": "12:00", "午夜": "00:00"}
_AFTERNOON = ("下午", "傍晚", "晚上", "夜里", "晚")


class Clock:
    """A time of day, as HH:MM."""

    _form = re.compile(rf"(?:{'|'.join(_NAMED)})(?!{LETTER})|{_CHINESE_TIME}|{_ENGLISH_TIME}")

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """From 00:00 to 23:59."""
        folded = fold(written).strip()
        if folded in _NAMED:
            return _NAMED[folded]
        parts = self._form.fullmatch(folded)
        if parts is None:
            raise ValueError(written)
        hour, minute = _chinese(parts) if parts["点"] else _english(parts)
        if not (0 <= hour <= 23 and 0 <= minute <= 59):
            raise ValueError(written)
        return f"{hour:02d}:{minute:02d}"

    def write(self, value: str, chinese: bool) -> str:
        """As on a clock, without a leading zero."""
        return value.removeprefix("0")


def _english(parts: re.Match[str]) -> tuple[int, int]:
    hour, minute, half = int(parts["hour"]), int(parts["minute"] or 0), (parts["half"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(parts[0])
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, minute


def _chinese(parts: re.Match[str]) -> tuple[int, int]:
    hour = whole_number(parts["点"])
    if parts["半"]:
        minute = 30
    elif parts["刻"]:
        minute = 15 if parts["刻"] == "一" else 45
    else:
        written = parts["分"] or parts["minutes"]
        minute = whole_number(written) if written else 0
    part = parts["part"] or ""
    if (part in _AFTERNOON and 1 <= hour < 12) or (part == "中午" and 1 <= hour <= 3):
        hour += 12
    return hour, minute


_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZH_DAYS = dict(zip("一二三四五六日天", (*DAYS, "sun"), strict=True))


class Weekdays:
    """Days of the week, in their order: Monday, "Mondays and Thursdays", weekdays, 周一到周五, 工作日."""

    _english: ClassVar = {
        **{f"{name.lower()}{s}": day for day, name in zip(DAYS, _NAMES, strict=True) for s in ("", "s")},
        **{day: day for day in DAYS},
        "tues": "tue",
        "weds": "wed",
        "thur": "thu",
        "thurs": "thu",
    }
    _groups: ClassVar = {
        **dict.fromkeys(
            (
                "weekday",
                "weekdays",
                "workday",
                "workdays",
                "working day",
                "working days",
                "business day",
                "business days",
                "工作日",
                "上班日",
            ),
            _WORKDAYS,
        ),
        **dict.fromkeys(("weekend", "weekends", "周末", "双休日"), _WEEKEND),
    }
    _day = rf"(?:{'|'.join(sorted(_english, key=len, reverse=True))})(?!{LETTER})"
    _日 = r"(?:每?个?(?:周|星期|礼拜)[一二三四五六日天])"
    _joint = r"(?:\s*(?:,|and|&|、|和|及|跟)\s*|\s+)"
    _through = r"(?:\s*(?:-|to|through|till|until|到|至)\s*)"
    _form = re.compile(
        rf"(?:{'|'.join(sorted(_groups, key=len, reverse=True))})(?!(?<=[a-z]){LETTER})"
        rf"|{_day}(?:{_through}{_day}|(?:(?:\s*(?:,|and|&)\s*)+{_day})*)"
        rf"|{_日}(?:{_through}{_日}|(?:(?:\s*[,、和及跟]\s*)?(?:{_日}|[一二三四五六日天](?![\d{HAN}])))*)"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> list[str]:
        """Names of three letters, from Monday on."""
        folded = fold(written).strip()
        if folded in self._groups:
            return list(self._groups[folded])
        if self._form.fullmatch(folded) is None:
            raise ValueError(written)
        named = [self._english[word] for word in re.findall(self._day, folded)] or [
            _ZH_DAYS[character]
            for character in re.findall(
                r"(?<![周星期礼拜])[一二三四五六日天]|(?<=[周期拜])[一二三四五六日天]", folded
            )
        ]
        if re.search(r"-|\bto\b|through|till|until|到|至", folded):
            first, last = (DAYS.index(day) for day in named)
            if first > last:
                raise ValueError(written)
            named = list(DAYS[first : last + 1])
        return sorted(set(named), key=DAYS.index)

    def write(self, value: list[str], chinese: bool) -> str:
        """The days by name."""
        if chinese:
            return "、".join("周" + "一二三四五六日"[DAYS.index(day)] for day in value)
        names = [_NAMES[DAYS.index(day)] for day in value]
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


class Rest:
    """A sentence of its own within another: whatever stands there, from three characters on."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Wherever a word ends."""
        return tuple(
            end
            for end in range(start + 3, len(folded) + 1)
            if end == len(folded)
            or not (folded[end].isascii() and folded[end].isalnum() and folded[end - 1].isalnum())
        )

    def convert(self, written: str) -> str:
        """The text as written."""
        text = written.strip(" ,，:：")
        if len(text) < 3:
            raise ValueError(written)
        return text

    def write(self, value: str, chinese: bool) -> str:
        """The text."""
        return value


class SentKind:
    """Of what comes by itself, which kind: digest, question, reminder or alert."""

    _words: ClassVar = {
        **dict.fromkeys(("digest", "digests", "daily digest", "report", "日报", "早报", "简报"), "digest"),
        **dict.fromkeys(
            ("question", "questions", "saved question", "saved questions", "answers", "定时问题", "问题"),
            "question",
        ),
        **dict.fromkeys(("reminder", "reminders", "提醒"), "reminder"),
        **dict.fromkeys(("alert", "alerts", "告警", "报警"), "alert"),
    }
    _written: ClassVar = {
        "digest": ("digest", "日报"),
        "question": ("saved questions", "定时问题"),
        "reminder": ("reminders", "提醒"),
        "alert": ("alerts", "告警"),
    }
    _form = re.compile("|".join(rf"{word}(?!{LETTER})" for word in sorted(_words, key=len, reverse=True)))

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as the word goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """The kind."""
        try:
            return self._words[fold(written)]
        except KeyError:
            raise ValueError(written) from None

    def write(self, value: str, chinese: bool) -> str:
        """The word."""
        return self._written[value][chinese]
