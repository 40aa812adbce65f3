"""Text that can be drawn: a font with Chinese, nothing a font lacks, and never wider than its place."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import cvttf_NotoSansCJK_Regular as noto
from matplotlib import font_manager

MISSING = "□"
ELLIPSIS = "…"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Noto's file draws Chinese as in Taiwan unless it is told whose forms to take.
LETTER_FORMS = "zh-Hans"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@cache
def families() -> tuple[str, ...]:
    """The font families to draw with; each character is taken from the first that has it.

    DejaVu, which comes with matplotlib, has letters that Noto lacks: Arabic, Hebrew, ₹.
    """
    path = noto.get_TTF_path()
    font_manager.fontManager.addfont(path)
    return (font_manager.get_font(path).family_name, "DejaVu Sans")


@cache
def _drawable() -> frozenset[int]:
    paths = (noto.get_TTF_path(), font_manager.findfont("DejaVu Sans"))
    return frozenset().union(*(font_manager.get_font(path).get_charmap() for path in paths))


def drawable(text: str) -> str:
    """`text` on one line without what cannot be seen, and □ in the place of what the fonts cannot draw."""
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character.isspace():
            shown.append(" ")
        elif unicodedata.category(character) in _UNSEEN or "VARIATION SELECTOR" in unicodedata.name(
            character, ""
        ):
            continue
        elif ord(character) in _drawable():
            shown.append(character)
        elif shown[-1:] != [MISSING]:
            shown.append(MISSING)
    return "".join(shown)


def a_name(text: str) -> str:
    """`text` as a name within a sentence: drawable, not too long, its direction of writing its own affair."""
    return FIRST_STRONG_ISOLATE + _shortened(drawable(text)) + POP_ISOLATE


def a_sentence(text: str) -> str:
    """A sentence with `a_name`s in it, drawable."""
    parts = re.split(f"([{FIRST_STRONG_ISOLATE}{POP_ISOLATE}])", text)
    return "".join(part if index % 2 else drawable(part) for index, part in enumerate(parts))


def _shortened(text: str, columns: int = 18) -> str:
    """`text` with its middle left out where it is wider than so many Latin letters."""
    if _columns(text) <= columns:
        return text
    head, tail = text[:columns], text[-columns:]
    while _columns(head) > columns * 2 / 3:
        head = head[:-1]
    while _columns(tail) > columns / 3 - 1:
        tail = tail[1:]
    return head + ELLIPSIS + tail


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
