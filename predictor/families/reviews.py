"""The reviews of a shop's users, and which of them were known of whom at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from predictor.features.feature import N_
from storage.moments import DAY_SECONDS
from storage.snapshot import KNOWN_REVIEWS, Snapshot

Floats = NDArray[np.float64]

HALF_LIFE_DAYS = 90  # after which a review counts half: long enough to outlast a usual pause
NO_REVIEWS = N_("there are no reviews")

_REVIEWS = """
SELECT user_id, written_at, rating, text FROM known_reviews
ORDER BY user_id, written_at, review_key, occurrence
"""


@dataclass(frozen=True)
class Reviews:
    """Reviews by user and then by time, as columns of (n_reviews,) each.

    `written_at` in epoch seconds; `rating` in stars, NaN where none were given; `texts` as imported.
    """

    user_ids: NDArray[np.object_]
    written_at: NDArray[np.int64]
    rating: Floats
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.user_ids)

    def only(self, mask: NDArray[np.bool_]) -> Reviews:
        """Those of them where `mask`, (n_reviews,), holds."""
        texts = tuple(text for text, kept in zip(self.texts, mask.tolist(), strict=True) if kept)
        return Reviews(self.user_ids[mask], self.written_at[mask], self.rating[mask], texts)

    def known(self, known_before: int, user_ids: NDArray[np.object_]) -> Known:
        """Those that the given users had written before a moment."""
        row_of = {user_id: row for row, user_id in enumerate(user_ids.tolist())}
        rows = np.array([row_of.get(user_id, -1) for user_id in self.user_ids.tolist()], dtype=np.int64)
        which = np.flatnonzero((rows >= 0) & (self.written_at < known_before))
        age = (known_before - self.written_at[which]) / DAY_SECONDS
        return Known(len(user_ids), which, rows[which], age)


@dataclass(frozen=True)
class Known:
    """Reviews known at a moment: their place in `Reviews`, the row of their user, their age in days."""

    users: int
    which: NDArray[np.int64]
    row: NDArray[np.int64]
    age_days: Floats

    @property
    def weight(self) -> Floats:
        """(n_known,) what each counts: 1 when new, half after HALF_LIFE_DAYS."""
        return np.asarray(np.exp(-self.age_days * log(2) / HALF_LIFE_DAYS), dtype=np.float64)

    def only(self, mask: NDArray[np.bool_]) -> Known:
        """Those of them where `mask`, (n_known,), holds."""
        return Known(self.users, self.which[mask], self.row[mask], self.age_days[mask])

    def count(self) -> Floats:
        """(n_users,) how many."""
        return np.bincount(self.row, minlength=self.users).astype(np.float64)

    def total(self, values: Floats) -> Floats:
        """(n_users,) the sum of a value of each review."""
        return np.asarray(np.bincount(self.row, weights=values, minlength=self.users), dtype=np.float64)

    def mean(self, values: Floats) -> Floats:
        """(n_users,) the mean of a value of each review, newer ones counting more; NaN without any."""
        weight = self.total(self.weight)
        there = weight > 0
        found = np.full(self.users, np.nan)
        found[there] = self.total(values * self.weight)[there] / weight[there]
        return found

    def newest_age_days(self) -> Floats:
        """(n_users,) days since the newest; NaN without any."""
        newest = np.full(self.users, np.inf)
        np.minimum.at(newest, self.row, self.age_days)
        newest[np.isinf(newest)] = np.nan
        return newest

    def newest(self, values: Floats) -> Floats:
        """(n_users,) the value of each user's newest review; NaN without any."""
        found = np.full(self.users, np.nan)
        found[self.row] = values  # in the order of time: the last one stays
        return found


def read_reviews(snapshot: Snapshot, user_id: str | None = None) -> Reviews:
    """The reviews known at a snapshot, of all its users or of one."""
    cursor = snapshot.query(_REVIEWS, user_id=user_id, known=KNOWN_REVIEWS)
    cursor.row_factory = None
    rows = cursor.fetchall()
    return Reviews(
        np.array([row[0] for row in rows], dtype=object),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        tuple(row[3] for row in rows),
    )
