"""Users found by what an operator has at hand: an order number, or a part of an id."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

# The first id from :least on: one step down an index, however many lines a user has.
_NEXT = "SELECT MIN(user_id) FROM {table} WHERE user_id >= :least"
_TABLES = ("lines", "users", "reviews", "events", "contacts")
_LOOKED_AT = 20_000  # ids with the same beginning


def users_of_order(connection: sqlite3.Connection, order_id: str) -> list[str]:
    """The ids under which lines of that order stand, `''` for lines without a user; empty where none does."""
    rows = connection.execute(
        "SELECT DISTINCT user_id FROM lines WHERE order_id = ? ORDER BY user_id", (order_id,)
    )
    return [row[0] for row in rows]


def ids_like(connection: sqlite3.Connection, begins: str, ends: str, most: int) -> list[str]:
    """Up to `most` user ids that begin and end so, in order; `begins` is not empty."""
    found: list[str] = []
    for looked, user_id in enumerate(_ids_from(connection, begins)):
        if looked >= _LOOKED_AT or len(found) >= most:
            break
        if user_id.endswith(ends) and len(user_id) >= len(begins) + len(ends):
            found.append(user_id)
    return found


def _ids_from(connection: sqlite3.Connection, begins: str) -> Iterator[str]:
    """Every user id that begins so, each once, in order."""
    least = begins
    while True:
        nearest = [
            connection.execute(_NEXT.format(table=table), {"least": least}).fetchone()[0] for table in _TABLES
        ]
        user_id = min((each for each in nearest if each is not None), default=None)
        if user_id is None or not user_id.startswith(begins):
            return
        yield user_id
        least = user_id + "\0"
