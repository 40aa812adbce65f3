"""Snapshot → X: one SQL text, run for all active users inside the database or for one user live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.features import FEATURES, Feature
from storage.identities import exclusion_of
from storage.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd

FEATURE_NAMES = tuple(feature.name for feature in FEATURES)


def _feature_text(features: Sequence[Feature]) -> str:
    over_orders = ",\n        ".join(f"{f.sql} AS {f.name}" for f in features if f.over_orders)
    columns = ",\n    ".join(f.name if f.over_orders else f"{f.sql} AS {f.name}" for f in features)
    return f""",
numbered AS (
    SELECT
        *,
        LEAD(ordered_at) OVER latest_first AS ordered_before_at,
        FIRST_VALUE(ordered_at) OVER latest_first AS last_ordered_at,
        ROW_NUMBER() OVER latest_first AS position
    FROM order_sums
    WINDOW latest_first AS (
        PARTITION BY user_id, CASE WHEN ordered_at IS NULL THEN 1 ELSE 0 END
        ORDER BY ordered_at DESC, order_id DESC
    )
),
history AS (
    SELECT
        user_id, total_cents, discount_cents, quantity, lines, categories, returned_cents, returned_lines,
        (:known_before - ordered_at) / 86400e0 AS age_days,
        (ordered_at - ordered_before_at) / 86400e0 AS gap_days,
        (:known_before - last_ordered_at) / 86400e0 AS recency_days,
        CASE WHEN ordered_at IS NOT NULL THEN position END AS position
    FROM numbered
    -- Lapsed users go before the sums are made; rows of nothing but returns have no last order.
    WHERE last_ordered_at IS NULL OR (:known_before - last_ordered_at) / 86400e0 <= :active_days
),
behaviour AS (
    SELECT
        user_id,
        {over_orders}
    FROM history
    GROUP BY user_id
    HAVING COUNT(age_days) > 0
)
SELECT
    user_id,
    {columns}
FROM behaviour
ORDER BY user_id"""


FEATURE_TEXT = _feature_text(FEATURES)


@dataclass(frozen=True)
class FeatureTable:
    """Features of the users that were active at a snapshot.

    `user_ids`: (n_users,) text, ascending. `values`: (n_users, n_features) float64 in the order of
    `names`; an unknown value is NaN. The core features come first, in the order of `FEATURE_NAMES`.
    """

    user_ids: NDArray[np.object_]
    values: NDArray[np.float64]
    names: tuple[str, ...] = FEATURE_NAMES

    def __len__(self) -> int:
        return len(self.user_ids)

    @classmethod
    def empty(cls) -> FeatureTable:
        """A table without users."""
        return cls(np.empty(0, dtype=object), np.empty((0, len(FEATURE_NAMES))))

    def column(self, name: str) -> NDArray[np.float64]:
        """One feature of all users, (n_users,); raises ValueError for a name that is no feature."""
        return self.values[:, self.names.index(name)]

    def beside(self, names: tuple[str, ...], values: NDArray[np.float64]) -> FeatureTable:
        """The table with more columns, (n_users, n_names), behind its own."""
        return FeatureTable(self.user_ids, np.hstack([self.values, values]), (*self.names, *names))

    def frame(self) -> pd.DataFrame:
        """The table with a `user_id` column first, for one's own notebook."""
        import pandas as pd

        frame = pd.DataFrame(self.values, columns=list(self.names))
        frame.insert(0, "user_id", self.user_ids)
        return frame


def feature_table(
    snapshot: Snapshot,
    definition: Definition,
    *,
    user_id: str | None = None,
    features: Sequence[Feature] = FEATURES,
) -> FeatureTable:
    """Features of every active user, or of `user_id` alone (no row where that user is not active).

    Excluded users have no row, and ids that were merged have that of the user they are part of. `features`
    are some of FEATURES and EXTRA_FEATURES, with those that they are made of.
    """
    names = tuple(feature.name for feature in features)
    if user_id is not None and exclusion_of(snapshot.connection, user_id, snapshot.identities_known_before):
        return FeatureTable(np.empty(0, dtype=object), np.empty((0, len(names))), names)
    cursor = snapshot.query(
        FEATURE_TEXT if features is FEATURES else _feature_text(features),
        {"horizon_days": definition.horizon_days, "active_days": definition.active_days},
        user_id=user_id,
    )
    cursor.row_factory = None
    ids: list[str] = []
    chunks: list[NDArray[np.float64]] = []
    # Fetched in chunks: a million Python tuples at once would be gigabytes (FACTS 2).
    while rows := cursor.fetchmany(10_000):
        ids.extend(row[0] for row in rows)
        chunks.append(np.array([row[1:] for row in rows], dtype=np.float64))
    values = np.concatenate(chunks) if chunks else np.empty((0, len(names)))
    return FeatureTable(np.array(ids, dtype=object), values, names)
