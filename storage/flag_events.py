"""When users became flagged and when they ceased to be: for digests, and for what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Flagged:
    """A user who became flagged: on data up to which day, and when that was noted (epoch seconds)."""

    user_id: str
    as_of: date
    at: int


def record(
    connection: sqlite3.Connection,
    as_of: date,
    at: int,
    *,
    entered: Iterable[str],
    left: Iterable[str],
    flag_at: float | None = None,
) -> None:
    """Note who became flagged and who ceased to be; `flag_at` is the threshold by which they did."""
    connection.executemany(
        "INSERT INTO flag_events (user_id, change, as_of, at, flag_at) VALUES (?, ?, ?, ?, ?)",
        [
            (user_id, change, as_of.isoformat(), at, flag_at)
            for change, users in (("left", left), ("entered", entered))
            for user_id in sorted(users)
        ],
    )


def raised_below(connection: sqlite3.Connection, threshold: float) -> frozenset[str]:
    """Who became flagged, the last time, by a threshold that is known to have been lower than this one."""
    rows = connection.execute(
        """
        SELECT user_id FROM (
            SELECT user_id, flag_at, MAX(flag_event_id) FROM flag_events
            WHERE change = 'entered' GROUP BY user_id
        ) WHERE flag_at < ?
        """,
        (threshold,),
    )
    return frozenset(row[0] for row in rows)


def last_event(connection: sqlite3.Connection) -> int:
    """The number of the last event; 0 where there is none."""
    found = connection.execute("SELECT COALESCE(MAX(flag_event_id), 0) FROM flag_events").fetchone()[0]
    return int(found)


def flagged_after(connection: sqlite3.Connection, event: int) -> frozenset[str]:
    """Who was flagged once the event of that number had happened."""
    rows = connection.execute(
        """
        SELECT user_id FROM (
            SELECT user_id, change, MAX(flag_event_id) FROM flag_events
            WHERE flag_event_id <= ? GROUP BY user_id
        ) WHERE change = 'entered'
        """,
        (event,),
    )
    return frozenset(row[0] for row in rows)


def entered_since(connection: sqlite3.Connection, as_of: date, *, up_to: int) -> list[Flagged]:
    """The users who became flagged on data from that day on, up to the event `up_to`; each the last time."""
    rows = connection.execute(
        """
        SELECT user_id, as_of, at, MAX(flag_event_id) FROM flag_events
        WHERE change = 'entered' AND as_of >= ? AND flag_event_id <= ? GROUP BY user_id ORDER BY user_id
        """,
        (as_of.isoformat(), up_to),
    )
    return [Flagged(row[0], date.fromisoformat(row[1]), row[2]) for row in rows]


def entered_after(connection: sqlite3.Connection, event: int) -> frozenset[str]:
    """Who became flagged after the event of that number, flagged still or not."""
    rows = connection.execute(
        "SELECT DISTINCT user_id FROM flag_events WHERE change = 'entered' AND flag_event_id > ?", (event,)
    )
    return frozenset(row[0] for row in rows)


def flagged_on(connection: sqlite3.Connection, as_of: date) -> int | None:
    """How many users were flagged on data up to that day; None before the first that was noted."""
    event = connection.execute(
        "SELECT MAX(flag_event_id) FROM flag_events WHERE as_of <= ?", (as_of.isoformat(),)
    ).fetchone()[0]
    return None if event is None else len(flagged_after(connection, event))
