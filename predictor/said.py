"""What users say in their reviews: sentences without personal data, product names and numbers."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from predictor.sentences import split
from storage.masking import MASK, mask
from storage.snapshot import KNOWN_REVIEWS, Snapshot

_REVIEWS = """
SELECT user_id, written_at, rating, text, item_id FROM known_reviews
ORDER BY written_at, user_id, review_key, occurrence
"""
_NAMES = """
SELECT name FROM items WHERE name IS NOT NULL
UNION SELECT DISTINCT item_name FROM lines WHERE item_name IS NOT NULL
"""
_MOST_NAMES = 20_000
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]{2,}")
# 50 g, 100克, 2 l: a size behind a name is left out when people write about the thing.
_SIZE = re.compile(r"[\s,，(（]*\d+(?:[.,]\d+)?\s*[^\W\d_]{0,6}[)）]?$")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Review:
    """A review as it may be read by anybody: `text` is masked; `rating` in stars, None where none."""

    user_id: str
    written_at: int
    rating: float | None
    item_id: str | None
    text: str

    @cached_property
    def sentences(self) -> list[str]:
        """Its sentences, masked."""
        return split(self.text)


def reviews_of(snapshot: Snapshot, item_id: str | None = None) -> list[Review]:
    """The reviews known at a snapshot, by time: all of them, or those of one product."""
    rows = snapshot.query(_REVIEWS, known=KNOWN_REVIEWS)
    return [
        Review(row["user_id"], row["written_at"], row["rating"], row["item_id"], mask(row["text"]))
        for row in rows
        if item_id is None or row["item_id"] == item_id
    ]


def is_chinese(text: str) -> bool:
    """Whether a text is rather Chinese than written in letters: a character says as much as half a word."""
    return len(_CHINESE.findall(text)) > len(_LATIN_WORD.findall(text))


class Wording:
    """What is said apart from of what: product names, numbers and masks left out.

    "The kettle came 9 days late" and "The teapot came 3 days late" are one thing to read, and one theme.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        found = {part for name in names for part in _parts(name)}
        starts = Counter(start for name in names for start in _starts(name))
        found |= {start for start, count in starts.items() if count > 1}
        # One alternation of thousands of names is slow; a name begins with its first word.
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(found, key=lambda name: (-len(name), name)):
            self._by_start.setdefault(name[:2], []).append(name)

    def of(self, sentence: str) -> str:
        """The sentence in lower case, with a common word for each product and one number for all."""
        text = sentence.casefold().replace(MASK, "")
        if not self._by_start:
            return _NUMBER.sub("5", text).strip()
        place, kept = 0, []
        while place < len(text):
            name = next(
                (
                    each
                    for each in self._by_start.get(text[place : place + 2], ())
                    if text.startswith(each, place) and _stands_alone(text, place, place + len(each))
                ),
                None,
            )
            kept.append(text[place] if name is None else _thing(name))
            place += 1 if name is None else len(name)
        return _NUMBER.sub("5", "".join(kept)).strip()


def wording_of(connection: sqlite3.Connection) -> Wording:
    """With the names of the shop's products."""
    names = connection.execute(f"{_NAMES} ORDER BY 1 LIMIT {_MOST_NAMES}").fetchall()
    return Wording(row[0] for row in names)


def wordings(wording: Wording, reviews: Sequence[Review]) -> list[list[str]]:
    """For each review what its sentences say, by `Wording.of`; equal texts are worked on once."""
    known: dict[str, str] = {}
    for review in reviews:
        for sentence in review.sentences:
            if sentence not in known:
                known[sentence] = wording.of(sentence)
    return [[known[sentence] for sentence in review.sentences] for review in reviews]


def sayings(texts: Sequence[str]) -> list[list[str]]:
    """For each text what its sentences say, with personal data masked and the names of products left in.

    They depend on the text alone: a product that the catalogue gets later changes nothing.
    """
    plain = Wording(())
    return [[plain.of(sentence) for sentence in split(mask(text))] for text in texts]


def _parts(name: str) -> Iterable[str]:
    for part in name.casefold().split(" / "):
        bare = _SIZE.sub("", part).strip()
        for each in (part.strip(), bare, re.split(r"[,，(（]", bare)[0].strip()):
            if len(each) >= (2 if _CHINESE.search(each) else 4):
                yield each


def _starts(name: str) -> set[str]:
    """What variants begin with alike: "gongfu teapot" of "gongfu teapot white"."""
    found = set()
    for part in name.casefold().split(" / "):
        words = part.split()
        for end in range(1, len(words)):
            start = " ".join(words[:end])
            if end > 1 or (_CHINESE.match(start) and len(start) > 2):
                found.add(start)
    return found


def _thing(name: str) -> str:
    return "商品" if _CHINESE.search(name) else "product"


def _stands_alone(text: str, start: int, end: int) -> bool:
    if not text[start].isascii():
        return True
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalpha())
