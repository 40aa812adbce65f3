"""The cumulative gains chart of marketing: how many churners are found among the first users of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor import metrics

if TYPE_CHECKING:
    from predictor.backtest import TestedDay

STEPS = 20
BESIDE = "logistic_rfm"  # the baseline it is compared with


def share_found(y: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    """(STEPS + 1,) share of all churners among the 0, 1/STEPS, … 1 of rows with the highest p.

    `y` is (n,) 1 for a churner, `p` (n,) their probabilities. Of rows tied at an edge the part that fits in
    counts. NaN where nobody churned.
    """
    truth, given = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if not truth.sum():
        return np.full(STEPS + 1, np.nan)
    _, group, size = np.unique(-given, return_inverse=True, return_counts=True)
    taken = np.concatenate([[0.0], np.cumsum(size)])
    found = np.concatenate([[0.0], np.cumsum(np.bincount(group, weights=truth))])
    share: NDArray[np.float64] = np.interp(np.linspace(0, truth.size, STEPS + 1), taken, found) / truth.sum()
    return share


def gain_curve(days: Sequence[TestedDay]) -> list[dict[str, float | None]]:
    """For each share of users its mean over the test dates, `found` opsbot's and BESIDE the baseline's.

    In JSON types, None for what is not known; a date on which nobody churned is left out.
    """
    told = [day for day in days if day.churned.any()]
    columns = {
        "share": np.linspace(0, 1, STEPS + 1),
        "found": _mean([share_found(day.churned, day.probability) for day in told]),
        BESIDE: _mean([share_found(day.churned, day.baselines[BESIDE]) for day in told]),
    }
    return [
        metrics.known(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
    ]


def _mean(curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.mean(curves, axis=0) if curves else np.full(STEPS + 1, np.nan)
