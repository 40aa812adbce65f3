"""Why a user got their probability: parts that add up to it, one for each family of features.

The boosted half is split by path-dependent Tree SHAP (Lundberg et al. 2020, "From local explanations
to global understanding with explainable AI for trees"), the linear half by coefficient times
standardised value. Both are exact in log-odds, and so is their mean. The trees have few leaves, so
their Shapley values are computed leaf by leaf here; the shap package gives the same numbers (a
test holds this) but takes seconds to import, which every cold answer would pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.churn_model import ChurnModel, compress, sigmoid
from predictor.features import FEATURES, Family

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """What one family of features adds to a user's probability.

    `feature` is the strongest of the family; `text` is a translatable template and `values` the user's
    own numbers for it. `effect` is in probability: the effects of all families and the probability
    of an average user add up to the user's own.
    """

    feature: str
    family: str
    text: str
    values: dict[str, float]
    effect: float


@dataclass(frozen=True)
class _Leaves:
    """All leaves of all trees, each with the conditions of its path gathered by feature.

    Arrays are (n_leaves, width); a path with fewer features is filled up with features that are
    always satisfied, which changes no Shapley value.
    """

    feature: NDArray[np.int64]
    above: Floats
    up_to: Floats
    takes_missing: NDArray[np.bool_]
    share: Floats
    value: Floats


class Explainer:
    """Splits the log-odds of one model into contributions of its features."""

    def __init__(self, model: ChurnModel) -> None:
        self._model = model
        core = ((feature.name, feature.family) for feature in FEATURES)
        extra = ((each.name, each.family) for fitted in model.families for each in fitted.family.features)
        self._columns: tuple[tuple[str, Family], ...] = (*core, *extra)
        self._leaves = _leaves(model.boosted)
        boosted_mean = float(np.ravel(model.boosted._baseline_prediction)[0]) + float(
            (self._leaves.value * self._leaves.share.prod(axis=1)).sum()
        )
        self.base = float(
            self._mean(np.array(model.logistic["model"].intercept_), np.array([boosted_mean]))[0]
        )

    def contributions(self, values: Floats) -> Floats:
        """(n_features,) log-odds that each feature of one user, (n_features,), adds to `base`."""
        return self._mean(self._linear(values), self._boosted(values))

    def reasons(self, values: Floats) -> list[Reason]:
        """One reason per family of features, the strongest first."""
        added = self.contributions(values)
        total = float(added.sum())
        base = sigmoid(np.array([self.base, self.base + total]))
        # Log-odds become probability by one common factor, so that the parts still add up.
        factor = (base[1] - base[0]) / total if abs(total) > 1e-9 else base[0] * (1 - base[0])
        own = dict(zip(self._model.columns, values.tolist(), strict=True))
        families = dict.fromkeys(family for _, family in self._columns)
        reasons = [self._reason(family, added, own, float(factor)) for family in families]
        return sorted(reasons, key=lambda reason: -abs(reason.effect))

    def _reason(self, family: Family, added: Floats, own: dict[str, float], factor: float) -> Reason:
        members = [i for i, (_, each) in enumerate(self._columns) if each is family]
        strongest = max(members, key=lambda i: abs(added[i]))
        return Reason(
            feature=self._columns[strongest][0],
            family=family.name,
            text=family.sentence(own),
            values=own,
            effect=float(added[members].sum()) * factor,
        )

    def _mean(self, linear: Floats, boosted: Floats) -> Floats:
        share = self._model.boosted_share
        return np.asarray((1 - share) * linear + share * boosted, dtype=np.float64)

    def _linear(self, values: Floats) -> Floats:
        pipeline = self._model.logistic
        scaled = pipeline["scale"].transform(pipeline["impute"].transform(compress(values[None, :])))[0]
        parts = scaled * pipeline["model"].coef_[0]
        added = parts[: len(values)].copy()
        # The "is missing" columns follow the features; they count for the feature that is missing.
        np.add.at(added, pipeline["impute"].indicator_.features_, parts[len(values) :])
        return np.asarray(added, dtype=np.float64)

    def _boosted(self, values: Floats) -> Floats:
        leaves = self._leaves
        seen = values[leaves.feature]
        met = np.where(np.isnan(seen), leaves.takes_missing, (seen > leaves.above) & (seen <= leaves.up_to))
        width = leaves.feature.shape[1]
        weights = [factorial(size) * factorial(width - size - 1) / factorial(width) for size in range(width)]
        added = np.zeros(len(values))
        for player in range(width):
            # Coefficient s of the product over the others of (share + met·t) sums, over all
            # coalitions of s others, the share of training rows that reach the leaf with them known.
            coalition = np.zeros((len(leaves.value), width))
            coalition[:, 0] = 1
            for other in range(width):
                if other != player:
                    without = coalition * leaves.share[:, [other]]
                    without[:, 1:] += coalition[:, :-1] * met[:, [other]]
                    coalition = without
            worth = coalition @ np.array(weights) * (met[:, player] - leaves.share[:, player]) * leaves.value
            np.add.at(added, leaves.feature[:, player], worth)
        return added


def _leaves(boosted: Any) -> _Leaves:
    paths = [path for (tree,) in boosted._predictors for path in _paths(tree.nodes)]
    width = max(1, max(len(conditions) for conditions, _ in paths))
    shape = (len(paths), width)
    leaves = _Leaves(
        feature=np.zeros(shape, dtype=np.int64),
        above=np.full(shape, -np.inf),
        up_to=np.full(shape, np.inf),
        takes_missing=np.ones(shape, dtype=np.bool_),
        share=np.ones(shape),
        value=np.array([value for _, value in paths]),
    )
    for row, (conditions, _) in enumerate(paths):
        for column, (feature, condition) in enumerate(conditions.items()):
            leaves.feature[row, column] = feature
            leaves.above[row, column] = condition.above
            leaves.up_to[row, column] = condition.up_to
            leaves.takes_missing[row, column] = condition.takes_missing
            leaves.share[row, column] = condition.share
    return leaves


@dataclass(frozen=True)
class _Condition:
    above: float = -np.inf
    up_to: float = np.inf
    takes_missing: bool = True
    share: float = 1.0


def _paths(
    nodes: Any, at: int = 0, conditions: dict[int, _Condition] | None = None
) -> list[tuple[dict[int, _Condition], float]]:
    """Every leaf below node `at` of one tree: its conditions by feature, and its value."""
    conditions = conditions or {}
    node = nodes[at]
    if node["is_leaf"]:
        return [(conditions, float(node["value"]))]
    feature, threshold = int(node["feature_idx"]), float(node["num_threshold"])
    before = conditions.get(feature, _Condition())
    found = []
    for child, is_left in ((int(node["left"]), True), (int(node["right"]), False)):
        after = _Condition(
            above=before.above if is_left else max(before.above, threshold),
            up_to=min(before.up_to, threshold) if is_left else before.up_to,
            takes_missing=before.takes_missing and bool(node["missing_go_to_left"]) == is_left,
            share=before.share * float(nodes[child]["count"]) / float(node["count"]),
        )
        found += _paths(nodes, child, {**conditions, feature: after})
    return found
