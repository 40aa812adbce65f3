"""Returns whose time and history the file does not say: it only knows how much was given back so far.

As with a status that has no time: news of an order that was known before is known from the import on that
brings it, and counts from the order's own time on where both come together. What is more than at the last
import is a further line; what was known stays.
"""

from __future__ import annotations

import sqlite3

_RETURNS = "(s.item_id = :item OR s.item_id LIKE :item || ' %') AND s.rejected IS NULL"
_KNOWN = "t.order_id = s.order_id AND t.item_id = s.item_id"


def date_returns(connection: sqlite3.Connection, item_id: str, now: int) -> int:
    """Make of the staged lines of `item_id`, or that begin with it, what is new about them.

    Each says what was given back in all. Those that say nothing and are not stored are dropped; returns how
    many of these had no user.
    """
    bound = {"item": item_id, "now": now}
    # They are numbered here, and an order that stands twice in a file was not paid back twice.
    for statement in (
        "DELETE FROM temp.maybe_repeated AS s WHERE s.item_id = :item OR s.item_id LIKE :item || ' %'",
        f"""
        DELETE FROM temp.staged AS s WHERE {_RETURNS} AND n NOT IN
            (SELECT MAX(s.n) FROM temp.staged s WHERE {_RETURNS} GROUP BY s.order_id, s.item_id)
        """,
    ):
        connection.execute(statement, bound)
    nothing = f"""
        FROM temp.staged s WHERE {_RETURNS} AND s.total_cents = 0
        AND NOT EXISTS (SELECT 1 FROM lines t WHERE {_KNOWN})
    """
    anonymous = connection.execute(f"SELECT COUNT(*) {nothing} AND s.user_id = ''", bound).fetchone()[0]
    connection.execute(f"DELETE FROM temp.staged WHERE n IN (SELECT s.n {nothing})", bound)
    connection.execute(
        f"""
        UPDATE temp.staged AS s SET
            line = CASE WHEN s.total_cents = k.sum THEN k.line ELSE k.line + 1 END,
            ordered_at = CASE WHEN s.total_cents = k.sum THEN k.ordered_at ELSE MAX(s.ordered_at, :now) END,
            total_cents = CASE WHEN s.total_cents = k.sum THEN k.total_cents ELSE s.total_cents - k.sum END
        FROM (
            -- Of the bare columns SQLite takes those of the row with the greatest line.
            SELECT t.order_id, t.item_id, MAX(t.line) AS line, t.ordered_at, t.total_cents,
                SUM(t.total_cents) AS sum
            FROM lines t JOIN temp.staged s ON {_KNOWN} WHERE {_RETURNS} GROUP BY t.order_id, t.item_id
        ) k
        WHERE k.order_id = s.order_id AND k.item_id = s.item_id AND {_RETURNS}
        """,
        bound,
    )
    connection.execute(
        f"""
        UPDATE temp.staged AS s SET ordered_at = MAX(s.ordered_at, :now)
        WHERE {_RETURNS} AND NOT EXISTS (SELECT 1 FROM lines t WHERE {_KNOWN})
            AND EXISTS (SELECT 1 FROM lines t WHERE t.order_id = s.order_id)
        """,
        bound,
    )
    return int(anonymous)
