"""The typed arguments of a sentence: what they look like (folded), what they mean, how they are written."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Protocol

from bot.campaign_words import CAMPAIGN_CONVERTORS
from bot.clock_words import Clock, Rest, SentKind, Weekdays
from bot.durations import Days, UnitSaid
from bot.folding import LETTER, fold, is_chinese
from bot.group_names import CategoryName, GroupName, KnownGroup
from bot.help_topics import TOPIC
from bot.moments import When
from bot.number_words import CHINESE, DIGITS, ENGLISH, NumberSaid, chinese_number, whole_number
from bot.odds_words import KeptOfSeveral, Odds
from bot.offer_words import OFFER_CONVERTORS
from bot.only_new import OnlyNew
from bot.operator_names import CapitalisedName, Name, OperatorId, OperatorNamed
from bot.period_words import Compared, PeriodSaid
from bot.promo_words import PROMO_CONVERTORS
from bot.search_words import Findable, Product, ProductCode, Sought
from bot.words import USER_EN, USER_ZH


class Convertor(Protocol):
    """A typed argument: where it may end in a folded text, and the value of what was written there."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Every place where an argument that starts there may end."""

    def convert(self, written: str) -> Any:
        """The value; ValueError where the text has the form but not the meaning."""

    def write(self, value: Any, chinese: bool) -> str:
        """The words that `convert` reads back as this value."""


