"""The value model: BG/NBD times each user's mean order, corrected by small trees as far as that held up.

The trees learn the ratio of what came to what the simple model said, a Poisson regression with that as the
exposure; so they can only add to it, and a horizon longer than any window seen is the simple model's own
curve, carried on. Mean orders are drawn to the shop's as in credibility theory (Buehlmann 1967); the
Gamma-Gamma model of Fader and Hardie (2013) weighs them in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController

from predictor.bg_nbd import BGNBD
from predictor.feature_table import FEATURE_NAMES
from predictor.value_examples import Examples, Histories
from storage.errors import ModelFileError

Floats = NDArray[np.float64]

FORMAT = 2  # 1 counted orders and not days with orders
MOST_ROWS = 20_000
PRIORS = (0.3, 1.0, 3.0, 10.0, 30.0)  # how many orders of the shop's mean a user's own mean is weighed with
_GONE = 0.5  # from here on a user is taken for gone: P(alive) below a fifth
_FEWEST_GONE = 30
_FARTHEST = 2.0  # a correction is at most e^2
_LEAST_ORDERS = 1e-6

_threads = ThreadpoolController()


@dataclass(frozen=True)
class Simple:
    """BG/NBD for the orders; `shop_cents` is the net money of a mean order, `prior` as in PRIORS.

    In BG/NBD who has stopped never comes back; in shops some do. `back` is the share of their own pace that
    users whom it took for gone kept up.
    """

    bg_nbd: BGNBD
    shop_cents: float
    prior: float
    back: float

    @classmethod
    def of(cls, known: Histories, prior: float, back: float) -> Simple:
        """Fitted on everybody who ever ordered; raises BGNBDNotFittedError where nobody ordered twice."""
        orders = known.column("frequency")
        cents = float((known.net_per_order * orders).sum() / orders.sum())
        return cls(known.fitted, cents, prior, back)

    def orders(self, known: Histories, days: float) -> Floats:
        """(n_users,) expected orders within so many days; never quite 0."""
        said = self.bg_nbd.expected_orders(*known.bg_nbd, days) * known.orders_per_day
        gone, pace = _gone(self.bg_nbd, known)
        return np.maximum(said + self.back * gone * pace * days, _LEAST_ORDERS)

    def order_cents(self, known: Histories) -> Floats:
        """(n_users,) net cents of an order to come."""
        own = known.column("frequency")
        return np.asarray((own * known.net_per_order + self.prior * self.shop_cents) / (own + self.prior))


@dataclass(frozen=True)
class Expected:
    """(n_users,) what is expected of each within a time."""

    orders: Floats
    cents: Floats


@dataclass(frozen=True)
class ValueModel:
    """Orders and net money to come of everybody who ever ordered.

    `trees` are the corrections of orders and of money, None with too short a past; `weight` in [0, 1] is how
    much of them is believed. `window_days` is the time that they were learned on.
    """

    simple: Simple
    trees: tuple[HistGradientBoostingRegressor, HistGradientBoostingRegressor] | None
    weight: float
    window_days: int

    def expected(self, known: Histories, days: float) -> Expected:
        """What is expected of each user within so many days."""
        orders = self.simple.orders(known, days)
        cents = orders * self.simple.order_cents(known)
        if self.trees is None or not len(known) or not self.weight:
            return Expected(orders, cents)
        values = _values(self.simple, known, self.window_days)
        more_orders, more_cents = (self.weight * _log_ratio(tree, values) for tree in self.trees)
        return Expected(orders * np.exp(more_orders), cents * np.exp(more_cents))

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file."""
        simple = self.simple
        return {
            "format": FORMAT,
            "columns": list(FEATURE_NAMES),
            "bg_nbd": vars(simple.bg_nbd),
            "shop_cents": simple.shop_cents,
            "prior": simple.prior,
            "back": simple.back,
            "trees": list(self.trees or ()),
            "weight": self.weight,
            "window_days": self.window_days,
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> ValueModel:
        """The model from a file; raises ModelFileError where another version of opsbot made it."""
        if parts.get("format") != FORMAT or list(parts["columns"]) != list(FEATURE_NAMES):
            raise ModelFileError(
                "This model was made by another version of opsbot.",
                next_step="Train again: opsbot train",
            )
        simple = Simple(BGNBD(**parts["bg_nbd"]), parts["shop_cents"], parts["prior"], parts["back"])
        trees = tuple(parts["trees"])
        kept = (trees[0], trees[1]) if trees else None
        return cls(simple, kept, parts["weight"], parts["window_days"])


def fit_value(now: Histories, learned: Sequence[Examples], window_days: int, weight: float) -> ValueModel:
    """The model of a shop as `now` knows it, corrected by what came of earlier examples, if there are any."""
    prior, back = _prior(learned), _back(learned)
    simple = Simple.of(now, prior, back)
    parts = [_parts(each, prior, back) for each in learned]
    if not parts:
        return ValueModel(simple, None, 0.0, window_days)
    values, orders, cents, said_orders, said_cents = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    if len(values) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(values), MOST_ROWS, replace=False))
        values, orders, cents = values[rows], orders[rows], cents[rows]
        said_orders, said_cents = said_orders[rows], said_cents[rows]
    trees = _fit(values, orders, said_orders), _fit(values, cents, said_cents)
    return ValueModel(simple, trees, weight, window_days)


