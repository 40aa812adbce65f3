"""Arguments of audiences and their files: goals, channels, sizes, costs, the tools that files are for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.folding import HAN, LETTER, fold, is_chinese
from bot.number_words import CHINESE, DIGITS, NumberSaid, chinese_number, whole_number


class OneOf:
    """One of a few things, each under several names; the first one of a language is written in it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._meaning = {name: value for value, said in names.items() for name in said.split("|")}
        self._written = {
            value: tuple(
                next((name for name in said.split("|") if is_chinese(name) is chinese), said.split("|")[0])
                for chinese in (False, True)
            )
            for value, said in names.items()
        }
        longest_first = sorted(self._meaning, key=len, reverse=True)
        self._form = re.compile(
            "|".join(
                re.escape(name) + ("" if is_chinese(name[-1]) else rf"(?!{LETTER})") for name in longest_first
            )
        )

    @property
    def every_name(self) -> tuple[str, ...]:
        """All names there are."""
        return tuple(self._meaning)

    def names(self, value: str) -> list[str]:
        """All names of a value."""
        return [name for name, meant in self._meaning.items() if meant == value]

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as the longest name goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """What is meant."""
        try:
            return self._meaning[fold(written)]
        except KeyError:
            raise ValueError(written) from None

    def write(self, value: str, chinese: bool) -> str:
        """Its first name in that language."""
        return self._written[value][chinese]


GOAL = OneOf(
    {
        "promo": "promo|promos|promotion|promotions|coupon|coupons|discount|discounts|sale|offer|offers"
        "|voucher"
        "|vouchers|promo campaign|promotional campaign|促销|促销活动|优惠|优惠券|大促|折扣|促销推广|营销活动",
        "winback": "winback|winbacks|win-back|win back|winning back|reactivation|re-engagement|reengagement"
        "|召回|老客召回|流失召回|挽回|唤醒|赢回|沉睡唤醒|沉睡用户唤醒",
        "upsell": "upsell|upsells|upselling|up-sell|up-selling|up sell|cross-sell|cross-selling|追加销售"
        "|向上销售|加购"
        "|升单|提升客单价|提高客单价|升级销售",
        "vip": "vip|vips|vip treatment|vip customers|vip users|loyalty|best customers|vip客户|vip用户|贵宾"
        "|大客户|高价值",
        "new": "new|newcomers|new customers|new users|new buyers|welcome|onboarding|first-time buyers"
        "|first time buyers|second order|新客|新用户|新客户|新会员|新人|首购|二次购买",
    }
)
CHANNEL = OneOf(
    {
        "email": "email|e-mail|mail|emails|邮件|邮箱|电子邮件",
        "sms": "sms|text|text message|text messages|短信",
        "chat": "chat|telegram|wechat|whatsapp|messenger|微信|企业微信|企微|聊天",
    }
)
FILE_PRESET = OneOf(
    {
        "klaviyo": "klaviyo",
        "mailchimp": "mailchimp|mail chimp",
        "meta": "meta|facebook|instagram|meta custom audience|meta custom audiences|custom audience"
        "|facebook custom audience",
        "sms": "sms gateway|an sms gateway|sms tool|sms provider|短信平台|短信网关|短信名单|短信群发",
        "wecom": "wecom|wework|企业微信|企微|企业微信名单",
    }
)
FILE_FORMAT = OneOf(
    {"xlsx": "excel|xlsx|an excel file|excel file|excel文件|电子表格", "csv": "csv|csv file|csv文件"}
)
ANY_CONSENT = OneOf(
    {
        "any": "whatever the consent|whatever their consent|regardless of consent|regardless of their consent"
        "|without consent check|ignoring consent|不看授权|不管授权|不考虑授权|无论是否同意|不论是否授权"
    }
)


