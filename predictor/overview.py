"""How the shop did in a period: orders, money, new and returning users, and who was due and came."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from storage.identities import user_of
from storage.snapshot import EVERY_SALE, Snapshot, as_now, data_through

# Who ordered within so many of their own gaps before a period is still expected.
LONGEST_SILENCE_GAPS = 3

# Orders, by the rule of KNOWN_ORDERS, without what only features need of them: half the time.
_ORDERS = """
SELECT 1, user_id, MIN(ordered_at), SUM(total_cents) FROM known_lines
WHERE bought = 1 GROUP BY user_id, order_id
"""
# Money that came back, each at its own time. What an order gave back by negative lines is not given back
# again by its refund (see KNOWN_ORDERS).
_RETURNS = " SELECT 0, user_id, ordered_at, total_cents FROM known_lines WHERE bought = 0"
_ANY_REFUND = """
SELECT EXISTS (SELECT 1 FROM lines WHERE status = 'refunded')
    OR EXISTS (SELECT 1 FROM status_changes WHERE status = 'refunded')
"""
_REFUNDS = """,
refunds AS (
    SELECT user_id, order_id, MAX(status_at) AS at FROM known_lines
    WHERE bought = 1 AND status = 'refunded' GROUP BY user_id, order_id
),
sent_back AS (
    SELECT user_id, order_id, SUM(-total_cents) AS cents FROM known_lines
    WHERE bought = 0 GROUP BY user_id, order_id
)
SELECT 0, r.user_id, r.at, -(s.returned_cents - COALESCE(b.cents, 0))
FROM refunds r
JOIN order_sums s ON s.user_id = r.user_id AND s.order_id = r.order_id
LEFT JOIN sent_back b ON b.user_id = r.user_id AND b.order_id = r.order_id
WHERE s.returned_cents > COALESCE(b.cents, 0)
"""
_INTO = "INSERT INTO temp.sales (kind, user_id, at, cents)"
_CREATE = "CREATE TEMP TABLE sales (kind INTEGER, user_id TEXT, at INTEGER, cents INTEGER)"
_TOTALS = """
SELECT COALESCE(SUM(kind), 0) AS orders, COALESCE(SUM(cents), 0) AS net_cents
FROM temp.sales WHERE at >= :start AND at < :end
"""
_USERS = """
SELECT
    COALESCE(SUM(first_at >= :start), 0) AS new_users,
    COALESCE(SUM(first_at < :start), 0) AS returning_users
FROM (
    SELECT user_id, MIN(at) AS first_at, SUM(at >= :start) AS within FROM temp.sales
    WHERE kind = 1 AND at < :end AND user_id <> '' AND user_id NOT IN (SELECT user_id FROM temp.left_out)
    GROUP BY user_id
) WHERE within > 0
"""
_DUE = """
SELECT COUNT(*) AS due, COALESCE(SUM(came), 0) AS came FROM (
    SELECT
        MAX(CASE WHEN at < :start THEN at END) AS last_at,
        (MAX(CASE WHEN at < :start THEN at END) - MIN(CASE WHEN at < :start THEN at END)) * 1.0
            / NULLIF(SUM(at < :start) - 1, 0) AS gap,
        MAX(at >= :start) AS came
    FROM temp.sales
    WHERE kind = 1 AND at < :end AND user_id <> '' AND user_id NOT IN (SELECT user_id FROM temp.left_out)
    GROUP BY user_id
)
WHERE gap > 0 AND last_at + gap < :end AND last_at + :silence * gap >= :start
"""
_SERIES = "SELECT at, cents FROM temp.sales WHERE at >= ? AND at < ?"
_COHORTS = """
SELECT user_id, at FROM temp.sales
WHERE kind = 1 AND user_id <> '' AND user_id NOT IN (SELECT user_id FROM temp.left_out) ORDER BY user_id, at
"""


@dataclass(frozen=True)
class Totals:
    """The figures of a period.

    Orders and net cents are those of the whole shop, lines without a user included; users are counted
    without those who are excluded. A user is new whose first order lies in the period. `due` are users whose
    next order was to come before its end by their own mean gap, and not more than LONGEST_SILENCE_GAPS of
    these ago; `came` of these ordered in it. `complaints` are reviews of at most 2, None without reviews.
    """

    orders: int
    net_cents: int
    new_users: int
    returning_users: int
    due: int
    came: int
    complaints: int | None


class Sales:
    """All sales of the shop as known now, in a temporary table; times are epoch seconds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def totals(self, start: int, end: int) -> Totals:
        """The figures of [start, end)."""
        bounds = {"start": start, "end": end, "silence": LONGEST_SILENCE_GAPS}
        row = self._connection.execute(_TOTALS, bounds).fetchone()
        users = self._connection.execute(_USERS, bounds).fetchone()
        due = self._connection.execute(_DUE, bounds).fetchone()
        return Totals(
            row["orders"],
            row["net_cents"],
            users["new_users"],
            users["returning_users"],
            due["due"],
            due["came"],
            self._complaints(start, end),
        )

    def cents_between(self, edges: Sequence[int]) -> list[int]:
        """The net cents of [edges[0], edges[1]), [edges[1], edges[2]) and so on."""
        sums = [0] * (len(edges) - 1)
        for at, cents in self._connection.execute(_SERIES, (edges[0], edges[-1])):
            sums[bisect_right(edges, at) - 1] += cents
        return sums

    def orders_by_user(self) -> Iterator[tuple[str, int]]:
        """Each order of each user who is not excluded, as (user_id, time), user by user and in time."""
        for row in self._connection.execute(_COHORTS):
            yield row[0], row[1]

    def _complaints(self, start: int, end: int) -> int | None:
        if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM reviews)").fetchone()[0]:
            return None
        found = self._connection.execute(
            "SELECT COUNT(*) FROM reviews WHERE rating <= 2 AND written_at >= ? AND written_at < ?",
            (start, end),
        ).fetchone()[0]
        return int(found)


def list_sales(snapshot: Snapshot) -> None:
    """Put the sales of a snapshot into temp.sales: orders (kind 1) and what came back of them (kind 0)."""
    connection = snapshot.connection
    connection.execute("DROP TABLE IF EXISTS temp.sales")
    connection.execute(_CREATE)
    snapshot.query(_ORDERS, into=_INTO)
    snapshot.query(_RETURNS, into=_INTO)
    if connection.execute(_ANY_REFUND).fetchone()[0]:
        snapshot.query(_REFUNDS, into=_INTO)


@contextmanager
def sales(connection: sqlite3.Connection, today: date) -> Iterator[Sales]:
    """The sales of the shop as known at the end of `today` (UTC); raises EmptyStoreError."""
    snapshot = as_now(connection, max(today, data_through(connection)))
    everything = Snapshot(connection, snapshot.as_of, EVERY_SALE, snapshot.identities_before)
    connection.execute("DROP TABLE IF EXISTS temp.left_out")
    connection.execute("CREATE TEMP TABLE left_out (user_id TEXT PRIMARY KEY)")
    list_sales(everything)
    excluded = connection.execute("SELECT DISTINCT user_id FROM user_exclusions WHERE undone_at IS NULL")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.left_out VALUES (?)",
        [(user_of(connection, row[0]),) for row in excluded.fetchall()],
    )
    try:
        yield Sales(connection)
    finally:
        connection.execute("DROP TABLE temp.sales")
        connection.execute("DROP TABLE temp.left_out")
