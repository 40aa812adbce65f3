"""The scores that were really given, kept until it is known what came of them; and what came of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from storage.database import transaction

EVERY_DAYS = 7
MOST_USERS = 20_000  # of one day are kept: enough for shares to within a point, and bounded in any shop


@dataclass(frozen=True)
class Given:
    """The scores of one day that wait for what comes of them; a user's window is (as_of, as_of + horizon].

    `shifted` are the features that had moved since the training, with their index, the largest first.
    """

    as_of: date
    model_version: int
    horizon_days: int
    shifted: Mapping[str, float] = field(default_factory=dict)

    @property
    def closes(self) -> date:
        """The last day of the window."""
        return self.as_of + timedelta(days=self.horizon_days)


@dataclass(frozen=True)
class Settled:
    """What came of the scores of one day: `said` is what the predictor counted, in JSON types."""

    as_of: date
    model_version: int
    horizon_days: int
    said: Mapping[str, Any]


def due(connection: sqlite3.Connection, as_of: date) -> bool:
    """Whether scores as of that day are to be kept: none are from the week up to it, or from later."""
    last = connection.execute("SELECT MAX(as_of) FROM given_score_days").fetchone()[0]
    return last is None or date.fromisoformat(last) + timedelta(days=EVERY_DAYS) <= as_of


def keep(connection: sqlite3.Connection, given: Given, probabilities: Iterable[tuple[str, float]]) -> None:
    """Keep what was said of these users, inside the caller's transaction."""
    day = given.as_of.isoformat()
    connection.execute(
        "INSERT INTO given_score_days (as_of, model_version, horizon_days, shifted) VALUES (?, ?, ?, ?)",
        (day, given.model_version, given.horizon_days, json.dumps(given.shifted)),
    )
    connection.executemany(
        "INSERT INTO given_scores VALUES (?, ?, ?)", ((day, user_id, p) for user_id, p in probabilities)
    )


def waiting(connection: sqlite3.Connection) -> Sequence[Given]:
    """The days whose outcome is not counted yet, the oldest first."""
    rows = connection.execute(
        "SELECT as_of, model_version, horizon_days FROM given_score_days WHERE said IS NULL ORDER BY as_of"
    )
    return [Given(date.fromisoformat(row[0]), row[1], row[2]) for row in rows]


def scores_of(connection: sqlite3.Connection, given: Given) -> Sequence[tuple[str, float]]:
    """(user_id, probability) of everybody kept for that day."""
    rows = connection.execute(
        "SELECT user_id, probability FROM given_scores WHERE as_of = ? ORDER BY user_id",
        (given.as_of.isoformat(),),
    )
    return [(row[0], row[1]) for row in rows]


def settle(connection: sqlite3.Connection, given: Given, said: Mapping[str, Any]) -> None:
    """Write down what came of a day's scores, and let go of who had which: counts are enough from now on."""
    day = given.as_of.isoformat()
    with transaction(connection):
        connection.execute(
            "UPDATE given_score_days SET said = ? WHERE as_of = ?", (json.dumps(said, allow_nan=False), day)
        )
        connection.execute("DELETE FROM given_scores WHERE as_of = ?", (day,))


def last_shifted(connection: sqlite3.Connection, model_version: int) -> Mapping[str, float]:
    """The features that had moved when that model's scores were kept last; none before the first time."""
    row = connection.execute(
        "SELECT shifted FROM given_score_days WHERE model_version = ? ORDER BY as_of DESC LIMIT 1",
        (model_version,),
    ).fetchone()
    return json.loads(row[0]) if row else {}


def settled(connection: sqlite3.Connection, horizon_days: int, since: date) -> Sequence[Settled]:
    """What came of the scores with that horizon given from `since` on, the newest first."""
    rows = connection.execute(
        "SELECT as_of, model_version, horizon_days, said FROM given_score_days"
        " WHERE said IS NOT NULL AND horizon_days = ? AND as_of >= ? ORDER BY as_of DESC",
        (horizon_days, since.isoformat()),
    )
    return [Settled(date.fromisoformat(row[0]), row[1], row[2], json.loads(row[3])) for row in rows]
