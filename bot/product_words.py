"""Products as operators name them, and "only new items"."""

from __future__ import annotations

import re
from typing import ClassVar

from bot.folding import LETTER, fold

_LONGEST = 120


class Product:
    """A product by id or by its name, or a part of it: `85123A`, `"white mug"`, 绿茶."""

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Wherever a word ends."""
        return tuple(
            end
            for end in range(start + 1, min(len(folded), start + _LONGEST) + 1)
            if end == len(folded)
            or not (folded[end].isascii() and folded[end].isalnum() and folded[end - 1].isalnum())
        )

    def convert(self, written: str) -> str:
        """The text as written, without quotes around it."""
        text = written.strip(" ,，:：")
        if len(text) > 2 and (text[0], text[-1]) in (('"', '"'), ("'", "'"), ("“", "”"), ("「", "」")):
            text = text[1:-1].strip()
        if not any(character.isalnum() for character in text):
            raise ValueError(written)
        return text

    def write(self, value: str, chinese: bool) -> str:
        """The text; in quotes where it has spaces."""
        if " " not in value:
            return value
        quote = "'" if '"' in value else '"'
        return f"{quote}{value}{quote}"


class OnlyNew:
    """Nothing that the user bought before: "only new items", 没买过的商品."""

    _things = r"(?:items?|products?|things?|articles?|ones)"
    _form: ClassVar = re.compile(
        rf"(?:(?:only|just)\s+new(?:\s+{_things})?|new\s+{_things}(?:\s+only)?"
        rf"|{_things}\s+(?:they|he|she)\s+never\s+bought)(?!{LETTER})"
        r"|(?:只要|只看|仅|只)?(?:新商品|新产品|新品|(?:没|没有|从没|从未)买过的(?:商品|产品|东西)?)"
    )

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self._form.match(folded, start)
        return (found.end(),) if found else ()

    def convert(self, written: str) -> bool:
        """True."""
        if not self._form.fullmatch(fold(written)):
            raise ValueError(written)
        return True

    def write(self, value: bool, chinese: bool) -> str:
        """The words."""
        return "没买过的商品" if chinese else "only new items"
