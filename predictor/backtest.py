"""The back-test: the model as it would have been trained on several past days, and what then happened."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor import metrics
from predictor.baselines import BASELINES, EVERYONE_COLUMNS, RFM_FEATURES, Rows
from predictor.churn_model import ChurnModel
from predictor.cutoffs import Calendar
from predictor.definition import Definition
from predictor.errors import TooLittleHistoryError
from predictor.feature_table import FeatureTable
from predictor.labels import LabelledTable, LabelledTables
from storage.errors import OpsbotError
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

FEWEST_USERS = 50
FEWEST_OF_EACH_OUTCOME = 10
FLAGGED_SHARE = 0.10
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
    """Labelled tables of several cut-offs, one under the other; see `predictor.baselines.Stack`."""

    values: Floats
    rows: Rows
    y: NDArray[np.int8]
    cutoff: NDArray[np.int64]
    everyone: Rows
    horizon_days: int


@dataclass(frozen=True)
class TestedDay:
    """One test date: who was scored, what was said of them, by model and baselines, and what happened."""

    as_of: date
    user_ids: Sequence[str]
    values: Floats
    churned: NDArray[np.int8]
    probability: Floats
    baselines: Mapping[str, Floats]


@dataclass(frozen=True)
class BackTest:
    """All test dates of one definition, the newest first."""

    definition: Definition
    days: tuple[TestedDay, ...]

    def flag_threshold(self) -> float:
        """The probability that flags the top tenth of all that were scored."""
        return float(np.quantile(np.concatenate([day.probability for day in self.days]), 1 - FLAGGED_SHARE))

    def summary(self, flag_at: float, *, draws: int = 200) -> dict[str, Any]:
        """What a model card and `opsbot evaluate` state, in JSON types; unknown figures are None.

        Metrics are means over the test dates. Gains are opsbot's metric minus the baseline's, paired,
        with 95 % intervals from a bootstrap over users.
        """
        probabilities = [day.probability for day in self.days]
        return {
            "test_dates": [day.as_of.isoformat() for day in self.days],
            "users": sum(len(day.churned) for day in self.days),
            "churned": int(sum(day.churned.sum() for day in self.days)),
            "flag_at": flag_at,
            "metrics": self._metrics(probabilities, flag_at),
            "baselines": {
                baseline.name: self._beside(baseline.name, baseline.description, flag_at, draws)
                for baseline in BASELINES
                if all(baseline.name in day.baselines for day in self.days)
            },
            "reliability": self.reliability(),
            "by_date": [
                {
                    "as_of": day.as_of.isoformat(),
                    "users": len(day.churned),
                    "churned": int(day.churned.sum()),
                    "mean_probability": float(day.probability.mean()),
                    **_known(_one_date(day.churned, day.probability, flag_at)),
                }
                for day in self.days
            ],
        }

    def reliability(self) -> list[dict[str, Any]]:
        """Ten ranges of probability: how many users were scored in each, and how many placed no order."""
        given = np.concatenate([day.probability for day in self.days])
        churned = np.concatenate([day.churned for day in self.days])
        bins = reliability_bin(given)
        return [
            {
                "from": i / 10,
                "to": (i + 1) / 10,
                "users": int((bins == i).sum()),
                "churned": int(churned[bins == i].sum()),
            }
            for i in range(10)
        ]

    def _metrics(self, by_date: Sequence[Floats], flag_at: float) -> dict[str, float | None]:
        dated = [_one_date(day.churned, p, flag_at) for day, p in zip(self.days, by_date, strict=True)]
        return _known({name: _mean([figures[name] for figures in dated]) for name in dated[0]})

    def _beside(self, name: str, description: str, flag_at: float, draws: int) -> dict[str, Any]:
        theirs = [day.baselines[name] for day in self.days]
        gains = {
            metric.__name__: metrics.paired_gain(
                [day.churned for day in self.days],
                [day.probability for day in self.days],
                theirs,
                metric,
                [day.user_ids for day in self.days],
                draws=draws,
            )
            for metric in (metrics.auroc, metrics.brier)
        }
        return {
            "description": description,
            **self._metrics(theirs, flag_at),
            "gain": {
                metric: _known({"mean": g.mean, "low": g.low, "high": g.high}) for metric, g in gains.items()
            },
        }


def reliability_bin(probability: Floats) -> NDArray[np.int64]:
    """Index 0 to 9 of the range of probability, a tenth wide, that each value lies in."""
    return np.minimum((np.asarray(probability) * 10).astype(np.int64), 9)


def backtest(
    connection: sqlite3.Connection,
    calendar: Calendar,
    tables: LabelledTables,
    test_dates: Sequence[date] | None = None,
) -> BackTest:
    """Train as of each test date on the cut-offs before it, score who was active, and keep what happened.

    `test_dates` default to those of the calendar. Raises TooLittleHistoryError where no test date has
    enough users and both outcomes.
    """
    days = []
    for test_date in calendar.test_dates() if test_dates is None else test_dates:
        stack = stacked(connection, calendar, tables, test_date)
        tested = tables.at(test_date)
        if _enough(stack.y) and len(tested.table):
            days.append(_test(stack, tested))
    if not days:
        raise too_little(calendar, tables)
    return BackTest(calendar.definition, tuple(days))


def stacked(
    connection: sqlite3.Connection, calendar: Calendar, tables: LabelledTables, test_date: date
) -> Stack:
    """The training rows for a model that is used on `test_date`; may have no rows."""
    cutoffs = calendar.cutoffs(test_date)
    dated: list[LabelledTable] = [tables.at(day) for day in reversed(cutoffs)]
    empty = FeatureTable.empty()
    values = np.concatenate([empty.values, *(part.table.values for part in dated)])
    everyone = (
        np.array(Snapshot(connection, cutoffs[0]).query(_EVERYONE).fetchall(), dtype=np.float64)
        if cutoffs
        else np.empty((0, len(EVERYONE_COLUMNS)))
    )
    return Stack(
        values=values,
        rows=_rfm_rows(FeatureTable(np.empty(len(values), dtype=object), values)),
        y=np.concatenate([np.empty(0, dtype=np.int8), *(part.churned for part in dated)]),
        cutoff=np.repeat(np.arange(len(dated)), [len(part.table) for part in dated]),
        everyone={name: everyone[:, i] for i, name in enumerate(EVERYONE_COLUMNS)},
        horizon_days=calendar.definition.horizon_days,
    )


def fit(stack: Stack, calendar: Calendar, tables: LabelledTables) -> ChurnModel:
    """The model of those rows; raises TooLittleHistoryError where they are too few or of one outcome."""
    if not _enough(stack.y):
        raise too_little(calendar, tables)
    return _fit(stack)


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


def _enough(churned: NDArray[np.int8]) -> bool:
    gone = int(churned.sum())
    return len(churned) >= FEWEST_USERS and min(gone, len(churned) - gone) >= FEWEST_OF_EACH_OUTCOME


def _fit(stack: Stack) -> ChurnModel:
    if len(stack.y) <= MOST_ROWS:
        return ChurnModel.fit(stack.values, stack.y)
    sample = np.sort(np.random.default_rng(0).choice(len(stack.y), MOST_ROWS, replace=False))
    return ChurnModel.fit(stack.values[sample], stack.y[sample])


def _test(stack: Stack, tested: LabelledTable) -> TestedDay:
    rows = _rfm_rows(tested.table)
    beside: dict[str, Floats] = {}
    for baseline in BASELINES:
        try:
            beside[baseline.name] = baseline.fit(stack)(rows)
        except OpsbotError:
            continue  # BG/NBD cannot be fitted where nobody came back; the table then goes without it
    return TestedDay(
        as_of=tested.as_of,
        user_ids=tested.table.user_ids.tolist(),
        values=tested.table.values,
        churned=tested.churned,
        probability=_fit(stack).probability(tested.table.values),
        baselines=beside,
    )


def _rfm_rows(table: FeatureTable) -> Rows:
    return {name: table.column(name) for name in RFM_FEATURES}


def _one_date(churned: NDArray[np.int8], p: Floats, flag_at: float) -> dict[str, float]:
    return {
        "auroc": metrics.auroc(churned, p),
        "average_precision": metrics.average_precision(churned, p),
        "top_decile_lift": metrics.top_decile_lift(churned, p),
        "accuracy": metrics.accuracy(churned, p),
        "majority_accuracy": metrics.majority_accuracy(churned),
        "recall": metrics.recall(churned, p, flag_at),
        "brier": metrics.brier(churned, p),
        "log_loss": metrics.log_loss(churned, p),
        "ece": metrics.ece(churned, p),
        "ece_floor": metrics.ece_noise_floor(p),
    }


def _mean(figures: Sequence[float]) -> float:
    known = [figure for figure in figures if not math.isnan(figure)]
    return float(np.mean(known)) if known else math.nan


def _known(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(figure) else round(float(figure), 6) for name, figure in figures.items()}
