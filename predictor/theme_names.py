"""Names of themes: the words that sentences of one theme have and those of others have not.

Class-based TF-IDF (Grootendorst 2022): a theme is one document, and a word weighs by how often it stands in
the theme and how rarely elsewhere. English gives words and pairs of words, Chinese runs of two to four
characters that stand beside many different neighbours, which is what makes a run a word (Feng et al. 2004):
no dictionary is needed. Texts are said apart from products and numbers, see `predictor.said.Wording`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log

from predictor.said import is_chinese

WORDS_IN_NAME = 3
_LONGEST = 4  # characters of a Chinese word
_LATIN = re.compile(r"[^\W\d_\u4e00-\u9fff][^\W\d_\u4e00-\u9fff'’-]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_STOP = frozenset(
    """
    a an the and or but so if of in on at to for from by with as than then that this these those it
    its it's is are was were be been being am do does did done has have had having i i'm i've me my
    mine we us our you your he she they them their what which who whom whose when where why how all
    any both each few more most other some such no nor not only own same too very can could will
    would shall should may might must just also again once here there up down out off over under
    into onto about after before because until while during between through right far many much one
    two three got get gets came come went go goes product products item items thing things even
    still every ever really quite well hardly around nearly days day anywhere something anything
    else myself
    """.split()  # noqa: SIM905
)
# What a Chinese word of a name does not begin or end with, and what it never holds.
_EDGE = frozenset(
    "本的了是在和也都就又还很太不没有我你他她它们这那个只把被给让跟与及或而且但如果因为所以到着过得地之其上下中里来去要会能可吗呢吧啊呀么什怎几多少天次件用"
)
_WITHIN = frozenset("的了我你他她它们这那吗呢吧啊呀么商品")


def names(themes: Sequence[Mapping[str, int]], *, language: str | None = None) -> list[str]:
    """A name for each theme, given how often each sentence is said in it.

    In the language most of its sentences are in, or in `language` (en, zh) where a third of them are.
    """
    spoken = [_language(theme, language) for theme in themes]
    found = [""] * len(themes)
    for code in ("en", "zh"):
        texts = [
            Counter({text: n for text, n in theme.items() if is_chinese(text) == (code == "zh")})
            for theme in themes
        ]
        words = _chinese_words(texts) if code == "zh" else [_english_words(each) for each in texts]
        for place, weights in enumerate(_weighted(words)):
            if spoken[place] == code:
                found[place] = _joined(weights, code) or _shortest(texts[place])
    return found


def _language(theme: Mapping[str, int], asked: str | None) -> str:
    total = sum(theme.values())
    chinese = sum(count for text, count in theme.items() if is_chinese(text))
    share = {"zh": chinese / total, "en": 1 - chinese / total}
    if asked in share and share[asked] >= 1 / 3:
        return asked
    return max(share, key=lambda code: share[code])


def _english_words(texts: Mapping[str, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text, count in texts.items():
        words = _LATIN.findall(text.lower())
        kept = [word for word in words if word not in _STOP]
        found.update(dict.fromkeys(kept, count))
        pairs = pairwise(words)
        found.update(
            dict.fromkeys((f"{a} {b}" for a, b in pairs if a not in _STOP and b not in _STOP), count)
        )
    return found


def _chinese_words(themes: Sequence[Mapping[str, int]]) -> list[Counter[str]]:
    """Runs of characters that are words by their neighbours in all texts, counted in each theme."""
    left: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for theme in themes:
        for text in theme:
            for place, run in _runs(text):
                left[run][text[place - 1 : place] or str(place)] += 1
                right[run][text[place + len(run) : place + len(run) + 1]] += 1
    words = {run for run in left if _freedom(left[run]) > 0 and _freedom(right[run]) > 0 and _whole(run)}
    found = []
    for theme in themes:
        counted: Counter[str] = Counter()
        for text, count in theme.items():
            counted.update(dict.fromkeys((run for _, run in _runs(text) if run in words), count))
        found.append(counted)
    return found


def _runs(text: str) -> list[tuple[int, str]]:
    return [
        (part.start() + start, part[0][start : start + length])
        for part in _HAN.finditer(text)
        for length in range(2, _LONGEST + 1)
        for start in range(len(part[0]) - length + 1)
    ]


def _whole(run: str) -> bool:
    return run[0] not in _EDGE and run[-1] not in _EDGE and not _WITHIN & set(run)


def _freedom(neighbours: Counter[str]) -> float:
    """The entropy of the neighbours; an edge of the text, or a sign, is free on that side."""
    total = sum(neighbours.values())
    signs = sum(count for each, count in neighbours.items() if not _HAN.match(each))
    entropy = -sum(n / total * log(n / total) for n in neighbours.values())
    return entropy + signs / total


def _weighted(themes: Sequence[Counter[str]]) -> list[dict[str, float]]:
    everywhere: Counter[str] = Counter()
    for counted in themes:
        everywhere.update(counted)
    mean = sum(everywhere.values()) / max(1, len(themes))
    weighted = []
    for counted in themes:
        weights = {word: count * log(1 + mean / everywhere[word]) for word, count in counted.items()}
        weighted.append({word: weight * (1 + 0.3 * _length(word)) for word, weight in weights.items()})
    return weighted


def _length(word: str) -> int:
    return word.count(" ") if word.isascii() else len(word) - 2


def _joined(weights: Mapping[str, float], code: str) -> str:
    chosen: list[str] = []
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        if len(chosen) == WORDS_IN_NAME or (chosen and weights[word] < 0.3 * weights[chosen[0]]):
            break
        if not any(_overlap(word, other, code) for other in chosen):
            chosen.append(word)
    return ("、" if code == "zh" else ", ").join(chosen)


def _overlap(word: str, other: str, code: str) -> bool:
    if code == "zh":
        return any(word[place : place + 2] in other for place in range(len(word) - 1))
    return bool(set(word.split()) & set(other.split()))


def _shortest(texts: Mapping[str, int]) -> str:
    return min(texts, key=lambda text: (-texts[text], len(text), text))[:30] if texts else ""
