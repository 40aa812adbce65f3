"""Reviews written straight into a store, beside the lines of `tests.conftest`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from storage.database import transaction


@dataclass(frozen=True)
class Review:
    """A review as the store keeps it."""

    user_id: str
    written_at: int
    text: str = "fine"
    rating: float | None = None
    item_id: str | None = None


def write_reviews(connection: sqlite3.Connection, reviews: Iterable[Review]) -> None:
    """Add reviews to the store as one import does; each is another one, none is there already."""
    with transaction(connection):
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, 'reviews', 'reviews.csv', 0, 1, 1, 0, 0, 0, 0)"
        ).lastrowid
        seen: Counter[Review] = Counter()
        connection.executemany(
            "INSERT INTO reviews"
            " (user_id, written_at, review_key, occurrence, item_id, rating, text, import_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(one, seen, import_id) for one in reviews),
        )


def _row(one: Review, seen: Counter[Review], import_id: int | None) -> tuple[object, ...]:
    # Keys that depend on the review alone: what else is in the store changes nobody's place.
    key = blake2b(repr(one).encode(), digest_size=16).digest()
    seen[one] += 1
    return one.user_id, one.written_at, key, seen[one], one.item_id, one.rating, one.text, import_id


def rewrite_reviews(connection: sqlite3.Connection, reviews: Iterable[Review]) -> None:
    """Put these reviews in the place of all that the store held."""
    connection.execute("DELETE FROM reviews")
    write_reviews(connection, reviews)
