"""A mistyped sentence as it may have been meant: with words that the sentence patterns know.

Only words that stand in no pattern are replaced, by one that is a slip or two away; ids, numbers and names in
quotes stay as they are. What comes out is for suggestions: nothing is done because of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache

from bot.folding import HAN
from bot.number_words import NUMBER_WORDS
from bot.period_words import PERIOD_WORDS
from bot.phrases import Node, Sentence, Word, phrase
from bot.promo_words import CHANNEL, GOAL
from bot.words import AFTER, BEFORE

MOST_READINGS = 40
_MOST_WORDS = 4  # with more words unknown it is no slip
_CHOICES = 5  # of words for each

_LATIN = re.compile(r"(?<![a-z0-9_@./'\"-])[a-z]{3,}(?![a-z0-9_@/'\"]|-[a-z0-9])")
_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_LONGEST_HAN = 5
_UNITS = "day days week weeks month months year years hour hours percent euros since every monday tuesday"
_UNITS += " wednesday thursday friday saturday sunday tomorrow"


def respelt(sentence: Sentence, patterns: tuple[str, ...]) -> Iterator[str]:
    """The sentence in spellings that the patterns know, the likeliest first; none where it has no slip."""
    latin, han = _vocabulary(patterns)
    readings = itertools.chain(_latin_respelt(sentence.folded, latin), _han_respelt(sentence.folded, han))
    for edits in itertools.islice(readings, MOST_READINGS):
        text = sentence.written
        for (start, end), word in sorted(edits, reverse=True):
            text = text[:start] + word + text[end:]
        yield text


Edits = tuple[tuple[tuple[int, int], str], ...]


def _latin_respelt(folded: str, vocabulary: frozenset[str]) -> Iterator[Edits]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    unknown = [found for found in _LATIN.finditer(folded) if found[0] not in vocabulary]
    if not 1 <= len(unknown) <= _MOST_WORDS:
        return
    alone = unknown[0][0] == folded.strip()
    choices: list[list[tuple[float, tuple[int, int], str]]] = []
    for found in unknown:
        most = 1 if len(found[0]) < 5 or alone else 2
        near = process.extract(found[0], vocabulary, scorer=OSA.distance, score_cutoff=most, limit=12)
        # The first letter is seldom the wrong one.
        ranked = sorted((slips + (word[0] != found[0][0]) / 2, word) for word, slips, _place in near)
        ranked += [(1.5, split) for split in _split(found[0], vocabulary)]
        choices.append([(slips, found.span(), word) for slips, word in ranked[:_CHOICES]])
        # A name, or a word of no pattern: the others may still be slips.
        choices[-1].append((2.5, found.span(), found[0]))
    combined = sorted(itertools.product(*choices), key=lambda each: sum(slips for slips, _, _ in each))
    for each in combined:
        edits = tuple((span, word) for _, span, word in each if folded[slice(*span)] != word)
        if edits:
            yield edits


def _split(word: str, vocabulary: frozenset[str]) -> Iterator[str]:
    """Two words written as one."""
    for place in range(3, len(word) - 2):
        if word[:place] in vocabulary and word[place:] in vocabulary:
            yield f"{word[:place]} {word[place:]}"


def _han_respelt(folded: str, vocabulary: frozenset[str]) -> Iterator[Edits]:
    known, holes = _han_index(vocabulary)
    found: list[tuple[bool, bool, int, tuple[int, int], str]] = []
    for run in _HAN_RUN.finditer(folded):
        covered = _covered(folded, run.span(), vocabulary)
        for start, length in itertools.product(range(*run.span()), range(2, _LONGEST_HAN + 1)):
            written = folded[start : start + length]
            if start + length > run.end() or written in vocabulary:
                continue
            for place in range(length):
                for word in holes.get((written[:place], written[place + 1 :]), ()):
                    at = start + place
                    found.append((at in covered, folded[at] in known, -length, (at, at + 1), word[place]))
    seen: set[tuple[tuple[int, int], str]] = set()
    for *_rank, span, character in sorted(found):
        if (span, character) not in seen:
            seen.add((span, character))
            yield ((span, character),)


def _covered(folded: str, span: tuple[int, int], vocabulary: frozenset[str]) -> set[int]:
    """The places that stand in a word of two or more characters, read from left to right."""
    places: set[int] = set()
    place, last = span
    while place < last:
        lengths = range(min(_LONGEST_HAN, last - place), 1, -1)
        length = next((each for each in lengths if folded[place : place + each] in vocabulary), 0)
        places.update(range(place, place + length))
        place += length or 1
    return places


@cache
def _han_index(vocabulary: frozenset[str]) -> tuple[frozenset[str], dict[tuple[str, str], tuple[str, ...]]]:
    """The characters of all words, and the words by what stands before and after each of their places."""
    holes: dict[tuple[str, str], tuple[str, ...]] = {}
    for word in sorted(vocabulary):
        if 2 <= len(word) <= _LONGEST_HAN:
            for place in range(len(word)):
                key = word[:place], word[place + 1 :]
                holes[key] = (*holes.get(key, ()), word)
    return frozenset("".join(vocabulary)), holes


@cache
def _vocabulary(patterns: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The Latin and the Chinese words that stand in patterns and in what their arguments are named by."""
    texts: set[str] = set(_UNITS.split())
    # Courtesies are no slips.
    texts.update(*(words.replace("'", " ").split("|") for words in (BEFORE, AFTER)))
    texts.update(NUMBER_WORDS, PERIOD_WORDS, GOAL.every_name, CHANNEL.every_name)
    seen: set[int] = set()
    for pattern in patterns:
        texts.update(_words(phrase(pattern).node, seen))
    latin = {word for text in texts for word in re.findall(r"[a-z]{2,}", text)}
    han = {word for text in texts for word in re.findall(f"[{HAN}]{{2,}}", text)}
    return frozenset(latin), frozenset(han)


def _words(node: Node, seen: set[int]) -> Iterator[str]:
    if id(node) in seen:  # patterns share their parts
        return
    seen.add(id(node))
    if isinstance(node, Word):
        yield node.text
    for child in getattr(node, "items", ()) + getattr(node, "options", ()):
        yield from _words(child, seen)
