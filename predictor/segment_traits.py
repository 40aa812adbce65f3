"""What users are grouped by: a handful of traits on a scale on which one unit is a factor of about e."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.feature_table import FeatureTable, feature_table
from predictor.features import EXTRA_FEATURES, FEATURES
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

EVER = 1_000_000  # active_days with which who ever ordered is in the table

# What the traits, the RFM groups and the words about a segment are made of.
_READ = frozenset(
    (
        "recency_days",
        "tenure_days",
        "mean_gap_days",
        "frequency",
        "gross_cents",
        "mean_order_cents",
        "returned_cents",
        "monetary_cents",
        "returned_share",
        "discount_cents",
        "discount_share",
    )
)
SEGMENT_FEATURES = tuple(each for each in (*FEATURES, *EXTRA_FEATURES) if each.name in _READ)

# Recency alone is no trait of who is active: in a shop with weekly orders it says which day it is. Silence
# counts from where the user's own usual gap ends, and moves little in a week.
TRAITS = ("silence", "frequency", "order_value", "tenure", "discount", "returns")
# From which difference on a trait is worth a word: a quarter more orders or money, a third longer, some
# hundredths of the money at a discount or sent back where others have none.
SEEN = {
    "silence": 0.2,
    "frequency": 0.22,
    "order_value": 0.22,
    "tenure": 0.3,
    "discount": 0.4,
    "returns": 0.4,
}


@dataclass(frozen=True)
class Traits:
    """All who ever ordered as known at a snapshot: the features, and (n_users, n_traits) values of TRAITS."""

    table: FeatureTable
    values: Floats
    active: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.table)


def traits_of(snapshot: Snapshot, definition: Definition, *, user_id: str | None = None) -> Traits:
    """The traits of everybody who ever ordered, lapsed users too, or of one user."""
    everybody = Definition(definition.horizon_days, EVER)
    table = feature_table(snapshot, everybody, user_id=user_id, features=SEGMENT_FEATURES)
    recency = table.column("recency_days")
    return Traits(table, _values(table, definition.horizon_days), recency <= definition.active_days)


def _values(table: FeatureTable, horizon_days: int) -> Floats:
    column = table.column
    # Who ordered once has no gap yet: one horizon stands for it.
    usual_gap = np.maximum(1.0, np.nan_to_num(column("mean_gap_days"), nan=float(horizon_days)))
    columns = {
        "silence": np.log1p(np.maximum(0.0, column("recency_days") - usual_gap) / horizon_days),
        "frequency": np.log(column("frequency")),
        "order_value": np.log1p(np.maximum(0.0, column("mean_order_cents"))),
        "tenure": np.log1p(column("tenure_days") / horizon_days),
        # Shares: half of everything at a discount weighs as much as ordering four times as often.
        "discount": 2.0 * np.sqrt(column("discount_share").clip(0.0, 1.0)),
        "returns": 2.0 * np.sqrt(column("returned_share").clip(0.0, 1.0)),
    }
    return np.column_stack([columns[name] for name in TRAITS]) if len(table) else np.empty((0, len(TRAITS)))
