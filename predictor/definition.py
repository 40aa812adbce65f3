"""What churn means in this shop: how long the label window is, and who counts as active."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictor.errors import TooLittleHistoryError
from storage.model_store import ModelRecord
from storage.snapshot import Snapshot

HORIZONS_DAYS = (7, 14, 30, 60, 90, 180)
ACTIVE_HORIZONS = 3

_GAPS = """
SELECT (ordered_at - before_at) / 86400e0 FROM (
    SELECT ordered_at, LAG(ordered_at) OVER (PARTITION BY user_id ORDER BY ordered_at) AS before_at
    FROM orders
) gaps WHERE before_at IS NOT NULL
"""


@dataclass(frozen=True)
class Definition:
    """An active user churns by placing no order within `horizon_days` after as_of.

    Active is who ordered within `active_days` before as_of.
    """

    horizon_days: int
    active_days: int


def horizon_from_gaps(snapshot: Snapshot) -> int:
    """The 75th percentile of the days between a user's orders, rounded up to one of HORIZONS_DAYS.

    Raises TooLittleHistoryError where nobody has ordered twice.
    """
    gaps = np.fromiter((row[0] for row in snapshot.query(_GAPS)), dtype=np.float64)
    if not len(gaps):
        raise TooLittleHistoryError(
            "Nobody has ordered twice as of {as_of}, so there is no rhythm to learn from.",
            next_step="Import older orders: opsbot import orders.csv",
            as_of=snapshot.as_of,
        )
    usual = float(np.percentile(gaps, 75))
    return next((days for days in HORIZONS_DAYS if days >= usual), HORIZONS_DAYS[-1])


def choose_definition(
    snapshot: Snapshot, *, horizon_days: int | None, active_days: int | None, current: Definition | None
) -> Definition:
    """What was asked for; what was not, as `current` has it; without a current one, from the shop's own gaps.

    A horizon that was asked for brings its own active_days (three horizons) unless those are given too.
    """
    if horizon_days is None:
        horizon_days = current.horizon_days if current else horizon_from_gaps(snapshot)
    if active_days is None:
        kept = current is not None and current.horizon_days == horizon_days
        active_days = current.active_days if current and kept else ACTIVE_HORIZONS * horizon_days
    return Definition(horizon_days, active_days)


def definition_of(record: ModelRecord) -> Definition:
    """The definition a model was trained with."""
    return Definition(record.horizon_days, record.active_days)
