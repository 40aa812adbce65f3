"""How long, in days: 14 days, two weeks, a month, 两周, 半个月, 一年."""

from __future__ import annotations

import re

from bot.folding import LETTER, fold
from bot.number_words import CHINESE, DIGITS, ENGLISH, whole_number

_DAYS = {
    "d": 1,
    "天": 1,
    "日": 1,
    "w": 7,
    "周": 7,
    "星": 7,
    "礼": 7,
    "f": 14,
    "m": 30,
    "月": 30,
    "y": 365,
    "年": 365,
}
_UNITS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
_HALVES = {"半个月": 15, "半月": 15, "半年": 182}


class Days:
    """A number of days; a month counts as 30 and a year as 365."""

    _english = r"days?|d|weeks?|wks?|w|fortnights?|months?|years?"
    _chinese = r"天|日|个?星期|个?礼拜|周|个月|年"
    _form = re.compile(
        rf"(?:{'|'.join(_HALVES)}"
        rf"|(?P<number>(?<![\d.,])(?:{DIGITS})|(?<!{LETTER})(?:{ENGLISH})|{CHINESE}|(?<!{LETTER})(?:an?|another)(?=\s))"
        rf"\s*-?(?P<unit>(?:{_english})(?!{LETTER})|{_chinese}))"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> int:
        """Whole days from 1 on."""
        folded = fold(written)
        parts = self._form.fullmatch(folded)
        if parts is None:
            raise ValueError(written)
        if folded in _HALVES:
            return _HALVES[folded]
        number = parts["number"]
        count = 1 if number in ("a", "an", "another") else whole_number(number)
        if count < 1:
            raise ValueError(written)
        return count * _DAYS[parts["unit"].removeprefix("个")[0]]

    def write(self, value: int, chinese: bool) -> str:
        """In days."""
        if chinese:
            return f"{value}天"
        return f"{value} day" if value == 1 else f"{value} days"


class UnitSaid:
    """How long without a number, as after "the past": week, month, quarter, year."""

    _form = re.compile(rf"(?:{'|'.join(_UNITS)})(?!{LETTER})")

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as the word goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> int:
        """In days."""
        return _UNITS[fold(written)]

    def write(self, value: int, chinese: bool) -> str:
        """The word; KeyError for other days."""
        return {days: unit for unit, days in _UNITS.items()}[value]
