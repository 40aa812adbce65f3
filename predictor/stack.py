"""The rows a model learns from: labelled tables of several cut-offs, one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from predictor.baselines import EVERYONE_COLUMNS, RFM_FEATURES, Rows
from predictor.churn_model import ChurnModel
from predictor.cutoffs import Calendar
from predictor.errors import TooLittleHistoryError
from predictor.families import Fitted, OptionalFamily
from predictor.feature_table import FeatureTable
from predictor.labels import LabelledTable, LabelledTables

Floats = NDArray[np.float64]

FEWEST_USERS = 50
FEWEST_OF_EACH_OUTCOME = 10
MOST_ROWS = 50_000  # more rows than this no longer improve models this small, and cost time in proportion

# BG/NBD describes everybody who ever ordered, so it is shown the lapsed ones too.
_EVERYONE = """
SELECT
    (:known_before - MAX(ordered_at)) / 86400e0 AS recency_days,
    COUNT(*) AS frequency,
    (:known_before - MIN(ordered_at)) / 86400e0 AS tenure_days
FROM orders GROUP BY user_id
"""


@dataclass(frozen=True)
class Stack:
    """Labelled tables of several cut-offs, one under the other; see `predictor.baselines.Stack`.

    `families` are the optional ones whose columns follow the core ones, as fitted on these cut-offs.
    """

    values: Floats
    rows: Rows
    y: NDArray[np.int8]
    cutoff: NDArray[np.int64]
    everyone: Rows
    horizon_days: int
    families: tuple[Fitted, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there are rows enough, and of both outcomes, to learn from."""
        gone = int(self.y.sum())
        return len(self.y) >= FEWEST_USERS and min(gone, len(self.y) - gone) >= FEWEST_OF_EACH_OUTCOME


def stacked(
    calendar: Calendar, tables: LabelledTables, test_date: date, families: Sequence[OptionalFamily] = ()
) -> Stack:
    """The training rows for a model that is used on `test_date`; may have no rows."""
    cutoffs = calendar.cutoffs(test_date)
    dated: list[LabelledTable] = [tables.at(day) for day in reversed(cutoffs)]
    empty = FeatureTable.empty()
    values = np.concatenate([empty.values, *(part.table.values for part in dated)])
    fitted = [
        family.fit(tables.material(family), [part.cutoff for part in dated])
        for family in (families if dated else ())
    ]
    everyone = (
        np.array(tables.snapshot(cutoffs[0]).query(_EVERYONE).fetchall(), dtype=np.float64)
        if cutoffs
        else np.empty((0, len(EVERYONE_COLUMNS)))
    )
    return Stack(
        values=np.hstack([values, *(np.concatenate(columns) for _, columns in fitted)]),
        rows=rfm_rows(FeatureTable(np.empty(len(values), dtype=object), values)),
        y=np.concatenate([np.empty(0, dtype=np.int8), *(part.churned for part in dated)]),
        cutoff=np.repeat(np.arange(len(dated)), [len(part.table) for part in dated]),
        everyone={name: everyone[:, i] for i, name in enumerate(EVERYONE_COLUMNS)},
        horizon_days=calendar.definition.horizon_days,
        families=tuple(each for each, _ in fitted),
    )


def too_little(calendar: Calendar, tables: LabelledTables) -> TooLittleHistoryError:
    """The refusal, with what is needed beside what is there."""
    cutoffs = calendar.cutoffs(calendar.as_of)
    labelled = tables.at(cutoffs[0]) if cutoffs else None
    shorter = max((days for days in (7, 14, 30, 60, 90) if 3 * days <= calendar.span_days), default=None)
    next_step = (
        "Import older orders, or train with a shorter horizon: opsbot train --horizon {shorter}"
        if shorter and shorter < calendar.definition.horizon_days
        else "Import older orders: opsbot import orders.csv"
    )
    return TooLittleHistoryError(
        "Too little history to learn from: there are {span_days} days of orders and, {horizon_days} days"
        " before the end, {users} active users of whom {churned} then placed no order; needed are"
        " {needed_days} days, {needed_users} users, and {needed_each} of each outcome.",
        next_step=next_step,
        shorter=shorter,
        span_days=calendar.span_days,
        horizon_days=calendar.definition.horizon_days,
        users=len(labelled.table) if labelled else 0,
        churned=int(labelled.churned.sum()) if labelled else 0,
        needed_days=calendar.needed_days,
        needed_users=FEWEST_USERS,
        needed_each=FEWEST_OF_EACH_OUTCOME,
    )


def fit(stack: Stack) -> ChurnModel:
    """The churn model of those rows, or of MOST_ROWS of them; `stack.enough` has to hold."""
    if len(stack.y) <= MOST_ROWS:
        return ChurnModel.fit(stack.values, stack.y, stack.families)
    sample = np.sort(np.random.default_rng(0).choice(len(stack.y), MOST_ROWS, replace=False))
    return ChurnModel.fit(stack.values[sample], stack.y[sample], stack.families)


def rfm_rows(table: FeatureTable) -> Rows:
    """The ten columns that the baselines know, by name."""
    return {name: table.column(name) for name in RFM_FEATURES}
