"""What is looked for, and products as operators name them: 22423, TP-001, the gooseneck kettle."""

from __future__ import annotations

import re

_MOST = 80
_QUOTES = "\"'“”‘’「」『』《》"


class Sought:
    """Words to look for: whatever stands there, a single Chinese character included."""

    least = 1

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Wherever a word ends, the longest first."""
        last = min(len(folded), start + _MOST)
        return tuple(
            end
            for end in range(last, start + self.least - 1, -1)
            if end == len(folded)
            or not (folded[end].isascii() and folded[end].isalnum() and folded[end - 1].isalnum())
        )

    def convert(self, written: str) -> str:
        """The words without quotes around them."""
        text = written.strip(" ,，:：?？。." + _QUOTES)
        if len(text) < self.least:
            raise ValueError(written)
        return text

    def write(self, value: str, chinese: bool) -> str:
        """The words in quotes."""
        return f"“{value}”" if chinese else f'"{value}"'


class Product(Sought):
    """A product by its id or by its name."""

    least = 2
    # A question goes on, or it is about somebody.
    _none = re.compile(
        r"(?:me|us|you|him|her|them|it|this|that|life|love)$|.*\b(?:who|whom|what|why|when|where)\b|.*(?:什么|谁|哪)",
        re.IGNORECASE,
    )

    def convert(self, written: str) -> str:
        """The words without quotes around them; ValueError where they are no product."""
        text = super().convert(written)
        if self._none.match(text):
            raise ValueError(written)
        return text

    def write(self, value: str, chinese: bool) -> str:
        """As it is."""
        return value


class ProductCode:
    """A product by an id that is written like one: TP-001, 85123A, 22423."""

    _form = re.compile(
        r"(?<![\w.-])(?:[a-z]{1,6}[-_]?\d[a-z0-9]*(?:[-_][a-z0-9]+)*|\d{4,}[a-z]?)(?![a-z0-9_])"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """As it is written."""
        return written

    def write(self, value: str, chinese: bool) -> str:
        """As it is."""
        return value


class Findable(Sought):
    """What somebody may be found by: an order, an id or a part of one, an e-mail address, a name.

    "find Anna Berg", "find 138…1234" and "查找王芳" are about a person; "find good coffee" and "查找天气" are
    not, and "查找用户42" names an id.
    """

    least = 2
    _order = re.compile(r"(?:orders?|订单号|订单|訂單|单号|單號)[\s:：#]*", re.IGNORECASE)
    _other = re.compile("[的个個位名]|[用客]户|[用客]戶|顾客|顧客|会员|會員|买家|買家|商品|评论|評論")
    _surnames = frozenset(
        "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
        "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇"
    )

    def convert(self, written: str) -> str:
        """The words as they were written, without quotes around them."""
        text = super().convert(written)
        if text == written.strip():
            words = self._order.sub("", text, count=1).split()
            if not 1 <= len(words) <= 4 or not all(map(self._names_somebody, words)):
                raise ValueError(written)
        return text

    def _names_somebody(self, word: str) -> bool:
        if self._other.search(word):
            return False
        if any(character.isdigit() or character == "@" for character in word):
            return True
        if "\u4e00" <= word[0] <= "\u9fff":
            return 2 <= len(word) <= 4 and word[0] in self._surnames
        return word[0].isupper() or not word.isascii()
