"""What users did after something began: whether they ordered in a window, and their net money in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from predictor.overview import list_sales
from storage.identities import LATEST, ids_of, said, user_of
from storage.moments import DAY_SECONDS, day_of, known_before
from storage.snapshot import DRAWN_USERS, Snapshot, data_through

# The day of the latest order counts as known whole, and of a quiet shop one day more.
_QUIET_SECONDS = DAY_SECONDS

_IN_WINDOW = """
SELECT user_id, MAX(kind), SUM(cents) FROM temp.sales WHERE at > ? AND at <= ? GROUP BY user_id
"""


@dataclass(frozen=True)
class ArmResult:
    """One arm: how many users, how many of them ordered in the window, and their net cents one by one."""

    users: int
    ordered: int
    cents: NDArray[np.float64]

    @property
    def rate(self) -> float | None:
        """The order rate; None without users."""
        return self.ordered / self.users if self.users else None


def arm_result(outcomes: Sequence[tuple[bool, int]]) -> ArmResult:
    """The arm of users that did this: whether they ordered, and their net cents."""
    return ArmResult(
        len(outcomes),
        sum(ordered for ordered, _ in outcomes),
        np.array([cents for _, cents in outcomes], dtype=np.float64),
    )


class Outcomes:
    """What certain users did, as known now; `known_until` (epoch seconds) is how far the orders reach.

    A user who was merged since did what the user did that they are now; who was excluded since stays.
    """

    def __init__(self, connection: sqlite3.Connection, user_ids: Iterable[str], now: int) -> None:
        self._connection = connection
        self._user: dict[str, str] = {}
        through = data_through(connection)
        self.now = now
        self.known_until = min(now, known_before(through) + _QUIET_SECONDS)
        self._load(user_ids, Snapshot(connection, max(day_of(now), through), DRAWN_USERS, LATEST))

    def between(self, after: int, until: int, user_ids: Iterable[str]) -> list[tuple[bool, int]]:
        """For each user whether they ordered in (after, until], and their net cents in it."""
        found = {
            row[0]: (row[1] == 1, row[2]) for row in self._connection.execute(_IN_WINDOW, (after, until))
        }
        return [found.get(self._user[user_id], (False, 0)) for user_id in user_ids]

    @cached_property
    def first_order(self) -> int | None:
        """Epoch seconds of the shop's first order; None where there is none."""
        return first_order_at(self._connection)

    def _load(self, user_ids: Iterable[str], snapshot: Snapshot) -> None:
        connection = self._connection
        merges = said(connection).merges
        self._user = {each: user_of(connection, each) if merges else each for each in user_ids}
        connection.execute("DROP TABLE IF EXISTS temp.drawn_users")
        connection.execute("CREATE TEMP TABLE drawn_users (user_id TEXT PRIMARY KEY) WITHOUT ROWID")
        connection.executemany(
            "INSERT INTO temp.drawn_users VALUES (?)",
            (
                (each,)
                for owner in sorted(set(self._user.values()))
                for each in (ids_of(connection, owner) if merges else (owner,))
            ),
        )
        list_sales(snapshot)


@contextmanager
def outcomes_of(connection: sqlite3.Connection, user_ids: Iterable[str], now: int) -> Iterator[Outcomes]:
    """The outcomes of these users at `now` (epoch seconds); raises EmptyStoreError."""
    try:
        yield Outcomes(connection, user_ids, now)
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.sales")
        connection.execute("DROP TABLE IF EXISTS temp.drawn_users")


def first_order_at(connection: sqlite3.Connection) -> int | None:
    """Epoch seconds of the shop's first order line that bought something; None where there is none."""
    found: int | None = connection.execute("SELECT MIN(ordered_at) FROM lines WHERE quantity > 0").fetchone()[
        0
    ]
    return found
