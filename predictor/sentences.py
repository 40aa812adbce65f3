"""A review cut into sentences, in English, Chinese and what is written like them."""

from __future__ import annotations

import re

LONGEST = 300  # characters; what goes on longer is cut at a comma
MOST = 20  # sentences of one review; a longer one says the same again

_END = re.compile(
    r"(?<=[。！？!?；;…\n])[”\"'’）)」]*\s*"  # behind what ends a sentence
    r"|(?<=[^\W\d_]\.)[\"'’)]*\s+(?=[A-ZÄÖÜ\u4e00-\u9fff\"'(])"  # a full stop after a word, before a new one
    r"|(?<=\d\.)\s+(?=[A-ZÄÖÜ\u4e00-\u9fff])"
)
_COMMA = re.compile(r"(?<=[,，、:：])\s*")
_WORD = re.compile(r"[^\W_]")
# Mr. Lee, approx. 5, z. B. this
_SHORT_FORM = re.compile(r"(?:\b[A-Za-z]|\b(?:mr|mrs|ms|dr|st|etc|vs|e\.g|i\.e|bzw|z\.b))\.$", re.IGNORECASE)


def split(text: str) -> list[str]:
    """The sentences of a review: at most MOST, of at most LONGEST characters; none without words."""
    sentences: list[str] = []
    for part in _END.split(text):
        said = part.strip()
        if not said:
            continue
        if sentences and (_SHORT_FORM.search(sentences[-1]) or not _WORD.search(said)):
            sentences[-1] = f"{sentences[-1]} {said}" if _WORD.search(said) else sentences[-1]
            continue
        if _WORD.search(said):
            sentences += _bounded(said)
        if len(sentences) >= MOST:
            break
    return sentences[:MOST]


def _bounded(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    parts: list[str] = []
    current = ""
    for piece in _COMMA.split(sentence):
        for start in range(0, len(piece), LONGEST):
            some = piece[start : start + LONGEST]
            if current and len(current) + len(some) > LONGEST:
                parts.append(current.strip())
                current = ""
            current += some
    return [part for part in (*parts, current.strip()) if _WORD.search(part)]
