"""A shop of 100,000 users and about a million order lines, written straight into a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from storage.database import transaction
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import latest_order_at

USERS = 100_000
DAYS = 540
MOST_ORDERS = 60
_INSERT = (
    "INSERT INTO lines"
    " (user_id, order_id, item_id, line, ordered_at, quantity, total_cents, category, import_id)"
    " VALUES (?, ?, ?, 1, ?, 1, ?, ?, ?)"
)


def write_large_shop(
    connection: sqlite3.Connection, last_day: date, users: int = USERS, seed: int = 1
) -> tuple[int, list[str]]:
    """Fill an empty store up to `last_day`; returns how many lines, and some of the users who order still.

    A third of the users order at a steady pace, a third irregularly, and a third leaves some day.
    """
    random = np.random.default_rng(seed)
    lines = 0
    with transaction(connection):
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, 'lines', 'large.csv', 0, 1, 1, 0, 0, 0, 0)"
        ).lastrowid
        for row in _rows(random, day_start(last_day - timedelta(days=DAYS - 1)), users):
            connection.execute(_INSERT, (*row, import_id))
            lines += 1
        connection.execute("UPDATE shop SET last_ordered_at = ?", (latest_order_at(connection),))
    steady = [f"{number}" for number in range(0, users, 3 * max(1, users // 3000))]
    return lines, steady


def _rows(
    random: np.random.Generator, start: int, users: int
) -> Iterator[tuple[str, str, str, int, int, str]]:
    """A line an order: user, order, item, time, cents and category; the users one after the other."""
    end = start + DAYS * DAY_SECONDS - 1
    for user in range(users):
        pace = random.uniform(12, 60)
        gaps = (
            random.exponential(pace, MOST_ORDERS)
            if user % 3 == 1
            else random.normal(pace, pace / 5, MOST_ORDERS)
        )
        days = random.uniform(0, DAYS * 0.7) + np.maximum(gaps, 0.1).cumsum()
        until = random.uniform(60, DAYS) if user % 3 == 2 else DAYS
        times = (start + days[days < until] * DAY_SECONDS).astype(int).tolist()
        cents = random.integers(500, 9000, len(times)).tolist()
        items = random.integers(0, 400, len(times)).tolist()
        for place, (ordered_at, total, item) in enumerate(zip(times, cents, items, strict=True)):
            yield f"{user}", f"{user}-{place}", f"item-{item}", min(ordered_at, end), total, f"{item % 12}"
