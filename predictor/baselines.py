"""What stands beside every result: the simple models that opsbot's own has to beat.

`BASELINES` lists them. Each is fitted on training rows of earlier cut-offs and gives P(no order in the
horizon) for the rows of a test date; both sides are plain columns, so that nothing here depends on
how features are computed or stored. scikit-learn is imported when a baseline is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from predictor.bg_nbd import fit_bg_nbd

Floats = NDArray[np.float64]
Rows = Mapping[str, NDArray[Any]]
Predict = Callable[[Rows], Floats]

# The ten RFM features: one number for each user and cut-off, days counted back from the end of as_of.
RFM_FEATURES = (
    "recency_days",  # since the last order, fractional
    "frequency",  # orders so far, at least 1
    "monetary_cents",  # net money so far
    "tenure_days",  # since the first order, fractional
    "mean_gap_days",  # between orders; NaN with one order
    "orders_30d",
    "orders_90d",
    "orders_180d",
    "monetary_90d_cents",
    "mean_order_cents",
)
EVERYONE_COLUMNS = ("recency_days", "frequency", "tenure_days")


class Stack(Protocol):
    """Training rows: active users at several cut-offs, stacked, with what they did afterwards.

    Every label window has to end before the test date; that is up to who builds the stack.
    """

    @property
    def rows(self) -> Rows:
        """The columns RFM_FEATURES (others are ignored), each (n_rows,)."""

    @property
    def y(self) -> NDArray[Any]:
        """(n_rows,) 1 for no order within the horizon after the row's cut-off, 0 for an order."""

    @property
    def cutoff(self) -> NDArray[Any]:
        """(n_rows,) whole number of the row's cut-off, larger for later."""

    @property
    def everyone(self) -> Rows:
        """EVERYONE_COLUMNS of all users known at the latest cut-off, lapsed ones too, each (n_users,)."""

    @property
    def horizon_days(self) -> int:
        """Length of the label window."""


@dataclass(frozen=True)
class Baseline:
    """A model to compare with; `description` completes "compared with …".

    `fit` may raise an OpsbotError (BG/NBD without repeat buyers): then this baseline is left out.
    """

    name: str
    description: str
    fit: Callable[[Stack], Predict]


def fit_recency(stack: Stack) -> Predict:
    """Days since the last order, made a probability by a logistic curve on their logarithm."""

    def inputs(rows: Rows) -> Floats:
        return np.log1p(_column(rows, "recency_days"))[:, None]

    return _logistic(inputs, stack)


def fit_rfm(stack: Stack) -> Predict:
    """Sum (3 to 15) of quintile scores 1 to 5 of recency, frequency and money, then a logistic curve.

    Quintiles are those of the training rows; values on an edge share the lower side.
    """
    names = ("recency_days", "frequency", "monetary_cents")
    edges = {name: np.quantile(_column(stack.rows, name), (0.2, 0.4, 0.6, 0.8)) for name in names}

    def score(rows: Rows) -> Floats:
        recency, frequency, monetary = (np.searchsorted(edges[name], _column(rows, name)) for name in names)
        return ((5 - recency) + (1 + frequency) + (1 + monetary)).astype(np.float64)[:, None]

    return _logistic(score, stack)


def fit_logistic_rfm(stack: Stack) -> Predict:
    """L2-regularised logistic regression on the ten RFM features of all cut-offs.

    Each as the logarithm of 1 + its size with its sign, then standardised.
    """

    def inputs(rows: Rows) -> Floats:
        features = np.column_stack([_column(rows, name) for name in RFM_FEATURES])
        return np.sign(features) * np.log1p(np.abs(features))

    return _logistic(inputs, stack)


def fit_bg_nbd_baseline(stack: Stack) -> Predict:
    """BG/NBD P(no order in the horizon), fitted on everyone known at the latest cut-off; needs no labels.

    Raises:
        BGNBDNotFittedError: see `predictor.bg_nbd.fit_bg_nbd`.
    """
    model = fit_bg_nbd(*_order_history(stack.everyone))
    horizon_days = stack.horizon_days

    def predict(rows: Rows) -> Floats:
        return model.probability_of_no_order(*_order_history(rows), horizon_days)

    return predict


def fit_single_tree(stack: Stack) -> Predict:
    """The tutorials' churn model: a tree of depth 3 on the number of orders, at the latest cut-off alone."""
    from sklearn.tree import DecisionTreeClassifier

    latest = stack.cutoff == stack.cutoff.max()

    def orders(rows: Rows) -> Floats:
        return _column(rows, "frequency")[:, None]

    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    return _classifier(tree, orders, orders(stack.rows)[latest], stack.y[latest])


def fit_majority(stack: Stack) -> Predict:
    """The share of churners in the training rows, for everybody: at 0.5 it is the majority class."""
    share = float(np.mean(stack.y))
    return lambda rows: np.full(len(rows["recency_days"]), share)


BASELINES: tuple[Baseline, ...] = (
    Baseline("recency", "days since the last order", fit_recency),
    Baseline("rfm", "RFM quintile scores", fit_rfm),
    Baseline("logistic_rfm", "a logistic regression on ten RFM features", fit_logistic_rfm),
    Baseline("bg_nbd", "BG/NBD, the probability of no order in the horizon", fit_bg_nbd_baseline),
    Baseline("single_tree", "one decision tree on the number of orders", fit_single_tree),
    Baseline("majority", "the share of churners, the same for everybody", fit_majority),
)


def _column(rows: Rows, name: str) -> Floats:
    """A column without NaN: the gap of a user with one order is their tenure, other missing numbers are 0."""
    values = np.asarray(rows[name], dtype=np.float64)
    missing = np.isnan(values)
    if not missing.any():
        return values
    filled = _column(rows, "tenure_days") if name == "mean_gap_days" else np.zeros_like(values)
    return np.where(missing, filled, values)


def _order_history(rows: Rows) -> tuple[Floats, Floats, Floats]:
    """Repeat orders, days from first to last order, days since the first: what BG/NBD knows of a user."""
    repeats = _column(rows, "frequency") - 1
    age = _column(rows, "tenure_days")
    recency = np.clip(age - _column(rows, "recency_days"), 0, age)
    return repeats, np.where(repeats > 0, recency, 0.0), age


def _logistic(inputs: Callable[[Rows], Floats], stack: Stack) -> Predict:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return _classifier(model, inputs, inputs(stack.rows), stack.y)


def _classifier(model: Any, inputs: Callable[[Rows], Floats], x: Floats, y: NDArray[Any]) -> Predict:
    """`model` fitted on x and y; with one class in y there is nothing to fit, and its share is the answer."""
    share = float(np.mean(y))
    if share in (0.0, 1.0):
        return lambda rows: np.full(len(inputs(rows)), share)
    model.fit(x, np.asarray(y, dtype=np.int64))

    def predict(rows: Rows) -> Floats:
        probability: Floats = model.predict_proba(inputs(rows))[:, 1]
        return probability

    return predict
