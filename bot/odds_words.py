"""How many of several: one in five, 2 out of 10, a fifth, 五个里能留一个, 五分之一; or a share in percent."""

from __future__ import annotations

import re

from bot.folding import LETTER, fold
from bot.number_words import CHINESE, DIGITS, ENGLISH, whole_number

_EN = rf"(?:{DIGITS}|(?<!{LETTER})(?:{ENGLISH})(?!{LETTER}))"
_ZH = rf"(?:{DIGITS}|{CHINESE})"
_个 = r"\s*(?:个人|个用户|个客户|个|人|位|名|通电话|通|次)?"
_能 = r"(?:大概|大约|约|平均)?\s*(?:能够|能|可以|可|会|有)?\s*"
_里 = r"(?:里面|当中|之中|里|中)\s*[,、]?\s*"
_留住 = r"(?:留得住|留住|留下|留|挽回|救回|召回|保住|回来|成功|接受|成)"
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1, "一半": 0.5, "半数": 0.5}


class Odds:
    """A share of several, as a fraction in [0, 1]."""

    _form = re.compile(
        rf"(?P<en_some>{_EN})\s*(?:in|of|out of)\s*(?:every\s*)?(?P<en_all>{_EN})"
        rf"|(?:an?|one)\s+(?P<part>half|third|quarter|fifth|tenth)(?!{LETTER})|(?P<half>half|一半|半数)"
        rf"|(?P<zh_of>{_ZH})分之(?P<zh_part>{_ZH})"
        rf"|(?P<tenths>[一二两三四五六七八九\d])成"
        rf"|(?P<percent>(?<![\d.,])\d{{1,3}}(?:[.,]\d{{1,2}})?)\s*(?:%|percent|per cent)"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> float:
        """The fraction; ValueError for more than all, or of none."""
        found = self._form.fullmatch(fold(written))
        if found is None:
            raise ValueError(written)
        share = self._share(found)
        if not 0 <= share <= 1:
            raise ValueError(written)
        return round(share, 6)

    def _share(self, found: re.Match[str]) -> float:
        for some, of in (("en_some", "en_all"), ("zh_part", "zh_of")):
            if found[some]:
                whole = whole_number(found[of])
                return whole_number(found[some]) / whole if whole else -1
        if found["tenths"]:
            return whole_number(found["tenths"]) / 10
        if found["percent"]:
            return float(found["percent"].replace(",", ".")) / 100
        return _PARTS[found["part"] or found["half"]]

    def write(self, value: float, chinese: bool) -> str:
        """In percent."""
        return f"{100 * value:.2f}".rstrip("0").rstrip(".") + "%"


class KeptOfSeveral(Odds):
    """The same as a sentence of its own: 五个里能留一个, 每10个挽回2个."""

    _form = re.compile(
        rf"每?\s*(?P<zh_all>{_ZH}){_个}\s*(?:{_里}{_能}{_留住}?|{_能}{_留住})\s*(?P<zh_some>{_ZH}){_个}"
    )

    def _share(self, found: re.Match[str]) -> float:
        whole = whole_number(found["zh_all"])
        return whole_number(found["zh_some"]) / whole if whole else -1

    def write(self, value: float, chinese: bool) -> str:
        """Of a hundred."""
        return f"100个里能留{round(100 * value)}个"
