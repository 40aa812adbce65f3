"""The back-test: the model as it would have been trained on several past days, and what then happened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor import metrics
from predictor.baselines import BASELINES
from predictor.cutoffs import Calendar
from predictor.definition import Definition
from predictor.families import OptionalFamily
from predictor.gain_curve import gain_curve
from predictor.labels import LabelledTable, LabelledTables
from predictor.stack import Stack, fit, rfm_rows, stacked, too_little
from predictor.tested_groups import groups
from storage.errors import OpsbotError

Floats = NDArray[np.float64]

FLAGGED_SHARE = 0.10


@dataclass(frozen=True)
class TestedDay:
    """One test date: who was scored, what was said of them, by model and baselines, and what happened.

    `orders` and `monetary_cents` are what each had ordered and spent by then.
    """

    as_of: date
    user_ids: Sequence[str]
    churned: NDArray[np.int8]
    orders: Floats
    monetary_cents: Floats
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
            "intervals": self._intervals(draws),
            "reliability": self.reliability(),
            "gain_curve": gain_curve(self.days),
            "groups": groups(self.days, draws=draws),
            "by_date": [
                {
                    "as_of": day.as_of.isoformat(),
                    "users": len(day.churned),
                    "churned": int(day.churned.sum()),
                    "mean_probability": float(day.probability.mean()),
                    **metrics.known(_one_date(day.churned, day.probability, flag_at)),
                }
                for day in self.days
            ],
        }

    def reliability(self) -> list[dict[str, Any]]:
        """Ten ranges of probability: how many users were scored in each, and how many placed no order.

        `mean_probability` is that of the users scored in the range; None where there are none.
        """
        given = np.concatenate([day.probability for day in self.days])
        churned = np.concatenate([day.churned for day in self.days])
        bins = reliability_bin(given)
        return [
            {
                "from": i / 10,
                "to": (i + 1) / 10,
                "users": int((bins == i).sum()),
                "churned": int(churned[bins == i].sum()),
                "mean_probability": round(float(given[bins == i].mean()), 6) if (bins == i).any() else None,
            }
            for i in range(10)
        ]

    def _intervals(self, draws: int) -> dict[str, dict[str, float | None]]:
        """95 % intervals of the metrics a bootstrap over users can tell of."""
        over = (
            metrics.auroc,
            metrics.average_precision,
            metrics.top_decile_lift,
            metrics.accuracy,
            metrics.brier,
        )
        given = [day.probability for day in self.days]
        happened, users = [day.churned for day in self.days], [day.user_ids for day in self.days]
        found = {
            metric.__name__: metrics.estimated(happened, given, metric, users, draws=draws) for metric in over
        }
        return {name: metrics.known({"low": each.low, "high": each.high}) for name, each in found.items()}

    def _metrics(self, by_date: Sequence[Floats], flag_at: float) -> dict[str, float | None]:
        dated = [_one_date(day.churned, p, flag_at) for day, p in zip(self.days, by_date, strict=True)]
        return metrics.known({name: _mean([figures[name] for figures in dated]) for name in dated[0]})

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
                metric: metrics.known({"mean": g.mean, "low": g.low, "high": g.high})
                for metric, g in gains.items()
            },
        }


def reliability_bin(probability: Floats) -> NDArray[np.int64]:
    """Index 0 to 9 of the range of probability, a tenth wide, that each value lies in."""
    return np.minimum((np.asarray(probability) * 10).astype(np.int64), 9)


def backtest(
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
        stack = stacked(calendar, tables, test_date)
        tested = tables.at(test_date)
        if stack.enough and len(tested.table):
            days.append(_test(stack, tested))
    if not days:
        raise too_little(calendar, tables)
    return BackTest(calendar.definition, tuple(days))


def with_families(
    tested: BackTest, calendar: Calendar, tables: LabelledTables, families: Sequence[OptionalFamily]
) -> BackTest:
    """The same users on the same dates, scored by models that also know `families`."""
    days = []
    for day in tested.days:
        model = fit(stacked(calendar, tables, day.as_of, families))
        table = tables.with_families(day.as_of, model.families)
        days.append(replace(day, probability=model.probability(table.values)))
    return replace(tested, days=tuple(days))


def _test(stack: Stack, tested: LabelledTable) -> TestedDay:
    rows = rfm_rows(tested.table)
    beside: dict[str, Floats] = {}
    for baseline in BASELINES:
        try:
            beside[baseline.name] = baseline.fit(stack)(rows)
        except OpsbotError:
            continue  # BG/NBD cannot be fitted where nobody came back; the table then goes without it
    return TestedDay(
        as_of=tested.as_of,
        user_ids=tested.table.user_ids.tolist(),
        churned=tested.churned,
        orders=rows["frequency"],
        monetary_cents=rows["monetary_cents"],
        probability=fit(stack).probability(tested.table.values),
        baselines=beside,
    )


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
