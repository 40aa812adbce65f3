"""How many users become flagged a week at a threshold, and the threshold for as many as can be contacted."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from predictor.flag_threshold import leave_below
from predictor.scoring import score_snapshot
from predictor.training import TASK
from storage.model_store import ModelRecord
from storage.snapshot import as_now, sampled

WORKING_DAYS = 5  # of a week
_WEEKS = 2
_SLACK = 0.1  # of the capacity: the counts of two weeks go up and down by that much
_SAMPLE = 10_000


@dataclass(frozen=True)
class LastWeeks:
    """(n_weeks + 1, n_users) the probabilities at the ends of the last weeks, the earliest first.

    NaN for who was not active. Of a large shop it is a sample, each for `weight` users.
    """

    probability: NDArray[np.float64]
    weight: float = 1.0

    def newly_flagged(self, threshold: float) -> float:
        """How many users become flagged on a working day: those of a week spread over WORKING_DAYS."""
        flagged = self.probability[0] >= threshold
        entered = 0
        for scores in self.probability[1:]:
            now = (scores >= threshold) | (flagged & (scores >= leave_below(threshold)))
            entered += int((now & ~flagged).sum())
            flagged = now
        return self.weight * entered / (len(self.probability) - 1) / WORKING_DAYS

    def threshold_for(self, per_day: float) -> float:
        """The lowest threshold, in whole percent, at which no more than that become flagged a working day.

        Lower ones count as long as none above them brings clearly more: at very low thresholds nearly
        everybody is flagged already, and few become so. 1 where more do at any threshold, 0 where so many do
        at none.
        """
        found = 1.0
        for percent in range(99, 0, -1):
            newly = self.newly_flagged(percent / 100)
            if newly > (1 + _SLACK) * per_day:
                return found
            if newly <= per_day:
                found = percent / 100
        return 0.0

    def most_newly_flagged(self) -> float:
        """How many become flagged on a working day at the threshold at which most do."""
        return max(self.newly_flagged(percent / 100) for percent in range(1, 100))


def last_weeks(connection: sqlite3.Connection, models: Path, record: ModelRecord, as_of: date) -> LastWeeks:
    """What the model in use says of the last two weeks, as known at the end of each; stores nothing.

    A week's end stands for its nights: on the demo shop 0 to 10 % fewer become flagged that way than by
    scoring every night. Everybody has to be scored before.
    """
    shop = as_now(connection, as_of)
    some = sampled(shop, _SAMPLE)
    ends = [
        score_snapshot(some.at(as_of - timedelta(weeks=back)), models, record)
        for back in range(_WEEKS, -1, -1)
    ]
    users = np.unique(np.concatenate([scores.table.user_ids.astype(str) for scores in ends]))
    probability = np.full((len(ends), len(users)), np.nan)
    for row, scores in zip(probability, ends, strict=True):
        row[np.searchsorted(users, scores.table.user_ids.astype(str))] = scores.probability
    active = connection.execute("SELECT COUNT(*) FROM scores WHERE task = ?", (TASK,)).fetchone()[0]
    whole = some is shop or not len(ends[-1].table)
    return LastWeeks(probability, 1.0 if whole else active / len(ends[-1].table))