class Who:
    """A user as operators name one: `42`, `user 42`, `42号客户`, `用户A`, `customer "Anna Berg"`.

    A word without any digit is taken for an id only right after a word for a user, and only if it is
    written like a name: "customer Anna", but not "customer loyalty".
    """

    _mark = (
        r"(?:(?:with|whose|by)\s+)?(?:the\s+)?"
        rf"(?:(?:id|no|number|nr|num)(?:\.|(?!{LETTER}))|编号|id号|号|号码)(?:\s*(?:is|为|是|号))?|#"
    )
    _determiner = r"(?:(?:the|our|my|this|that)\s+|(?:这个|这位|那个|那位|我们的|该|这名|那名)\s*)?"
    _named = (
        rf"(?:{USER_ZH})(?!id|no)"
        rf"(?:[a-z]{{1,2}}(?![0-9a-z_@.+\-])|[甲乙丙丁戊己庚辛壬癸])"
    )
    _email = rf"(?:{LETTER}|[.+\-])++@(?:{LETTER}|-)++(?:\.(?:{LETTER}|-)++)++"
    _quoted = r"\"[^\"]{1,100}\"|'[^']{1,100}'"
    _token = rf"\+?{LETTER}++(?:[.\-]++{LETTER}++)*+"
    _id = rf"(?:{_quoted}|{_email}|{_named}|{_token})"
    _user = rf"(?:{USER_EN}|{USER_ZH})"
    _after_user = rf"{_user}[\s:]*+(?:(?:{_mark})[\s:]*+)*(?:(?<!{LETTER})|(?=\d++(?!{LETTER})))"
    _after_mark = rf"(?:(?:{_mark})[\s:]*+)+"
    _tail = rf"(?:\s*号)?(?:\s*(?:这个|这位|这名))?(?:\s*的?(?:{USER_ZH})(?!{LETTER}))?"
    _parts = re.compile(
        rf"{_determiner}(?:(?<!{LETTER})|(?!{LETTER}))(?:(?P<bare_name>{_named})|(?:{_after_user}|{_after_mark})(?P<introduced>{_id})"
        rf"|(?P<bare>{_id}))(?P<tail>{_tail})"
    )
    _not_an_id = re.compile(
        r"\d+\.\d+"  # 0.8 is a number
        r"|q[1-4]|h[12]|\d{4}-\d\d?(-\d\d?)?"  # a time
        r"|\d*(1st|2nd|3rd|\dth)|\d+(k|d|w|m|y|h|min|pm|am|days?|weeks?|months?|years?|pct|percent|usd|eur|cny|rmb)"
    )
    _common_words = frozenset(
        (
            "vip",
            "vips",
            "all",
            "rfm",
            "kpi",
            "crm",
            "roi",
            "ltv",
            "clv",
            "api",
            "faq",
            "id",
            "no",
            "i",
            "ok",
            "us",
            "eu",
            "uk",
        )
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """With the words after the id, as in 42号客户, and without."""
        parts = self._parts.match(folded, start)
        return tuple(dict.fromkeys((parts.end(), parts.start("tail")))) if parts else ()

    def convert(self, written: str) -> str:
        """The id exactly as it was written, without the words around it."""
        parts = self._parts.fullmatch(fold(written))
        if parts is None:
            raise ValueError(written)
        group = next(name for name in ("bare_name", "introduced", "bare") if parts[name])
        user_id = written[slice(*parts.span(group))]
        folded = fold(user_id)
        if folded[0] in "\"'":
            user_id = user_id[1:-1].strip()
        elif group == "bare_name" or "@" in folded:
            pass
        elif self._not_an_id.fullmatch(folded) or not self._is_id(user_id, introduced=group == "introduced"):
            raise ValueError(written)
        if not user_id:
            raise ValueError(written)
        return user_id

    def _is_id(self, user_id: str, introduced: bool) -> bool:
        if any(character.isdigit() for character in user_id):
            return True
        if not introduced or user_id.lower() in self._common_words:
            return False
        return "_" in user_id or is_chinese(user_id) or user_id[0].isupper()

    def write(self, value: str, chinese: bool) -> str:
        """`user 42` or `用户42`; in quotes where the id would not be read back as it is."""
        for written in (value, f"用户{value}" if chinese else f"user {value}"):
            alone = written == value and not (chinese and is_chinese(value))
            if not alone and self._reads_back(written, value):
                return written
        quote = "'" if '"' in value else '"'
        return f"{'用户' if chinese else 'user '}{quote}{value}{quote}"

    def _reads_back(self, written: str, value: str) -> bool:
        try:
            return len(written) in self.ends(fold(written), 0) and self.convert(written) == value
        except ValueError:
            return False


class Count(NumberSaid):
    """How many: 20, twenty, 二十, 两."""

    form = re.compile(rf"(?<![\d.,])(?:{DIGITS}|(?<!{LETTER})(?:{ENGLISH})(?!{LETTER})|{CHINESE})")

    def convert(self, written: str) -> int:
        """A whole number from 1 on."""
        count = whole_number(fold(written))
        if count < 1:
            raise ValueError(written)
        return count

    def write(self, value: int, chinese: bool) -> str:
        """In digits."""
        return str(value)


class Percent(NumberSaid):
    """A share of the whole: 80 %, 0.8, 80 percent, 八成, 百分之八十."""

    _number = r"(?<![\d.,])\d{1,9}+(?:[.,]\d{1,9}+)?"
    _chinese = (
        rf"百分之(?:{CHINESE}|{_number})|"
        rf"[一二两三四五六七八九\d]成[一二三四五六七八九半]?(?!{LETTER})|一半|半数"
    )
    _word = rf"(?<!{LETTER})(?:{ENGLISH})(?=\s*(?:%|percent|per cent))"
    form = re.compile(
        rf"(?:(?:{_number}|{_word})\s*(?:%|percent|per cent|pct)"
        rf"|0?[.,]\d{{1,9}}+|1\.0+|{_chinese}|half(?!{LETTER}))"
    )

    def convert(self, written: str) -> float:
        """A fraction in [0, 1]."""
        share = self._share(fold(written))
        if not 0 <= share <= 1:
            raise ValueError(written)
        return float(round(share, 6))

    def _share(self, folded: str) -> Decimal:
        if folded in ("half", "一半", "半数"):
            return Decimal("0.5")
        if "成" in folded:
            tenths, _, rest = folded.partition("成")
            return Decimal(_digit(tenths)) / 10 + Decimal(5 if rest == "半" else _digit(rest)) / 100
        if folded.startswith("百分之"):
            number = folded.removeprefix("百分之")
            return Decimal(number if number[0].isdecimal() else str(chinese_number(number))) / 100
        if folded[0].isalpha() and folded[0].isascii():  # eighty percent
            return Decimal(whole_number(re.split(r"\s*(?:%|per)", folded)[0].strip())) / 100
        number, sign = re.fullmatch(r"([\d.,]+)\s*(.*)", folded, re.DOTALL).groups()  # type: ignore[union-attr]
        value = _decimal(number)
        if sign:
            return value / 100
        # "above 80" can only be percent; "above 1" could be either.
        if value == 1 and "." not in number:
            raise ValueError(folded)
        return value if value <= 1 else value / 100

    def write(self, value: float, chinese: bool) -> str:
        """In percent."""
        return f"{Decimal(str(value)) * 100:f}".rstrip("0").rstrip(".") + "%" if value else "0%"


class Score(Percent):
    """A share of the whole that may also stand bare, as in "a risk over 80"."""

    form = re.compile(rf"{Percent.form.pattern}|{Percent._number}")


def _digit(folded: str) -> int:
    return (
        int(folded or 0)
        if folded.isdecimal() or not folded
        else "零一二三四五六七八九".find(folded.replace("两", "二"))
    )


def _decimal(written: str) -> Decimal:
    """Reads 1,000 · 1,000.50 · 12,5; refuses what could be either thousands or decimals."""
    if re.fullmatch(r"\d+(\.\d{1,2}|\.\d{4,})?|\d{1,3}(,\d{3})+(\.\d+)?|0\.\d+", written):
        written = written.replace(",", "")
    elif re.fullmatch(r"\d+,\d{1,2}|0?,\d+|\d{1,3}(\.\d{3})+,\d+", written):
        written = written.replace(".", "").replace(",", ".")
    elif not re.fullmatch(r"\.\d+", written):
        raise ValueError(written)
    try:
        return Decimal(written)
    except InvalidOperation as error:  # digits of other scripts
        raise ValueError(written) from error


class Money(NumberSaid):
    """An amount in the shop's currency: 50, €50, 50 euros, 1.5k, 五百元, 2万."""

    _before = r"(?:(?:us\$|[€$£¥]|eur|usd|cny|rmb|gbp)\s*)"
    _after = (
        rf"(?:\s*(?:[€$£]|(?:eur|euros?|usd|us\$|dollars?|bucks|cny|rmb|yuan|gbp|pounds?)(?!{LETTER})"
        r"|元钱?|块钱?|人民币|欧元?|美元|美金|刀|英镑))"
    )
    _number = r"(?<![\d.,])\d{1,9}+(?:[.,]\d{1,9}+)*+"
    _amount = rf"(?:{_number}(?:\s*(?:k(?!{LETTER})|千|万|百))?|{CHINESE})"
    form = re.compile(rf"{_before}?(?P<amount>{_amount}){_after}?")
    _scales: ClassVar[dict[str, int]] = {"k": 1_000, "百": 100, "千": 1_000, "万": 10_000}

    def convert(self, written: str) -> int:
        """In cents."""
        parts = Money.form.fullmatch(fold(written))
        if parts is None:
            raise ValueError(written)
        amount = parts["amount"]
        if not amount[0].isdecimal():
            return round(chinese_number(amount) * 100)
        scale = self._scales.get(amount[-1], 1)
        return round(_decimal(amount.rstrip("k百千万").rstrip()) * scale * 100)

    def write(self, value: int, chinese: bool) -> str:
        """In whole units where there are no cents, without thousands separators."""
        amount = f"{Decimal(value) / 100:.2f}".removesuffix(".00")
        return f"{amount}元" if chinese else amount


class Price(Money):
    """An amount that names its currency."""

    form = re.compile(rf"(?:{Money._before}{Money._amount}|{Money._amount}{Money._after})")


CONVERTORS: dict[str, Convertor] = {
    "who": Who(),
    "count": Count(),
    "percent": Percent(),
    "score": Score(),
    "odds": Odds(),
    "kept_of_several": KeptOfSeveral(),
    "money": Money(),
    "price": Price(),
    "days": Days(),
    "this_long": UnitSaid(),
    "operator_id": OperatorId(),
    "operator": OperatorNamed(),
    "name": Name(),
    "capitalised": CapitalisedName(),
    "clock": Clock(),
    "weekdays": Weekdays(),
    "rest": Rest(),
    "kind": SentKind(),
    "when": When(),
    "period": PeriodSaid(),
    "compared": Compared(),
    "product": Product(),
    "code": ProductCode(),
    "only_new": OnlyNew(),
    "sought": Sought(),
    "findable": Findable(),
    **CAMPAIGN_CONVERTORS,
    **PROMO_CONVERTORS,
    **OFFER_CONVERTORS,
    "topic": TOPIC,
    "segment": GroupName(),
    "known_group": KnownGroup(),
    "category": CategoryName(),
}
