"""The names of segments and categories as operators say them: a few words that are nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.folding import HAN, fold, is_chinese

MOST_CHARACTERS = 40

_LATIN_WORD = r"[a-z\dß-öø-ÿ](?:[a-z\d_ß-öø-ÿ.'&+-]*[a-z\d_ß-öø-ÿ])?"
_BARE = re.compile(rf"{_LATIN_WORD}(?:,? (?:& |/ )?{_LATIN_WORD}){{0,5}}|[{HAN}·、a-z\d]{{1,14}}")
_QUOTED = re.compile(rf"\"[^\"]{{1,{MOST_CHARACTERS}}}\"|'[^']{{1,{MOST_CHARACTERS}}}'")
# Where one of these stands, more was said than a name, and it must not be overlooked.
_NO_NAME = re.compile(
    r"\b(?:and|or|not|no|but|except|if|unless|who|whom|whose|that|which|bought|buy|buys|buying|ordered|order"
    r"|never|worth|spent|spending|above|over|more than|at least|please|thanks|segment|segments|group|groups"
    r"|cluster|churn|probability|top|limit|sorted|ranked|me|us|our|my|this|these|their|is|are|was|has|have"
    r"|had|did|does|do|in|from|with|without|everything|anything|something|nothing|lately|again|since|within"
    r"|last|today|yesterday|week|month|year|days|euros?|dollars?|yuan)\b"
    r"|\d{3,}|没|未|不再|但|且|和|或|与|及|并|而|里|中的|属于|超过|以上|以下|消费|买过|购买过|哪|谁|吗|呢|吧|请|前\d"
    r"|群体|分群|分组|概率|多少|什么|重新|更新|\b(?:users?|customers?) ?\d+$"
    r"|^(?:of|for)\b|^(?:rfm|users?|customers?)$|(?:用户|客户)\d"
    r"|^(?:用户|客户|会员|顾客|所有用户|人)$"
)
_USERS = r"用户|客户|顾客|会员|买家|客人"
_NO_GOODS = re.compile(
    rf"\b(?:users?|customers?|risk|at)\b|{_USERS}|流失|风险|的|东西|商品|产品|过|了|个|元|块钱"
)


class GroupName:
    """What a segment is called: Champions, "big spenders, rarely", 冠军客户."""

    _no_name = _NO_NAME
    _quoted = _QUOTED

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """At the end of each word, or of each Chinese character."""
        quoted = self._quoted.match(folded, start)
        if quoted:
            return (quoted.end(),)
        return tuple(_ends_of_words(folded, start))

    def convert(self, written: str) -> str:
        """The name as written, without quotes around it."""
        folded = fold(written)
        if self._quoted.fullmatch(folded):
            name = written[1:-1].strip()
        elif self._is_name(folded):
            name = written.strip()
        else:
            raise ValueError(written)
        if not name:
            raise ValueError(written)
        return name

    def _is_name(self, folded: str) -> bool:
        return bool(_BARE.fullmatch(folded)) and not self._no_name.search(folded) and not folded.isdecimal()

    def write(self, value: str, chinese: bool) -> str:
        """The name; in quotes where it would not be read back without them."""
        try:
            plain = self.convert(value) == value and len(value) in self.ends(fold(value), 0)
        except ValueError:
            plain = False
        quote = "'" if '"' in value else '"'
        return value if plain else f"{quote}{value}{quote}"


class CategoryName(GroupName):
    """What was bought: coffee, green tea, 咖啡."""

    def _is_name(self, folded: str) -> bool:
        return super()._is_name(folded) and not _NO_GOODS.search(folded)


class KnownGroup(GroupName):
    """A name that is known without the word segment beside it: champions, high-value, 冠军客户, 高价值."""

    _form = re.compile(
        r"(?<![a-z])(?:high[- ]value|champions?|loyal customers|loyals|potential loyalists"
        r"|hibernating customers|big spenders|discount shoppers|bargain hunters"
        r"|regulars|newcomers)(?![a-z])"
        r"|高价值|高消费|高净值|大客户|冠军(?:客户)?|忠诚(?:客户)?|潜力忠诚客户|沉睡客户|核心客户|常客"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Where the name does."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """The name as written."""
        if not self._form.fullmatch(fold(written)):
            raise ValueError(written)
        return written

    def write(self, value: str, chinese: bool) -> str:
        """The name."""
        return value


def _ends_of_words(folded: str, start: int) -> Iterator[int]:
    for end in range(start + 1, min(len(folded), start + MOST_CHARACTERS) + 1):
        inside = end < len(folded) and folded[end].isalnum() and not is_chinese(folded[end])
        if not inside and _BARE.fullmatch(folded, start, end):
            yield end
