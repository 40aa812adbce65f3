"""That only items are wanted which a user never bought."""

from __future__ import annotations

import re
from typing import ClassVar

from bot.folding import LETTER, fold


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
