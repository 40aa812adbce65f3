"""Where a one-time buyer stands among the others: a band says little where nearly all of them are high."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.scoring import HIGH_FROM, band
from predictor.training import TASK

NEARLY_ALL = 0.8  # of one-time buyers in the high band: from here on the band tells them no longer apart


@dataclass(frozen=True)
class Standing:
    """Number `rank` by risk, 1 the riskiest, of `users` one-time buyers; `high` of them are in that band."""

    rank: int
    users: int
    high: int


def standing(connection: sqlite3.Connection, user_id: str, probability: float) -> Standing | None:
    """Where a user of that probability stands; None for repeat buyers, and where the band says enough.

    That is where fewer than NEARLY_ALL of the one-time buyers are high, or this user is not. Of equal
    probabilities the rank is the lowest.
    """
    row = connection.execute(
        "SELECT frequency FROM scores WHERE task = ? AND user_id = ?", (TASK, user_id)
    ).fetchone()
    if row is None or row[0] != 1 or band(probability) != "high":
        return None
    among = _one_time_buyers(connection)
    high = len(among) - int(np.searchsorted(among, HIGH_FROM))
    if high < NEARLY_ALL * len(among):
        return None
    return Standing(max(1, len(among) - bisect_right(among, probability) + 1), len(among), high)


# The probabilities of one scoring serve many questions.
_in_memory: dict[tuple[str, int], NDArray[np.float64]] = {}


def _one_time_buyers(connection: sqlite3.Connection) -> NDArray[np.float64]:
    """(n_users,) probabilities of the last scoring, ascending."""
    place = connection.execute("PRAGMA database_list").fetchone()["file"]
    latest = connection.execute("SELECT MAX(scoring_id) FROM scorings WHERE task = ?", (TASK,)).fetchone()[0]
    if (place, latest) not in _in_memory:
        rows = connection.execute("SELECT probability FROM scores WHERE task = ? AND frequency = 1", (TASK,))
        _in_memory.clear()
        _in_memory[place, latest] = np.sort(np.fromiter((row[0] for row in rows), dtype=np.float64))
    return _in_memory[place, latest]
