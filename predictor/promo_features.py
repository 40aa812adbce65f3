"""What is known of users before a message: how they buy, what discounts they took, how they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.feature_table import FEATURE_NAMES, FeatureTable, feature_table
from predictor.launches import CONTACT_FEATURES, PastContacts
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

DISCOUNT_FEATURES = (
    "discount_orders",
    "discount_order_share",
    "days_since_discount",
    "discount_cents",
    "discount_orders_90d",
    "discount_lines",
)
PROMO_FEATURES = (*FEATURE_NAMES, *DISCOUNT_FEATURES, *CONTACT_FEATURES)
# Whoever ordered at all has a row: a message may also bring back who lapsed.
EVER_DAYS = 100_000

# Of each user's orders, those on which a discount was taken.
_DISCOUNTS = """,
discounted AS (
    SELECT user_id, order_id, MIN(ordered_at) AS ordered_at, SUM(discount_cents) AS discount_cents,
        SUM(CASE WHEN discount_cents > 0 THEN 1 ELSE 0 END) AS lines
    FROM known_lines WHERE bought = 1 GROUP BY user_id, order_id
)
SELECT user_id,
    SUM(CASE WHEN discount_cents > 0 THEN 1 ELSE 0 END) AS orders,
    SUM(CASE WHEN discount_cents > 0 THEN 1e0 ELSE 0e0 END) / COUNT(*) AS share,
    (:known_before - MAX(CASE WHEN discount_cents > 0 THEN ordered_at END)) / 86400e0 AS age_days,
    SUM(CASE WHEN discount_cents > 0 THEN discount_cents ELSE 0 END) AS cents,
    SUM(CASE WHEN discount_cents > 0 AND ordered_at >= :known_before - 90 * 86400 THEN 1 ELSE 0 END)
        AS orders_90d,
    SUM(lines) AS lines
FROM discounted GROUP BY user_id
"""


@dataclass(frozen=True)
class PromoTable:
    """What is known of users: `values` is (n_users, n_features) in the order of `PROMO_FEATURES`.

    Of who never ordered nothing but the history of messages is known: the rest is NaN.
    """

    user_ids: tuple[str, ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.user_ids)

    def column(self, name: str) -> Floats:
        """One feature of all users, (n_users,)."""
        return self.values[:, PROMO_FEATURES.index(name)]

    def some(self, chosen: NDArray[np.bool_]) -> PromoTable:
        """The table of those users alone; `chosen` is (n_users,)."""
        ids = tuple(user_id for user_id, is_in in zip(self.user_ids, chosen, strict=True) if is_in)
        return PromoTable(ids, self.values[chosen])


def promo_table(
    snapshot: Snapshot, horizon_days: int, past: PastContacts, also: Sequence[str] = ()
) -> PromoTable:
    """Everybody who ever ordered as of the snapshot, and the users of `also` who did not."""
    table = feature_table(snapshot, Definition(horizon_days, EVER_DAYS))
    known = set(table.user_ids)
    user_ids = (*table.user_ids.tolist(), *(user_id for user_id in also if user_id not in known))
    return _filled(snapshot, past, table, user_ids)


def table_of(
    snapshot: Snapshot, horizon_days: int, past: PastContacts, user_ids: Sequence[str]
) -> PromoTable:
    """These users, in this order, as of the snapshot; it should be the snapshot of them alone."""
    table = feature_table(snapshot, Definition(horizon_days, EVER_DAYS))
    return _filled(snapshot, past, table, tuple(user_ids))


def _filled(
    snapshot: Snapshot, past: PastContacts, table: FeatureTable, user_ids: tuple[str, ...]
) -> PromoTable:
    bought = _aligned(user_ids, table.user_ids.tolist(), table.values)
    rows = [tuple(row) for row in snapshot.query(_DISCOUNTS)]
    values = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, len(DISCOUNT_FEATURES))
    discounts = _aligned(user_ids, [row[0] for row in rows], values)
    history = past.history(user_ids, snapshot.known_before)
    return PromoTable(user_ids, np.hstack([bought, discounts, history]))


def _aligned(user_ids: Sequence[str], named: Sequence[str], values: Floats) -> Floats:
    """The rows of `values`, which belong to `named`, in the order of `user_ids`; NaN for who is not there."""
    places = {user_id: place for place, user_id in enumerate(named)}
    aligned = np.full((len(user_ids), values.shape[1]), np.nan)
    for row, user_id in enumerate(user_ids):
        place = places.get(user_id)
        if place is not None:
            aligned[row] = values[place]
    return aligned
