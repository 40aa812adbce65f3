"""Whether orders come in as they used to: half of the usual is trouble, or an import that stopped."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import as_now

WEEKS = 8
FELL = 0.5  # of the usual week
FEWEST_A_WEEK = 20  # orders; a smaller shop has weeks of half as many by chance


@dataclass(frozen=True)
class OrderVolume:
    """Orders of the seven days up to and with `as_of`, and of an average week of the WEEKS before."""

    as_of: date
    orders: int
    usual: float

    @property
    def fell(self) -> bool:
        """Whether so few came that somebody should look."""
        return self.usual >= FEWEST_A_WEEK and self.orders < FELL * self.usual


def order_volume(connection: sqlite3.Connection, as_of: date) -> OrderVolume:
    """The orders known as of that day; a shop younger than the WEEKS before has its own weeks as usual."""
    end = known_before(as_of)
    week = end - 7 * DAY_SECONDS
    start = week - 7 * WEEKS * DAY_SECONDS
    row = (
        as_now(connection, as_of)
        .query(
            " SELECT COUNT(CASE WHEN ordered_at >= :week THEN 1 END) AS now,"
            " COUNT(CASE WHEN ordered_at < :week THEN 1 END) AS before, MIN(ordered_at) AS first"
            " FROM orders WHERE ordered_at >= :start",
            {"week": week, "start": start},
        )
        .fetchone()
    )
    first = known_before(as_of - timedelta(weeks=WEEKS + 1)) if row["first"] is None else row["first"]
    weeks = min(WEEKS, max(1.0, (week - first) / (7 * DAY_SECONDS)))
    return OrderVolume(as_of, row["now"], row["before"] / weeks)
