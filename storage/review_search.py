"""Reviews found by their letters, in any script; only masked text is in the index.

The trigram index serves words of three characters and more; shorter ones, common in Chinese, are looked for
in the masked texts themselves.
"""

from __future__ import annotations

import sqlite3

from storage.database import transaction
from storage.masking import mask
from storage.snapshot import KNOWN_REVIEWS, Snapshot

_INDEXED_FROM = 3  # characters
_AT_ONCE = 2_000
_MISSING = """
SELECT r.review_key, r.occurrence, r.text FROM reviews r
WHERE NOT EXISTS (
    SELECT 1 FROM searched_reviews s WHERE s.review_key = r.review_key AND s.occurrence = r.occurrence
)
LIMIT ?
"""
_KNOWN = """
SELECT r.user_id, r.written_at, r.rating, r.item_id, s.text
FROM known_reviews r
JOIN searched_reviews s ON s.review_key = r.review_key AND s.occurrence = r.occurrence
WHERE {words}
ORDER BY r.written_at DESC, r.user_id, s.search_id
"""


def anything_new(connection: sqlite3.Connection) -> bool:
    """Whether there are reviews that the index does not have yet."""
    return connection.execute(_MISSING, (1,)).fetchone() is not None


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Put the reviews that are new or changed into the index, masked."""
    while rows := connection.execute(_MISSING, (_AT_ONCE,)).fetchall():
        with transaction(connection):
            connection.executemany(
                "INSERT OR IGNORE INTO searched_reviews (review_key, occurrence, text) VALUES (?, ?, ?)",
                [(row[0], row[1], mask(row[2])) for row in rows],
            )


def find(snapshot: Snapshot, text: str) -> list[sqlite3.Row]:
    """The known reviews that hold each word of `text`, the newest first; `text` of a row is masked."""
    bring_up_to_date(snapshot.connection)
    conditions, bound = [], {}
    for number, word in enumerate(text.split()):
        name = f"word_{number}"
        if len(word) >= _INDEXED_FROM:
            match = "SELECT rowid FROM review_search WHERE review_search MATCH"
            conditions.append(f"s.search_id IN ({match} :{name})")
            bound[name] = '"' + word.replace('"', '""') + '"'
        else:
            conditions.append(f"s.text LIKE :{name} ESCAPE '\\'")
            bound[name] = f"%{_literal(word)}%"
    if not conditions:
        return []
    return snapshot.query(
        _KNOWN.format(words=" AND ".join(conditions)), bound, known=KNOWN_REVIEWS
    ).fetchall()


def _literal(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, "\\" + sign)
    return word
