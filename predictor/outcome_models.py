"""Small models of what comes of a message: a probability, or a number that may be negative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from predictor.churn_model import compress, sigmoid

Floats = NDArray[np.float64]

FEWEST_EVENTS = 5  # of each outcome; below that only their share is known
_ROWS_FOR_HALF_WEIGHT = 3_000

_threads = ThreadpoolController()

# Something fitted: rows of features, (n_rows, n_features), to one number each, (n_rows,).
Model = Callable[[Floats], Floats]


def probability_model(values: Floats, outcome: NDArray[Any], strength: float = 0.03) -> Model:
    """P(outcome = 1): a logistic model and small trees, averaged; trees count more with more rows.

    `strength` is the inverse of the logistic model's penalty. With fewer than FEWEST_EVENTS of an outcome the
    share of all rows, moved towards a half by one row.
    """
    outcome = outcome.astype(np.int8)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < FEWEST_EVENTS:
        return _constant((outcome.sum() + 0.5) / (len(outcome) + 1))
    linear = _linear(LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200))
    trees = HistGradientBoostingClassifier(**_tree_settings(len(outcome)))
    with _threads.limit(limits=1):
        linear.fit(compress(values), outcome)
        trees.fit(_binnable(values), outcome)
    share = _share_of_trees(len(outcome))

    def model(rows: Floats) -> Floats:
        with _threads.limit(limits=1):
            return sigmoid(
                (1 - share) * linear.decision_function(compress(rows)) + share * trees.decision_function(rows)
            )

    return model


def number_model(values: Floats, number: Floats, weight: Floats | None = None) -> Model:
    """E[number]: a ridge regression and small trees, averaged; for effects, small beside the noise."""
    if len(number) < 2 * FEWEST_EVENTS:
        return _constant(float(number.mean()) if len(number) else 0.0)
    linear = _linear(Ridge(alpha=float(len(number))))
    trees = HistGradientBoostingRegressor(**{**_tree_settings(len(number)), "max_iter": 60})
    with _threads.limit(limits=1):
        linear.fit(compress(values), number, model__sample_weight=weight)
        trees.fit(_binnable(values), number, sample_weight=weight)
    share = _share_of_trees(len(number))

    def model(rows: Floats) -> Floats:
        with _threads.limit(limits=1):
            predicted = (1 - share) * linear.predict(compress(rows)) + share * trees.predict(rows)
        return np.asarray(predicted, dtype=np.float64)

    return model


def _linear(last: Any) -> Pipeline:
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("model", last),
        ]
    )


def _tree_settings(rows: int) -> dict[str, Any]:
    """Those of the churn model's trees, with fewer rounds: a campaign has fewer rows than a shop."""
    return {
        "max_iter": 100,
        "learning_rate": 0.05,
        "max_leaf_nodes": 6,
        "max_features": 0.3,
        "min_samples_leaf": int(np.clip(rows // 25, 5, 80)),
        "l2_regularization": 5.0,
        "early_stopping": False,
        "random_state": 0,
    }


def _binnable(values: Floats) -> Floats:
    """Columns in which nobody has a value as a constant, for nothing can be split on them."""
    return np.where(np.isnan(values).all(axis=0), 0.0, values)


def _share_of_trees(rows: int) -> float:
    return 0.5 * rows / (rows + _ROWS_FOR_HALF_WEIGHT)


def _constant(value: float) -> Model:
    return lambda rows: np.full(len(rows), value)