def _parts(each: Examples, prior: float, back: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Inputs, what came, and what the simple model said, from what was known on the day of the examples."""
    simple = Simple.of(each.histories, prior, back)
    orders = simple.orders(each.histories, each.window_days)
    cents = orders * simple.order_cents(each.histories)
    return _values(simple, each.histories, each.window_days), each.orders, positive(each.cents), orders, cents


def positive(cents: Floats) -> Floats:
    """Net money without values below 0, whose sum is taken from all others alike."""
    kept = np.maximum(cents, 0)
    total = kept.sum()
    return np.asarray(kept * (max(cents.sum(), 0) / total) if total > 0 else kept)


def _values(simple: Simple, known: Histories, window_days: int) -> Floats:
    said = np.log(simple.orders(known, window_days)), np.log1p(simple.order_cents(known))
    return np.column_stack([known.table.values, *said])


def _fit(values: Floats, came: Floats, said: Floats) -> HistGradientBoostingRegressor:
    """The ratio of what came to what was said, each user weighing as much as was said of them."""
    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=80,
        learning_rate=0.05,
        max_leaf_nodes=6,
        max_features=0.3,
        min_samples_leaf=int(np.clip(len(came) // 25, 5, 80)),
        l2_regularization=5.0,
        early_stopping=False,
        random_state=0,
    )
    binned = np.where(np.isnan(values).all(axis=0), 0.0, values)
    said = np.maximum(said, _LEAST_ORDERS)
    ratio = came / said
    if not came.any():
        ratio = np.full(len(came), 1e-3)  # a Poisson mean is above 0
    with _threads.limit(limits=1):
        return model.fit(binned, ratio, sample_weight=said / said.mean())


def _log_ratio(tree: HistGradientBoostingRegressor, values: Floats) -> Floats:
    with _threads.limit(limits=1):
        ratio = tree.predict(values)
    return np.asarray(np.clip(np.log(ratio), -_FARTHEST, _FARTHEST), dtype=np.float64)


def _prior(learned: Sequence[Examples]) -> float:
    """The one of PRIORS with which mean orders of the past came nearest to those after them."""

    def error(prior: float) -> float:
        total = 0.0
        for each in learned:
            came = each.orders > 0
            own, mean = each.histories.column("frequency"), each.histories.net_per_order
            shop = (own * mean).sum() / own.sum()
            said = (own * mean + prior * shop) / (own + prior)
            after = positive(each.cents)[came] / each.orders[came]
            total += float((each.orders[came] * np.minimum(np.abs(after - said[came]), 10 * shop) ** 2).sum())
        return total

    return min(PRIORS, key=error) if learned else 3.0


def _gone(model: BGNBD, known: Histories) -> tuple[Floats, Floats]:
    """(n_users,) how surely a user has stopped, and the orders a day they placed while they had not.

    The cube of the chance: of who may as well be there the model already says enough.
    """
    repeats, span, age = known.bg_nbd
    stopped = 1 - model.probability_alive(repeats, span, age)
    return stopped**3, (model.r + repeats) / (model.alpha + age) * known.orders_per_day


def _back(learned: Sequence[Examples]) -> float:
    """What users who were taken for gone ordered after all, over what their own pace would have given."""
    users, came, kept_up = 0, 0.0, 0.0
    for each in learned:
        gone, pace = _gone(each.histories.fitted, each.histories)
        theirs = gone > _GONE
        users += int(theirs.sum())
        came += float(each.orders[theirs].sum())
        kept_up += float((gone * pace)[theirs].sum()) * each.window_days
    return min(came / kept_up, 0.5) if users >= _FEWEST_GONE and kept_up > 0 else 0.0
