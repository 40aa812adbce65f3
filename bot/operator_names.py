"""Those who message the bot, as an admin names them: by the id of the chat service, or by a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.folding import HAN, fold, is_chinese

MOST_CHARACTERS = 40

_ID = re.compile(r"(?<![\d.,#*-])(?:#\s*)?(\d{1,20}+)(?![.,]\d|[\da-z_%*@-])")
_LATIN_WORD = r"[a-z\d_ß-öø-ÿ](?:[a-z\d_ß-öø-ÿ.'-]*[a-z\d_ß-öø-ÿ])?\.?"
_BARE = re.compile(rf"{_LATIN_WORD}(?: {_LATIN_WORD}){{0,3}}|[{HAN}·]{{1,10}}|[{HAN}]{{1,4}} ?{_LATIN_WORD}")
_ENCLOSED = re.compile(rf"\"[^\"]{{1,{MOST_CHARACTERS}}}\"|\([^()]{{1,{MOST_CHARACTERS}}}\)")
# Where one of these stands, more was said than a name, and it must not be overlooked.
_NO_NAME = re.compile(
    r"\b(?:and|or|not|no|but|except|if|unless|until|till|for|from|to|with|without|as|by|in|on|at|of|the|a|an"
    r"|me|my|him|her|us|them|please|pls|plz|thanks|thank|thx|now|again|too|also|only|back|here|today|tomorrow"
    r"|tonight|later|admin|admins|administrator|operator|operators|user|users|customer|customers|group|role"
    r"|rights|access|permissions?|privileges|order|orders|everyone|everybody|all|nobody|anyone|who|which)\b"
    r"|[和与及或不别除外后再吗呢吧啊嘛的了把我]|自己|谢谢|拜托|麻烦|请|管理员|操作员|运营|权限|用户|客户|订单|所有|全部"
    r"|一下|好吗|可以|明天|今天|现在|临时"
)


class OperatorId:
    """An id of the chat service: a whole number."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as its digits go."""
        found = _ID.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> str:
        """The digits."""
        found = _ID.fullmatch(written)
        if found is None:
            raise ValueError(written)
        return found[1]

    def write(self, value: str, chinese: bool) -> str:
        """The digits."""
        return value


class Name:
    """What colleagues call somebody: Mei, Anna Berg, 小美, "anything in quotes", (or brackets)."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """At the end of each word, or of each Chinese character."""
        enclosed = _ENCLOSED.match(folded, start)
        if enclosed:
            return (enclosed.end(),)
        return tuple(_ends_of_words(folded, start))

    def convert(self, written: str) -> str:
        """The name as written, without quotes or brackets around it."""
        folded = fold(written)
        if _ENCLOSED.fullmatch(folded):
            name = written[1:-1].strip()
        elif _BARE.fullmatch(folded) and len(written) <= MOST_CHARACTERS and not _NO_NAME.search(folded):
            name = written
        else:
            raise ValueError(written)
        if not name or name.isdecimal():
            raise ValueError(written)
        return name

    def write(self, value: str, chinese: bool) -> str:
        """The name; in quotes where it would not be read back without them."""
        try:
            return value if self.convert(value) == value else f'"{value}"'
        except ValueError:
            return f'"{value}"'


class CapitalisedName(Name):
    """A name that stands without "as" before it: Mei, but not "tomorrow"."""

    def convert(self, written: str) -> str:
        """The name as written, if it is written like one."""
        name = super().convert(written)
        if not (written[0] in '"(（“' or name[0].isupper() or is_chinese(name)):
            raise ValueError(written)
        return name


class OperatorNamed:
    """An operator by id or by name."""

    _id, _name = OperatorId(), Name()

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As for an id, or as for a name."""
        return self._id.ends(folded, start) or self._name.ends(folded, start)

    def convert(self, written: str) -> str:
        """The id or the name."""
        return self._id.convert(written) if _ID.fullmatch(written) else self._name.convert(written)

    def write(self, value: str, chinese: bool) -> str:
        """As it would be read back."""
        return value if value.isdecimal() else self._name.write(value, chinese)


def _ends_of_words(folded: str, start: int) -> Iterator[int]:
    for end in range(start + 1, min(len(folded), start + MOST_CHARACTERS) + 1):
        inside = end < len(folded) and folded[end].isalnum() and not is_chinese(folded[end])
        if not inside and _BARE.fullmatch(folded, start, end):
            yield end
