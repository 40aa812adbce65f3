"""Whole numbers as people write them: 20, 1,000, twenty-five, a dozen, 二十五, 两."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar

from bot.folding import is_chinese

_UNITS = (
    "zero one two three four five six seven eight nine"
    " ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: number for number, word in enumerate(_UNITS.split())}
NUMBER_WORDS |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
NUMBER_WORDS |= {"dozen": 12, "hundred": 100}
_SMALL = "|".join(sorted(_UNITS.split(), key=len, reverse=True))
ENGLISH = (
    rf"(?:(?:a|one)\s+)?(?:dozen|hundred)"
    rf"|(?:{_TENS.replace(' ', '|')})(?:[\s-](?:{'|'.join(_UNITS.split()[1:10])}))?|(?:{_SMALL})"
)
CHINESE = "[零一二两三四五六七八九十百千万]++"
DIGITS = r"\d{1,3}(?:,\d{3})++(?!\d)|\d{1,9}+(?!\d)"


def whole_number(folded: str) -> int:
    """The value of a folded number of one of the three kinds."""
    if folded[0].isdecimal():
        return int(folded.replace(",", ""))
    if is_chinese(folded):
        return int(chinese_number(folded))
    words = re.split(r"[\s-]+", folded)
    if len(words) > 1 and words[0] in ("a", "one"):  # a dozen, one hundred
        words = words[1:]
    return sum(NUMBER_WORDS[word] for word in words)


@cache
def chinese_number(folded: str) -> float:
    """The value of a number in Chinese characters."""
    # Takes 0.2 s to import: only whoever writes 二十 waits for it.
    import cn2an

    return float(cn2an.cn2an(folded, "smart"))


class NumberSaid:
    """What an argument that is written with a number has in common: it ends in one place."""

    form: ClassVar[re.Pattern[str]]

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = self.form.match(folded, start)
        return (found.end(),) if found else ()
