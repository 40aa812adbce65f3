"""What share of some users orders within a horizon if nobody does anything: what power is planned with."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from predictor.training import TASK
from storage.moments import known_before
from storage.snapshot import as_now

# Where the shop is too young to show any.
UNKNOWN_RATE = 0.2
_ACTIVE_HORIZONS = 3

# Of those who were lapsed a horizon ago, and of all: how many are they, and how many have ordered since.
_SINCE = """,
users AS (
    SELECT user_id, MAX(CASE WHEN ordered_at < :before THEN ordered_at END) AS last_at,
        MAX(CASE WHEN ordered_at >= :before THEN 1 ELSE 0 END) AS came
    FROM orders GROUP BY user_id
)
SELECT COALESCE(SUM(last_at < :lapsed), 0), COALESCE(SUM(CASE WHEN last_at < :lapsed THEN came END), 0),
    COUNT(*), COALESCE(SUM(came), 0)
FROM users WHERE last_at IS NOT NULL
"""


def expected_rate(
    connection: sqlite3.Connection, as_of: date, horizon_days: int, user_ids: Sequence[str]
) -> float:
    """The expected order rate of these users in (as_of, as_of + horizon_days], in [0.01, 0.99].

    Who is scored orders with 1 − the probability of churn; others like those who were lapsed a horizon
    ago; without any scores everybody like all users then.
    """
    scores = dict(connection.execute("SELECT user_id, probability FROM scores WHERE task = ?", (TASK,)))
    lapsed, everybody = _last_horizon(connection, as_of, horizon_days)
    otherwise = lapsed if scores else everybody
    rates = [1 - scores[user_id] if user_id in scores else otherwise for user_id in user_ids]
    mean = sum(rates) / len(rates) if rates else otherwise
    return min(max(mean, 0.01), 0.99)


def _last_horizon(connection: sqlite3.Connection, as_of: date, horizon_days: int) -> tuple[float, float]:
    before = known_before(as_of - timedelta(days=horizon_days))
    lapsed = known_before(as_of - timedelta(days=(1 + _ACTIVE_HORIZONS) * horizon_days))
    found = as_now(connection, as_of).query(_SINCE, {"before": before, "lapsed": lapsed}).fetchone()
    return _rate(found[1], found[0]), _rate(found[3], found[2])


def _rate(came: int, users: int) -> float:
    return came / users if users else UNKNOWN_RATE