class OtherGoal:
    """Something that stands where a goal should and is none."""

    _form = re.compile(rf"[a-z][a-z-]{{2,24}}(?: [a-z][a-z-]{{2,24}})?(?!{LETTER})|[{HAN}]{{2,8}}")

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Every place where it may end: what follows may be said about it."""
        found = self._form.match(folded, start)
        if found is None:
            return ()
        if is_chinese(found[0][0]):
            return tuple(range(found.end(), start + 1, -1))
        first = found[0].partition(" ")[0]
        return tuple(dict.fromkeys((found.end(), start + len(first))))

    def convert(self, written: str) -> str:
        """As it was written; ValueError for a goal, or for what is nearly one."""
        if written[0] in "圈选筛挑找":  # 圈选促肖人群
            raise ValueError(written)
        # "prmoo" is a slip, and no other goal.
        if difflib.get_close_matches(
            fold(written), GOAL.every_name, n=1, cutoff=0.5 if is_chinese(written) else 0.7
        ):
            raise ValueError(written)
        return written

    def write(self, value: str, chinese: bool) -> str:
        """As it was written."""
        return value


class SizeSaid(NumberSaid):
    """How many users, also none: so that it can be said that none makes no list."""

    form = re.compile(rf"(?<![\d.,])(?:{DIGITS}|{CHINESE})(?!\s*%)")

    def convert(self, written: str) -> int:
        """A whole number from 0 on."""
        return whole_number(fold(written))

    def write(self, value: int, chinese: bool) -> str:
        """In digits."""
        return str(value)


class UnitCost(NumberSaid):
    """What one contact costs: 2 €, 0.1元, 3.5分, ten cents as 0.10."""

    _before = r"(?:(?:us\$|[€$£¥])\s*)"
    _words = rf"(?:eur|euros?|usd|dollars?|cny|rmb|yuan|gbp|pounds?)(?!{LETTER})"
    _after = rf"(?:\s*(?:[€$£]|{_words}|元|块钱?|欧元?|美元))"
    _cents = rf"(?:\s*(?:(?:cents?|ct|pence)(?!{LETTER})|分钱?))"
    form = re.compile(
        rf"{_before}?(?P<amount>(?<![\d.,])\d{{1,6}}+(?:[.,]\d{{1,4}}+)?|{CHINESE})(?:{_after}"
        rf"|(?P<cents>{_cents}))?"
    )

    def convert(self, written: str) -> float:
        """In cents, which may be fractions: a text message costs 3.5."""
        parts = self.form.fullmatch(fold(written))
        if parts is None:
            raise ValueError(written)
        amount = parts["amount"]
        value = (
            Decimal(amount.replace(",", "."))
            if amount[0].isdecimal()
            else Decimal(str(chinese_number(amount)))
        )
        return float(value if parts["cents"] else value * 100)

    def write(self, value: float, chinese: bool) -> str:
        """In whole units."""
        amount = f"{Decimal(str(value)) / 100:f}"
        if "." in amount:
            amount = amount.rstrip("0").rstrip(".")
        return f"{amount}元" if chinese else amount


class UnitPrice(UnitCost):
    """The same with its currency."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes, where it is more than a number."""
        return tuple(
            end
            for end in super().ends(folded, start)
            if not re.fullmatch(rf"[\d.,]+|{CHINESE}", folded[start:end].strip())
        )

    def write(self, value: float, chinese: bool) -> str:
        """In whole units of a currency that both languages read."""
        return super().write(value, chinese=True)


class DiscountSaid(NumberSaid):
    """What a promotion takes off: 10 %, 10 percent, 九折 (which takes off a tenth), 85折."""

    form = re.compile(
        r"(?P<percent>(?<![\d.,])\d{1,2}(?:\.\d)?)\s*(?:%|percent|per cent)"
        r"|(?P<paid>[1-9一二三四五六七八九]{1,2})折"
    )

    def convert(self, written: str) -> float:
        """The fraction that is taken off."""
        parts = self.form.fullmatch(fold(written))
        if parts is None:
            raise ValueError(written)
        if parts["percent"]:
            return float(Decimal(parts["percent"]) / 100)
        digits = "".join(
            each if each.isdecimal() else str("零一二三四五六七八九".index(each)) for each in parts["paid"]
        )
        return float(1 - Decimal(digits) / 10 ** len(digits))

    def write(self, value: float, chinese: bool) -> str:
        """In percent."""
        return f"{Decimal(str(value)) * 100:f}".rstrip("0").rstrip(".") + "%"


PROMO_CONVERTORS: dict[str, Any] = {
    "goal": GOAL,
    "other_goal": OtherGoal(),
    "channel": CHANNEL,
    "file_preset": FILE_PRESET,
    "file_format": FILE_FORMAT,
    "any_consent": ANY_CONSENT,
    "discount": DiscountSaid(),
    "size": SizeSaid(),
    "unit_cost": UnitCost(),
    "unit_price": UnitPrice(),
}
