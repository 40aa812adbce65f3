"""The shop as known at one moment: the only place that says what is an order and what was known when.

`KNOWN_ORDERS` is plain SQL in the subset that SQLite, DuckDB and Spark share (named parameters,
CASE sums, window functions, no dialect functions). Whatever reads history starts from it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from storage.errors import EmptyStoreError
from storage.moments import DAY_SECONDS, day_of, known_before

# An order (DESIGN 3): an order_id with at least one line of quantity > 0 whose status is not
# cancelled or unpaid and whose kind is not test; its time is its earliest such line. Refunded,
# invoiced and zero-priced orders count. What comes back later (a negative line, a refund) lowers
# money from its own time on and never un-makes the order. A line of quantity 0 is neither bought nor
# returned, unless it gives money back.
#
# A status change is unseen before its status_at; `lines.status` is what was seen first.
#
# One pass over the lines gives both: `order_sums` has a row per order_id, with ordered_at NULL where
# the order_id holds nothing but returns; `orders` are the others.
#
# `{whose}` is a condition on l.user_id: everybody, or one user.
KNOWN_ORDERS = """
known_statuses AS (
    SELECT user_id, order_id, item_id, line, status
    FROM (
        SELECT l.*, ROW_NUMBER() OVER (
            PARTITION BY l.user_id, l.order_id, l.item_id, l.line ORDER BY l.status_at DESC
        ) AS age
        FROM status_changes l
        WHERE l.status_at < :known_before AND {whose}
    ) changes
    WHERE age = 1
),
known_lines AS (
    SELECT
        l.user_id, l.order_id, l.item_id, l.ordered_at, l.quantity, l.category,
        COALESCE(l.total_cents, 0) AS total_cents,
        COALESCE(s.status, l.status) AS status,
        CASE WHEN l.quantity > 0 THEN 1 ELSE 0 END AS bought
    FROM lines l
    LEFT JOIN known_statuses s
        ON s.user_id = l.user_id AND s.order_id = l.order_id
        AND s.item_id = l.item_id AND s.line = l.line
    WHERE l.ordered_at < :known_before AND l.kind <> 'test' AND {whose}
        AND COALESCE(s.status, l.status) NOT IN ('cancelled', 'unpaid')
        AND (l.quantity <> 0 OR l.total_cents < 0)
),
order_sums AS (
    SELECT
        user_id,
        order_id,
        MIN(CASE WHEN bought = 1 THEN ordered_at END) AS ordered_at,
        SUM(CASE WHEN bought = 1 THEN total_cents END) AS total_cents,
        SUM(CASE WHEN bought = 1 THEN quantity END) AS quantity,
        SUM(bought) AS lines,
        COUNT(DISTINCT CASE WHEN bought = 1 THEN category END) AS categories,
        SUM(CASE
            WHEN bought = 0 THEN -total_cents
            WHEN status = 'refunded' THEN total_cents
            ELSE 0
        END) AS returned_cents,
        SUM(CASE WHEN bought = 0 OR status = 'refunded' THEN 1 ELSE 0 END) AS returned_lines
    FROM known_lines
    GROUP BY user_id, order_id
),
orders AS (
    SELECT user_id, order_id, ordered_at, total_cents, quantity, lines, categories
    FROM order_sums
    WHERE ordered_at IS NOT NULL
)"""

EVERY_USER = "l.user_id <> ''"
ONE_USER = "l.user_id = :user_id"
SAMPLED_USERS = "l.user_id IN (SELECT user_id FROM temp.sampled_users)"


@dataclass(frozen=True)
class Snapshot:
    """What the store held as of the end of one UTC day.

    `connection` belongs to the thread that opened it, and so does the snapshot. `whose` is a condition
    on l.user_id: everybody, or a sample.
    """

    connection: sqlite3.Connection
    as_of: date
    whose: str = EVERY_USER

    @property
    def known_before(self) -> int:
        """Epoch seconds: a row is known when its time is below this."""
        return known_before(self.as_of)

    def query(
        self, text: str, parameters: Mapping[str, object] | None = None, *, user_id: str | None = None
    ) -> sqlite3.Cursor:
        """Run `text` after the definitions of `KNOWN_ORDERS`, over the snapshot's users or only `user_id`.

        `text` continues the WITH clause: it starts with a comma and more names, or with SELECT.
        """
        whose = self.whose if user_id is None else ONE_USER
        bound = {"known_before": self.known_before, "user_id": user_id, **(parameters or {})}
        return self.connection.execute("WITH " + KNOWN_ORDERS.format(whose=whose) + text, bound)


def sampled(snapshot: Snapshot, most: int) -> Snapshot:
    """The snapshot of at most `most` of its users, by a digest of their ids; itself where there are fewer.

    The choice depends on nothing but who was known as of the snapshot, so later users do not change
    it. It stands in a temporary table of the connection: one sample at a time.
    """
    known = [row[0] for row in snapshot.query(" SELECT DISTINCT user_id FROM orders")]
    if len(known) <= most:
        return snapshot
    known.sort(key=lambda user_id: hashlib.blake2b(user_id.encode(), digest_size=8).digest())
    connection = snapshot.connection
    connection.execute("DROP TABLE IF EXISTS temp.sampled_users")
    connection.execute("CREATE TEMP TABLE sampled_users (user_id TEXT PRIMARY KEY) WITHOUT ROWID")
    chosen = ((user_id,) for user_id in known[:most])
    connection.executemany("INSERT INTO temp.sampled_users VALUES (?)", chosen)
    return replace(snapshot, whose=SAMPLED_USERS)


def data_through(connection: sqlite3.Connection) -> date:
    """The UTC day of the latest order; raises EmptyStoreError where there is none."""
    latest = connection.execute("SELECT last_ordered_at FROM shop").fetchone()[0]
    if latest is None:
        raise EmptyStoreError(
            "There are no orders here yet.",
            next_step="Import them: opsbot import orders.csv",
        )
    return day_of(latest)


def latest_order_at(connection: sqlite3.Connection) -> int | None:
    """Epoch seconds of the latest order as known now, whoever placed it; None in an empty store."""
    return connection.execute(  # type: ignore[no-any-return]
        """
        SELECT MAX(l.ordered_at) FROM lines l
        WHERE l.quantity > 0 AND l.kind <> 'test'
          AND COALESCE(
              (SELECT c.status FROM status_changes c
               WHERE c.user_id = l.user_id AND c.order_id = l.order_id
                 AND c.item_id = l.item_id AND c.line = l.line
               ORDER BY c.status_at DESC LIMIT 1),
              l.status) NOT IN ('cancelled', 'unpaid')
        """
    ).fetchone()[0]


def data_version(connection: sqlite3.Connection) -> int:
    """The number of the newest import that changed a row; 0 in an empty store."""
    newest = connection.execute("SELECT MAX(import_id) FROM imports WHERE added + updated > 0").fetchone()[0]
    return newest or 0


def age_days(as_of: date, today: date) -> int:
    """Whole days from `as_of` to `today`."""
    return (known_before(today) - known_before(as_of)) // DAY_SECONDS
