"""Reviews written straight into a store, beside the lines of `tests.conftest`."""

from __future__ import annotations

import sqlite3
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
    """Add reviews to the store as one import does; each is another one."""
    with transaction(connection):
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, 'reviews', 'reviews.csv', 0, 1, 1, 0, 0, 0, 0)"
        ).lastrowid
        before = connection.execute("SELECT COUNT(*) FROM reviews").fetchone()[0]
        connection.executemany(
            "INSERT INTO reviews"
            " (user_id, written_at, review_key, occurrence, item_id, rating, text, import_id)"
            " VALUES (?, ?, ?, 1, ?, ?, ?, ?)",
            (
                (
                    one.user_id,
                    one.written_at,
                    blake2b(str(before + number).encode(), digest_size=16).digest(),
                    one.item_id,
                    one.rating,
                    one.text,
                    import_id,
                )
                for number, one in enumerate(reviews)
            ),
        )


def rewrite_reviews(connection: sqlite3.Connection, reviews: Iterable[Review]) -> None:
    """Put these reviews in the place of all that the store held."""
    connection.execute("DELETE FROM reviews")
    write_reviews(connection, reviews)
