"""A new model beside the one in use: both on the same past dates, and what each of them goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from predictor import metrics
from predictor.backtest import BackTest, Floats
from predictor.churn_model import ChurnModel
from predictor.labels import LabelledTables
from predictor.reasons import Explainer
from storage.model_store import ModelRecord

_MEASURES = (metrics.auroc, metrics.average_precision, metrics.brier)
_EXPLAINED = 200  # users that the weights of features are means over

Comparison = dict[str, Any]


def on_new_dates(tested: BackTest, in_use: ModelRecord, theirs: Mapping[str, Floats]) -> Comparison:
    """Both on the test dates since the model in use was trained, whose outcomes neither had seen.

    `theirs` are its probabilities of the users of these dates, by day. In JSON types: means over the dates,
    and the Brier score of the new one less that of the other with its 95 % interval over users.
    """
    days = [day for day in tested.days if day.as_of.isoformat() in theirs]
    churned, users = [day.churned for day in days], [day.user_ids for day in days]
    ours = [day.probability for day in days]
    given = [theirs[day.as_of.isoformat()] for day in days]
    gain = metrics.paired_gain(churned, ours, given, metrics.brier, users)
    return {
        "by": "new_dates",
        "version": in_use.version,
        "dates": [day.as_of.isoformat() for day in days],
        "users": sum(map(len, churned)),
        "candidate": _means([[m(y, p) for m in _MEASURES] for y, p in zip(churned, ours, strict=True)]),
        "current": _means([[m(y, p) for m in _MEASURES] for y, p in zip(churned, given, strict=True)]),
        "brier_gain": {"mean": gain.mean, "low": gain.low, "high": gain.high},
    }


def by_back_tests(tested: BackTest, in_use: ModelRecord) -> Comparison | None:
    """Both as their own back-tests have them, on the dates that stand in both; None where none does.

    A back-test scores a date with a model trained before it, so neither has an advantage there.
    """
    theirs = {day["as_of"]: day for day in in_use.card.get("by_date", ())}
    days = [day for day in tested.days if day.as_of.isoformat() in theirs]
    if not days:
        return None
    names = [measure.__name__ for measure in _MEASURES]
    known = [theirs[day.as_of.isoformat()] for day in days]
    return {
        "by": "back_tests",
        "version": in_use.version,
        "dates": [day.as_of.isoformat() for day in days],
        "users": sum(len(day.churned) for day in days),
        "candidate": _means([[m(day.churned, day.probability) for m in _MEASURES] for day in days]),
        "current": _means([[np.nan if day[name] is None else day[name] for name in names] for day in known]),
        "brier_gain": None,
    }


def feature_weights(model: ChurnModel, tested: BackTest, tables: LabelledTables) -> dict[str, float]:
    """What share of a score's reasons each feature is on average, by the users of the newest test date.

    The mean size of its contribution in log-odds, of all features together 1.
    """
    values = tables.with_families(tested.days[0].as_of, model.families).values
    explainer = Explainer(model)
    some = values[np.linspace(0, len(values) - 1, min(_EXPLAINED, len(values))).astype(int)]
    sizes = np.mean([np.abs(explainer.contributions(row)) for row in some], axis=0)
    total = float(sizes.sum()) or 1.0
    return {name: round(float(size) / total, 6) for name, size in zip(model.columns, sizes, strict=True)}


def changed_most(
    before: Mapping[str, float], after: Mapping[str, float], most: int = 3
) -> Sequence[dict[str, Any]]:
    """The features whose weight changed most, each with both weights; one that is not there weighs 0."""
    changes = [
        {"feature": name, "before": before.get(name, 0.0), "after": after.get(name, 0.0)}
        for name in dict.fromkeys((*after, *before))
    ]
    changes.sort(key=lambda each: -abs(float(str(each["after"])) - float(str(each["before"]))))
    return changes[:most]


def _means(by_date: Sequence[Sequence[float]]) -> dict[str, float | None]:
    means = np.mean(by_date, axis=0)
    return metrics.known(
        {measure.__name__: float(mean) for measure, mean in zip(_MEASURES, means, strict=True)}
    )
