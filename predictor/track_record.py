"""What came of the scores that were really given: whether the promise was kept, and whether it still is."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.backtest import reliability_bin
from predictor.definition import Definition
from predictor.feature_drift import shifted
from predictor.feature_table import FEATURE_NAMES, FeatureTable
from predictor.labels import churned
from storage import given_scores
from storage.given_scores import Given
from storage.identities import ids_of, user_of
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot, data_through

BINS = 10
KEPT_DAYS = 365  # outcomes older than this speak of another time
FEWEST = 30  # users in a range whom nobody contacted, from which on what happened takes the back-test's place
DRIFT_POINTS = 0.05  # on average, and beyond three standard errors: from here on reality has left the promise
_STANDARD_ERRORS = 3

Contacts = Mapping[str, Sequence[int]]  # when each id was contacted, in epoch seconds


@dataclass(frozen=True)
class Drift:
    """Over the newest day that is settled: predicted and actual share of users without an order, [0, 1]."""

    as_of: date
    users: int
    expected: float
    actual: float

    @property
    def significant(self) -> bool:
        """Whether the difference matters and is not chance."""
        error = math.sqrt(max(self.expected * (1 - self.expected), 1e-9) / self.users)
        apart = abs(self.actual - self.expected)
        return apart >= DRIFT_POINTS and apart > _STANDARD_ERRORS * error


def keep_scores(
    connection: sqlite3.Connection,
    record: ModelRecord,
    as_of: date,
    table: FeatureTable,
    probability: NDArray[np.float64],
) -> None:
    """Keep a day's scores once a week, of a random part of the users in a large shop; in a transaction."""
    if not given_scores.due(connection, as_of):
        return
    users, p = table.user_ids.tolist(), probability.tolist()
    chosen: Sequence[int] = range(len(users))
    if len(users) > given_scores.MOST_USERS:
        random = np.random.default_rng(as_of.toordinal())
        chosen = random.choice(len(users), given_scores.MOST_USERS, replace=False).tolist()
    moved = shifted(record.card.get("deciles", {}), FEATURE_NAMES, table.values[:, : len(FEATURE_NAMES)])
    given = Given(as_of, record.version, record.horizon_days, moved)
    given_scores.keep(connection, given, ((users[i], p[i]) for i in chosen))


def settle(connection: sqlite3.Connection, contacts: Contacts) -> int:
    """Count what came of the scores whose window is over; returns of how many days.

    Who was contacted within the window is counted apart, for what came of them says nothing of a promise
    that held only while nobody did anything. Judged as labels are: as known at the end of the window.
    Raises EmptyStoreError.
    """
    known_through = data_through(connection)
    over = [each for each in given_scores.waiting(connection) if each.closes <= known_through]
    for given in over:
        given_scores.settle(connection, given, _outcome(connection, given, contacts))
    return len(over)


def _outcome(connection: sqlite3.Connection, given: Given, contacts: Contacts) -> dict[str, Any]:
    # An id that became part of another's history has none of its own to be judged by.
    scores = [
        each for each in given_scores.scores_of(connection, given) if user_of(connection, each[0]) == each[0]
    ]
    users = [user_id for user_id, _ in scores]
    p = np.array([probability for _, probability in scores], dtype=np.float64)
    definition = Definition(given.horizon_days, given.horizon_days)
    gone = churned(Snapshot(connection, given.as_of), definition, users)
    start = known_before(given.as_of)
    end = start + given.horizon_days * DAY_SECONDS
    touched = np.array(
        [
            any(
                start <= at < end
                for one in ids_of(connection, user_id) or (user_id,)
                for at in contacts.get(one, ())
            )
            for user_id in users
        ],
        dtype=np.bool_,
    )
    return {
        "untouched": _counted(p[~touched], gone[~touched]),
        "contacted": _counted(p[touched], gone[touched]),
    }


def _counted(p: NDArray[np.float64], gone: NDArray[np.int8]) -> list[dict[str, float]]:
    """For each of ten ranges of probability: users, those without an order, and the sum of probabilities."""
    bins = reliability_bin(p)
    return [
        {
            "users": int((bins == i).sum()),
            "churned": int(gone[bins == i].sum()),
            "expected": round(float(p[bins == i].sum()), 6),
        }
        for i in range(BINS)
    ]


def reliability(
    connection: sqlite3.Connection, horizon_days: int, today: date, of: str = "untouched"
) -> list[dict[str, Any]]:
    """What came of scores given within the last year, by ten ranges of probability, as a model card has it.

    `of` is "untouched", the users whom nobody contacted within the window, or "contacted".
    """
    days = given_scores.settled(connection, horizon_days, today - timedelta(days=KEPT_DAYS))
    found = []
    for i in range(BINS):
        users = sum(day.said[of][i]["users"] for day in days)
        found.append(
            {
                "from": i / BINS,
                "to": (i + 1) / BINS,
                "users": users,
                "churned": sum(day.said[of][i]["churned"] for day in days),
                "mean_probability": round(sum(day.said[of][i]["expected"] for day in days) / users, 6)
                if users
                else None,
            }
        )
    return found


def reliability_of(
    connection: sqlite3.Connection, record: ModelRecord, today: date, probability: float
) -> tuple[dict[str, Any], bool]:
    """The range that a probability lies in, and whether it tells what really happened.

    That is so from FEWEST users on whom nobody contacted; else it is the back-test's, off the model card.
    """
    place = int(reliability_bin(np.array(probability)))
    realised = reliability(connection, record.horizon_days, today)[place]
    if realised["users"] >= FEWEST:
        return realised, True
    return record.card["reliability"][place], False


def shifted_features(connection: sqlite3.Connection, record: ModelRecord) -> list[str]:
    """The names of the features that had moved when the model's scores were kept last, the furthest first."""
    return list(given_scores.last_shifted(connection, record.version))


def drift(connection: sqlite3.Connection, record: ModelRecord, today: date) -> Drift | None:
    """The newest settled day of the model in use, of users whom nobody contacted; None before the first."""
    days = given_scores.settled(connection, record.horizon_days, today - timedelta(days=KEPT_DAYS))
    newest = next((day for day in days if day.model_version == record.version), None)
    if newest is None:
        return None
    ranges = newest.said["untouched"]
    users = sum(each["users"] for each in ranges)
    if not users:
        return None
    return Drift(
        newest.as_of,
        users,
        sum(each["expected"] for each in ranges) / users,
        sum(each["churned"] for each in ranges) / users,
    )
