"""What users were like on a day, and what they ordered and spent in the days after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from predictor.bg_nbd import BGNBD, fit_bg_nbd
from predictor.definition import Definition
from predictor.feature_table import FeatureTable, feature_table
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

_PENALTY = 0.005  # of the BG/NBD fit: steadies a shop of a few dozen users, moves a large one by nothing
EVER_DAYS = 100_000  # lapsed users are worth something too
_SINCE = """
SELECT user_id, COUNT(*), (MIN(ordered_at) - :window_start) / 86400e0 FROM orders
WHERE ordered_at >= :window_start GROUP BY user_id
"""
_DAYS = " SELECT user_id, COUNT(DISTINCT ordered_at / 86400) FROM orders GROUP BY user_id"
_NET = " SELECT user_id, SUM(COALESCE(total_cents, 0) - returned_cents) FROM order_sums GROUP BY user_id"


@dataclass(frozen=True)
class Histories:
    """What the value of users is predicted from: columns of a feature table, each (n_users,).

    `order_days` are the UTC days on which a user ordered, (n_users,). BG/NBD counts those and not orders, as
    is usual: who orders 57 times a day does not leave when one night is silent.
    """

    table: FeatureTable
    order_days: Floats

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> Floats:
        """A column by name."""
        return self.table.column(name)

    @property
    def bg_nbd(self) -> tuple[Floats, Floats, Floats]:
        """Days with orders after the first, days from the first order to the last, days since the first."""
        repeats = self.order_days - 1
        age = self.column("tenure_days")
        span = np.clip(age - self.column("recency_days"), 0, age)
        return repeats, np.where(repeats > 0, span, 0.0), age

    @property
    def orders_per_day(self) -> Floats:
        """Orders of each user on a day on which they order, at least 1."""
        return np.asarray(self.column("frequency") / self.order_days)

    @cached_property
    def fitted(self) -> BGNBD:
        """Fitted on all of them; raises BGNBDNotFittedError where nobody ordered on two days."""
        return fit_bg_nbd(*self.bg_nbd, penalty=_PENALTY)

    @property
    def net_per_order(self) -> Floats:
        """Net cents of each user's mean order; not below 0 where all was returned."""
        return np.asarray(np.maximum(self.column("monetary_cents"), 0) / self.column("frequency"))


@dataclass(frozen=True)
class Examples:
    """Users as of one day, and what came of each in `window_days` after it, all (n_users,).

    `orders` are counts, `cents` net money (below 0 where more was returned than bought), `next_days` the
    days until the next order, NaN where none came.
    """

    as_of: date
    window_days: int
    histories: Histories
    orders: Floats
    cents: Floats
    next_days: Floats


def histories(snapshot: Snapshot, window_days: int, *, user_id: str | None = None) -> Histories:
    """Of everybody who ever ordered, or of one user: no row then for who never did."""
    table = feature_table(snapshot, Definition(window_days, EVER_DAYS), user_id=user_id)
    days = dict(tuple(row) for row in snapshot.query(_DAYS, user_id=user_id)) if len(table) else {}
    return Histories(table, np.array([days[each] for each in table.user_ids.tolist()], dtype=np.float64))


def examples(shop: Snapshot, as_of: date, window_days: int) -> Examples:
    """Everybody who had ordered by `as_of`, with what is known of the window at its end and not later."""
    then, after = shop.at(as_of), shop.at(as_of + timedelta(days=window_days))
    known = histories(then, window_days)
    came = {row[0]: row[1:] for row in after.query(_SINCE, {"window_start": then.known_before})}
    net_after = dict(tuple(row) for row in after.query(_NET))
    net_before = dict(tuple(row) for row in then.query(_NET))
    user_ids = known.table.user_ids.tolist()
    counts = np.array([came.get(user_id, (0, np.nan)) for user_id in user_ids], dtype=np.float64)
    counts = counts.reshape(len(user_ids), 2)
    cents = [(net_after.get(user_id) or 0) - (net_before.get(user_id) or 0) for user_id in user_ids]
    return Examples(as_of, window_days, known, counts[:, 0], np.array(cents, dtype=np.float64), counts[:, 1])
