"""The shop as known at one moment: the only place that says what is an order and what was known when.

`KNOWN_ORDERS` is plain SQL in the subset that SQLite, DuckDB and Spark share (named parameters,
CASE sums, window functions, no dialect functions). Whatever reads history starts from it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from storage import identities
from storage.errors import EmptyStoreError
from storage.moments import DAY_SECONDS, day_of, known_before

# An order (DESIGN 3): an order_id with at least one line of quantity > 0 whose status is not
# cancelled or unpaid and whose kind is not test; its time is its earliest such line. Refunded,
# invoiced and zero-priced orders count. What comes back later (a negative line, a refund) lowers
# money from its own time on and never un-makes the order. What an order gave back by a negative line is not
# given back again by its refund. How much of a partly refunded order came back its status does not say:
# only its negative lines do. A line of quantity 0 is neither bought nor returned, unless it gives money back.
#
# A status change is unseen before its status_at; `lines.status` is what was seen first.
#
# One pass over the lines gives both: `order_sums` has a row per order_id, with ordered_at NULL where
# the order_id holds nothing but returns; `orders` are the others.
#
# `{whose}` is a condition on l.user_id: everybody, or one user. `{user_id}` is whose order a line is,
# with `{merges}` to find it and `{listed}` for who is not excluded, as known at the snapshot's moment.
# Where no two ids were merged these cost nothing: lines are then grouped in the order they are stored in.
KNOWN_ORDERS = """
known_statuses AS (
    SELECT user_id, order_id, item_id, line, status, status_at
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
        {user_id} AS user_id, l.order_id, l.item_id, l.ordered_at, l.quantity, l.category, l.item_name,
        COALESCE(l.total_cents, 0) AS total_cents, COALESCE(l.discount_cents, 0) AS discount_cents,
        COALESCE(s.status, l.status) AS status,
        COALESCE(s.status_at, l.ordered_at) AS status_at,
        CASE WHEN l.quantity > 0 THEN 1 ELSE 0 END AS bought
    FROM lines l
    {merges}
    LEFT JOIN known_statuses s
        ON s.user_id = l.user_id AND s.order_id = l.order_id
        AND s.item_id = l.item_id AND s.line = l.line
    WHERE l.ordered_at < :known_before AND l.kind <> 'test' AND {whose}
        AND COALESCE(s.status, l.status) NOT IN ('cancelled', 'unpaid')
        AND (l.quantity <> 0 OR l.total_cents < 0)
        {listed}
),
line_sums AS (
    SELECT
        user_id,
        order_id,
        MIN(CASE WHEN bought = 1 THEN ordered_at END) AS ordered_at,
        SUM(CASE WHEN bought = 1 THEN total_cents END) AS total_cents,
        SUM(CASE WHEN bought = 1 THEN discount_cents ELSE 0 END) AS discount_cents,
        SUM(CASE WHEN bought = 1 THEN quantity END) AS quantity,
        SUM(bought) AS lines,
        COUNT(DISTINCT CASE WHEN bought = 1 THEN category END) AS categories,
        SUM(CASE WHEN bought = 0 THEN -total_cents ELSE 0 END) AS sent_back_cents,
        SUM(CASE WHEN bought = 1 AND status = 'refunded' THEN total_cents ELSE 0 END) AS refunded_cents,
        SUM(CASE WHEN bought = 0 OR status = 'refunded' THEN 1 ELSE 0 END) AS returned_lines
    FROM known_lines
    GROUP BY user_id, order_id
),
order_sums AS (
    SELECT
        user_id, order_id, ordered_at, total_cents, discount_cents, quantity, lines, categories,
        returned_lines,
        CASE
            WHEN sent_back_cents <= 0 OR refunded_cents <= 0
                OR sent_back_cents + refunded_cents <= total_cents
            THEN sent_back_cents + refunded_cents
            WHEN sent_back_cents > total_cents THEN sent_back_cents
            ELSE total_cents
        END AS returned_cents
    FROM line_sums
),
orders AS (
    SELECT user_id, order_id, ordered_at, total_cents, quantity, lines, categories
    FROM order_sums
    WHERE ordered_at IS NOT NULL
)"""

# What users wrote: a review is known from the moment it was written. Same placeholders.
KNOWN_REVIEWS = """
known_reviews AS (
    SELECT
        {user_id} AS user_id, l.written_at, l.rating, l.text, l.item_id, l.review_key, l.occurrence
    FROM reviews l
    {merges}
    WHERE l.written_at < :known_before AND {whose}
        {listed}
)"""

EVERY_USER = "l.user_id <> ''"
EVERY_SALE = "l.user_id >= ''"
SAMPLED_USERS = "l.user_id IN (SELECT user_id FROM temp.sampled_users)"
# Whoever was drawn for a campaign stays in it, excluded or not. The lines are read in order: looked up one
# user at a time (no +), SQLite joins the statuses by comparing all with all.
DRAWN_USERS = "l.user_id >= '' AND +l.user_id IN (SELECT user_id FROM temp.drawn_users)"
_EXCLUDED_TOO = (EVERY_SALE, DRAWN_USERS)


@dataclass(frozen=True)
class Snapshot:
    """What the store held as of the end of one UTC day.

    `connection` belongs to the thread that opened it, and so does the snapshot. `whose` is a condition
    on l.user_id: everybody who is not excluded, a sample of them, or EVERY_SALE, which takes in
    excluded users and lines without a user. Merges and exclusions are those known at `as_of`, or at
    `identities_before` (epoch seconds) where that is given.
    """

    connection: sqlite3.Connection
    as_of: date
    whose: str = EVERY_USER
    identities_before: int | None = None

    @property
    def known_before(self) -> int:
        """Epoch seconds: a row is known when its time is below this."""
        return known_before(self.as_of)

    @property
    def identities_known_before(self) -> int:
        """Epoch seconds: a merge or an exclusion is known when its time is below this."""
        return self.known_before if self.identities_before is None else self.identities_before

    def at(self, as_of: date) -> Snapshot:
        """The same users as of another day: who is who stays as this snapshot knows it."""
        return replace(self, as_of=as_of, identities_before=self.identities_known_before)

    def query(
        self,
        text: str,
        parameters: Mapping[str, object] | None = None,
        *,
        user_id: str | None = None,
        into: str = "",
        known: str = KNOWN_ORDERS,
    ) -> sqlite3.Cursor:
        """Run `text` after the definitions of `known`, over the snapshot's users or only `user_id`.

        `text` continues the WITH clause: it starts with a comma and more names, or with SELECT. An
        excluded user who is asked for by name is there. `into` stands before the WITH clause, for what is to
        be kept: INSERT INTO a temporary table.
        """
        before = self.identities_known_before
        said = identities.said(self.connection, before)
        bound = {"known_before": self.known_before, "identities_before": before, **(parameters or {})}
        whose = self.whose
        if user_id is not None:
            ids = identities.ids_of(self.connection, user_id, before) if said.merges else (user_id,)
            names = {f"user_{number}": each for number, each in enumerate(ids)}
            bound |= names
            whose = f"l.user_id IN ({', '.join(f':{name}' for name in names)})"
        user = identities.MERGED_USER if said.merges else "l.user_id"
        listed = said.exclusions and user_id is None and whose not in _EXCLUDED_TOO
        definitions = known.format(
            whose=whose,
            user_id=user,
            merges=identities.MERGED_USERS if said.merges else "",
            listed=f"AND {user} NOT IN {identities.EXCLUDED_USERS}" if listed else "",
        )
        return self.connection.execute(f"{into} WITH {definitions}{text}", bound)


def as_now(connection: sqlite3.Connection, as_of: date) -> Snapshot:
    """The orders known as of a day, with the merges and exclusions that hold now.

    The latest order may be days old: what was said since about who is who counts in today's answers.
    """
    return Snapshot(connection, as_of, identities_before=identities.LATEST)


def latest_snapshot(connection: sqlite3.Connection) -> Snapshot:
    """The shop as answers see it that name no day: as of the latest order. Raises EmptyStoreError."""
    return as_now(connection, data_through(connection))


def sampled(snapshot: Snapshot, most: int) -> Snapshot:
    """The snapshot of at most `most` of its users, by a digest of their ids; itself where there are fewer.

    The choice depends on nothing but who was known as of the snapshot, so later users do not change
    it. It stands in a temporary table of the connection: one sample at a time.
    """
    known = [row[0] for row in snapshot.query(" SELECT DISTINCT user_id FROM orders")]
    if len(known) <= most:
        return snapshot
    known.sort(key=lambda user_id: hashlib.blake2b(user_id.encode(), digest_size=8).digest())
    # Who was excluded is not in the sample, and who was merged is in it with all ids.
    return of_users(snapshot, known[:most])


def of_users(snapshot: Snapshot, user_ids: Iterable[str]) -> Snapshot:
    """The snapshot of these users alone, each with all the ids they have.

    Who they are stands in a temporary table of the connection: one such snapshot, or sample, at a time.
    """
    connection = snapshot.connection
    connection.execute("DROP TABLE IF EXISTS temp.sampled_users")
    connection.execute("CREATE TEMP TABLE sampled_users (user_id TEXT PRIMARY KEY) WITHOUT ROWID")
    before = snapshot.identities_known_before
    chosen = ((each,) for user_id in user_ids for each in identities.ids_of(connection, user_id, before))
    connection.executemany("INSERT OR IGNORE INTO temp.sampled_users VALUES (?)", chosen)
    return replace(snapshot.at(snapshot.as_of), whose=SAMPLED_USERS)


def data_through(connection: sqlite3.Connection) -> date:
    """The UTC day of the latest order; raises EmptyStoreError where there is none."""
    latest = connection.execute("SELECT last_ordered_at FROM shop").fetchone()[0]
    if latest is None:
        raise EmptyStoreError(
            "There are no orders here yet.",
            next_step="Import them: opsbot import orders.csv",
        )
    return day_of(latest)


# Whether a line l is a part of an order, as known now.
STANDS = """l.quantity > 0 AND l.kind <> 'test'
    AND COALESCE(
        (SELECT c.status FROM status_changes c
         WHERE c.user_id = l.user_id AND c.order_id = l.order_id
           AND c.item_id = l.item_id AND c.line = l.line
         ORDER BY c.status_at DESC LIMIT 1),
        l.status) NOT IN ('cancelled', 'unpaid')"""


def latest_order_at(connection: sqlite3.Connection) -> int | None:
    """Epoch seconds of the latest order as known now, whoever placed it; None in an empty store."""
    query = f"SELECT MAX(l.ordered_at) FROM lines l WHERE {STANDS}"
    return connection.execute(query).fetchone()[0]  # type: ignore[no-any-return]


def data_version(connection: sqlite3.Connection) -> int:
    """A number that grows with every import that changed a row, every merge and every exclusion.

    It is the number of the newest such import as long as nobody was merged or excluded; 0 in an empty store.
    """
    newest = connection.execute("SELECT MAX(import_id) FROM imports WHERE added + updated > 0").fetchone()[0]
    return (newest or 0) + identities.changes(connection)


def age_days(as_of: date, today: date) -> int:
    """Whole days from `as_of` to `today`."""
    return (known_before(today) - known_before(as_of)) // DAY_SECONDS
