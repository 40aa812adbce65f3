"""One way to write each character: half-width, lower case, simplified; one for one, so that places stay."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

HAN = "㐀-鿿"
# Of a folded id; other scripts in quotes only, for wide character classes take long to compile.
LETTER = "[0-9a-z_ß-öø-ÿ]"
HAN_CHARACTER = re.compile(f"[{HAN}]")

_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_MARKS = dict.fromkeys("“”„‟«»「」『』", '"') | dict.fromkeys("‘’‚‛`´", "'") | dict.fromkeys("‐‑‒–—−", "-")
_BLANK_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def narrow(text: str) -> str:
    """The text with full-width digits, letters and signs made half-width; nothing else is touched."""
    return text.translate(_WIDTHS)


def fold(text: str) -> str:
    """The text as it is compared: as long as it was, so that a place found here is a place there."""
    return text.translate(_folds)


def is_chinese(text: str) -> bool:
    """Whether anything in the text is a Chinese character."""
    return HAN_CHARACTER.search(text) is not None


class _Folds(dict[int, str]):
    """What `str.translate` looks up, filled in as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(narrow(chr(code)))
        return folded


def _fold_character(character: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    if unicodedata.category(character) in _BLANK_CATEGORIES:
        return " "
    if is_chinese(character):
        folded: str = _simplifier().convert(character)
    else:
        folded = character.lower()
    return folded if len(folded) == 1 else character


@cache
def _simplifier() -> Any:
    # Loading its dictionaries takes 16 ms, which no English sentence should pay.
    import opencc

    return opencc.OpenCC("t2s")


_folds = _Folds()
