"""An offer as an admin says it: "10 % off until 31 March for mugs", 九折，截至3月31日，满50元."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.folding import HAN, fold, narrow
from bot.moments import moment

MOST_CHARACTERS = 100
# A day without a year that lies no longer ago than this is meant as past, not as next year's.
_PAST_DAYS = 183

_CODE = re.compile(r"(?<![a-z\d_-])[a-z\d][a-z\d_\-]{1,19}(?![a-z\d_\-])")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jän jänner",
            "february feb februar",
            "march mar märz mrz maerz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\s?\d{1,2}(?:\.(?:\s?\d{4}|\s?\d{2}(?!\d))?)?"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]?|\d{4}/\d{1,2}/\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of)? {_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    r"|today|tomorrow|the day after tomorrow|in \d{1,3} (?:days?|weeks?|months?)"
    r"|(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|今天|明天|后天|月底|下?(?:周"
    r"|星期)[一二三四五六日天])"
)
_UNTIL = re.compile(
    rf"(?:(?:valid |gültig )?(?:until|till|til|through|thru|to|ends?(?: on)?|by|bis(?:"
    rf" zum)?)\s+(?:the )?(?P<en>{_DAY})"
    rf"|(?:有效期)?(?:截至|截止到?|有效期?至|到|至)\s*(?P<zh>{_DAY})(?:为?止|前|截止|结束)?|(?P<vor>{_DAY})(?:前有效|为?止|截止|前|结束))"
)
_FROM = re.compile(
    rf"(?:(?:valid |gültig )?(?:from|starting(?: on)?|starts?(?: on)?|since|ab(?: dem)?"
    rf"|vom)\s+(?:the )?(?P<en>{_DAY})"
    rf"|(?:从|自)\s*(?P<zh>{_DAY})(?:起|开始)?|(?P<起>{_DAY})(?:起|开始))"
)
_AMOUNT = (
    r"(?:[€$£¥]\s?\d+(?:[.,]\d{1,2})?"
    r"|\d+(?:[.,]\d{1,2})?\s?(?:[€$£¥]|eur(?:os?)?\b|usd\b|dollars?\b|cny\b|rmb\b|yuan\b|gbp\b|pounds?\b|元|块"
    r"|人民币|欧元?|美元|美金|英镑))"
)
_MIN_ORDER = re.compile(
    rf"(?:(?:for|on|with) orders? (?:from|over|above|of|of at least|worth)|min(?:imum)?\.?(?:"
    rf" order)?(?: value)?(?: of)?"
    rf"|from|over|ab(?: einem bestellwert von)?)\s+(?P<en>{_AMOUNT})(?:\s+(?:or more|upwards|and"
    rf" more))?|(?:订单)?满\s*(?P<zh>{_AMOUNT}?\d*)(?:可用|使用)?",
)
_SEGMENT = re.compile(
    rf"(?:only )?(?:for|to) (?:the )?segment (?P<en>[^,，;]+)|(?:only )?for (?:the"
    rf" )?(?P<group>[^,，;]+?) segment"
    rf"|(?:仅限?|只限|限)(?P<zh>[{HAN}a-z ]{{2,12}}?)(?:分群|群体|用户|客户)"
)
_CATEGORY = re.compile(
    rf"(?:only )?(?:for|on|auf) (?:the category |category )?(?P<en>[^,，;]+)|(?:仅限|限|用于"
    rf"|适用于)(?P<zh>[{HAN}a-z ]{{1,12}}?)(?:类|商品|品类)?$"
)
_LANGUAGE = re.compile(
    r"^\s*(?:in |auf )?(?P<name>english|chinese|german|deutsch|englisch|chinesisch|英文|英语|中文|德文"
    r"|德语)\s*[:：]\s*"
)
_LANGUAGES = {
    "english": "en", "englisch": "en", "英文": "en", "英语": "en",
    "chinese": "zh", "chinesisch": "zh", "中文": "zh",
    "german": "de", "deutsch": "de", "德文": "de", "德语": "de",
}  # fmt: skip
_GERMAN = re.compile(r"\b(?:rabatt|nachlass|gutschein|gratis|kostenlos\w*|versand\w*|auf|und|für|prozent)\b")
_BETWEEN = " ,，;；:：、。.\t-–—"


# Which currencies a sign or word may stand for.
_CURRENCIES = (
    (re.compile(r"€|eur|欧"), frozenset({"EUR"})),
    (re.compile(r"£|gbp|pound|英镑"), frozenset({"GBP"})),
    (re.compile(r"usd|美"), frozenset({"USD"})),
    (re.compile(r"\$|dollar"), frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN"})),
    (re.compile(r"cny|rmb|yuan|人民币"), frozenset({"CNY"})),
    (re.compile(r"[¥￥]"), frozenset({"CNY", "JPY"})),
    (re.compile(r"元|块"), frozenset({"CNY", "HKD", "TWD"})),
)


def currencies_of(amount: str) -> frozenset[str]:
    """The codes that an amount may be in by its sign or word; none where it names no currency."""
    folded = fold(amount)
    return next((codes for form, codes in _CURRENCIES if form.search(folded)), frozenset())


class OfferCode:
    """A code that users type in: SPRING10."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = _CODE.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """The code in capitals, as codes are written."""
        return narrow(written).upper()

    def write(self, value: str, chinese: bool) -> str:
        """The code."""
        return value


class OfferSaid:
    """All that is said of an offer, to the end of the sentence."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """At the end."""
        return (len(folded),) if start < len(folded) else ()

    def convert(self, written: str) -> str:
        """As it was said."""
        return written.strip()

    def write(self, value: str, chinese: bool) -> str:
        """As it was said."""
        return value


OFFER_CONVERTORS: dict[str, Any] = {"offer_code": OfferCode(), "offer_said": OfferSaid()}


@dataclass(frozen=True)
class SaidOffer:
    """The parts of an offer as said; None for what was not. `language` is that of `text`, `named` if said.

    `day_problem` holds words that look like a day and are none.
    """

    text: str
    language: str
    named: bool
    valid_from: date | None = None
    valid_until: date | None = None
    min_order: str | None = None
    category: str | None = None
    segment: str | None = None
    day_problem: str | None = None


def said_offer(said: str, now: datetime) -> SaidOffer:
    """What an admin who speaks at `now` (in the shop's zone) says of an offer."""
    rest = narrow(said).strip().strip(_BETWEEN)
    language = None
    if found := _LANGUAGE.match(fold(rest)):
        language = _LANGUAGES[found["name"]]
        rest = rest[found.end() :]
    parts: dict[str, str] = {}
    for name, form in (
        ("until", _UNTIL),
        ("from", _FROM),
        ("min_order", _MIN_ORDER),
        ("segment", _SEGMENT),
        ("category", _CATEGORY),
    ):
        found = form.search(fold(rest))
        if found is None:
            continue
        group = next(each for each, value in found.groupdict().items() if value)
        parts[name] = rest[slice(*found.span(group))].strip(_BETWEEN)
        rest = f"{rest[: found.start()].rstrip(_BETWEEN)} {rest[found.end() :].lstrip(_BETWEEN)}".strip()
    text = rest.strip(_BETWEEN)
    days, problem = _days(parts, now)
    return SaidOffer(
        text=text,
        language=language or _language_of(text),
        named=language is not None,
        valid_from=days.get("from"),
        valid_until=days.get("until"),
        min_order=parts.get("min_order"),
        category=parts.get("category"),
        segment=parts.get("segment"),
        day_problem=problem,
    )


def _days(parts: Mapping[str, str], now: datetime) -> tuple[dict[str, date], str | None]:
    days: dict[str, date] = {}
    for name in ("from", "until"):
        if name in parts:
            try:
                days[name] = _day(fold(parts[name]), now)
            except ValueError:
                return days, parts[name]
    return days, None


def _day(said: str, now: datetime) -> date:
    """A day of the calendar, or one as `bot.moments` reads it; ValueError where it is none."""
    today = now.date()
    if said == "月底":
        return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    month = re.search(_MONTH, said)
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if month:
        day, *year = numbers
        return _dated(day, _MONTHS[month[0].rstrip(".")], year, today)
    if re.match(r"\d{1,2}\.", said):
        day, number, *year = numbers
        return _dated(day, number, year, today)
    if re.match(r"\d{4}[-/年]", said):
        return date(*numbers)
    if "月" in said:
        number, day = numbers
        return _dated(day, number, [], today)
    return moment(said, now).date()


def _dated(day: int, month: int, year: list[int], today: date) -> date:
    """Without a year the nearest to come, but one that is just past stays past."""
    if year:
        return date(year[0] + (2000 if year[0] < 100 else 0), month, day)
    meant = date(today.year, month, day)
    if (today - meant).days > _PAST_DAYS:
        return date(today.year + 1, month, day)
    return meant


def _language_of(text: str) -> str:
    folded = fold(text)
    if re.search(f"[{HAN}]", folded):
        return "zh"
    return "de" if _GERMAN.search(folded) else "en"
