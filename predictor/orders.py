"""What users will order within the horizon if all goes on as before, with an interval for a group of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController

from predictor.definition import Definition
from predictor.errors import TooLittleHistoryError
from predictor.feature_table import FEATURE_NAMES, feature_table
from predictor.horizon_spread import SILENCES, HorizonSpread, horizon_spreads, silence
from predictor.outcome_models import Model, probability_model
from predictor.promo_features import EVER_DAYS
from storage.snapshot import Snapshot, sampled

Floats = NDArray[np.float64]

CUTOFFS = 4
MOST_USERS = 5_000
FEWEST_ROWS = 50
_PRIOR_ORDERS = 3.0  # how many orders of the shop's mean value a user's own mean is weighed with

_THEN = """
SELECT user_id, COUNT(*), COALESCE(SUM(total_cents), 0) FROM orders
WHERE ordered_at >= :window_start GROUP BY user_id
"""

_threads = ThreadpoolController()


@dataclass(frozen=True)
class Total:
    """A number expected of a group, and the 95 % interval from `low` to `high`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _Sum:
    """A model of a number per user whose sum over a group is wanted.

    `spread` is the variance of one user's number over its mean, `between` how far whole horizons lie from
    what earlier ones foretold.
    """

    model: HistGradientBoostingRegressor
    spread: float
    between: HorizonSpread
    horizon_days: int

    def mean(self, values: Floats) -> Floats:
        with _threads.limit(limits=1):
            return np.asarray(self.model.predict(values), dtype=np.float64)

    def total(self, values: Floats) -> Total:
        mean = self.mean(values) if len(values) else np.zeros(0)
        silences = silence(values[:, FEATURE_NAMES.index("recency_days")], self.horizon_days)
        value = float(mean.sum())
        parts = np.bincount(silences, weights=mean, minlength=len(SILENCES) + 1).astype(np.float64)
        return Total(value, *self.between.around(value, float(np.sqrt(self.spread * value)), parts))


@dataclass(frozen=True)
class OrderModel:
    """Learned from everybody who ever ordered, lapsed users included, at the last cut-offs.

    All take features whose first columns are those of `FEATURE_NAMES`, (n_users, n_features).
    """

    definition: Definition
    order: Model
    orders: _Sum
    cents: _Sum
    shop_value: float
    newcomers: float

    def probability(self, values: Floats) -> Floats:
        """(n_users,) P(an order within the horizon); of who never ordered, the share of such who begin."""
        own = _own(values)
        known = ~np.isnan(own[:, FEATURE_NAMES.index("recency_days")])
        found = np.full(len(own), self.newcomers)
        if known.any():
            found[known] = self.order(own[known])
        return found

    def order_value(self, values: Floats) -> Floats:
        """(n_users,) the cents of an order: the user's mean, drawn to the shop's where orders are few."""
        own = _own(values)
        orders = np.nan_to_num(own[:, FEATURE_NAMES.index("frequency")])
        mean = np.nan_to_num(own[:, FEATURE_NAMES.index("mean_order_cents")])
        return np.asarray(
            (orders * mean + _PRIOR_ORDERS * self.shop_value) / (orders + _PRIOR_ORDERS), dtype=np.float64
        )

    def expected_value(self, values: Floats) -> Floats:
        """(n_users,) the probability of an order times its value, in cents."""
        return self.probability(values) * self.order_value(values)

    def expected_orders(self, values: Floats) -> Total:
        """The orders of all of them together within the horizon."""
        return self.orders.total(_known(values))

    def expected_cents(self, values: Floats) -> Total:
        """The money of those orders, before anything is returned, in cents."""
        return self.cents.total(_known(values))


def order_model(snapshot: Snapshot, definition: Definition) -> OrderModel:
    """Learned from up to CUTOFFS past days whose horizons have ended; raises TooLittleHistoryError."""
    horizon = timedelta(days=definition.horizon_days)
    shop = sampled(snapshot, MOST_USERS)
    ever = Definition(definition.horizon_days, EVER_DAYS)
    values, orders, cents = [], [], []
    for number in range(CUTOFFS):
        then = shop.at(snapshot.as_of - horizon * (number + 1))
        table = feature_table(then, ever)
        if not len(table):
            break
        after = then.at(then.as_of + horizon).query(_THEN, {"window_start": then.known_before})
        counts = {row[0]: (row[1], row[2]) for row in after}
        came = np.array([counts.get(user_id, (0, 0)) for user_id in table.user_ids], dtype=np.float64)
        values.append(table.values)
        orders.append(came[:, 0])
        cents.append(np.maximum(came[:, 1], 0))
    if sum(map(len, orders)) < FEWEST_ROWS:
        raise TooLittleHistoryError(
            "Too little history to rank by: only {users} users had ordered {horizon_days} days before"
            " {as_of}.",
            next_step="Import older orders: opsbot import orders.csv",
            users=len(orders[0]) if orders else 0,
            horizon_days=definition.horizon_days,
            as_of=snapshot.as_of,
        )
    x, number_of, money = map(np.concatenate, (values, orders, cents))
    orders_between, cents_between = horizon_spreads(shop, definition.horizon_days)
    return OrderModel(
        definition=definition,
        order=probability_model(x, number_of > 0),
        orders=_fit_sum(x, number_of, orders_between, definition.horizon_days),
        cents=_fit_sum(x, money, cents_between, definition.horizon_days),
        shop_value=float(money.sum() / max(number_of.sum(), 1)),
        newcomers=_newcomers(snapshot, horizon),
    )


def _fit_sum(values: Floats, number: Floats, between: HorizonSpread, horizon_days: int) -> _Sum:
    """A Poisson regression by small trees: its sums over a group are right where each mean is."""
    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=100,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=int(np.clip(len(number) // 25, 5, 80)),
        l2_regularization=5.0,
        early_stopping=False,
        random_state=0,
    )
    binned = np.where(np.isnan(values).all(axis=0), 0.0, values)
    if not number.any():
        number = np.full(len(number), 1e-9)  # a Poisson mean is above 0
    with _threads.limit(limits=1):
        mean = model.fit(binned, number).predict(binned)
    return _Sum(model, float(((number - mean) ** 2).sum() / mean.sum()), between, horizon_days)


def _newcomers(snapshot: Snapshot, horizon: timedelta) -> float:
    """Of the users who were known by joining and had not ordered a horizon ago, the share who have since."""
    then = snapshot.at(snapshot.as_of - horizon)
    before = {row[0] for row in then.query(" SELECT DISTINCT user_id FROM orders")}
    now = {row[0] for row in snapshot.query(" SELECT DISTINCT user_id FROM orders")}
    joined = snapshot.connection.execute(
        "SELECT user_id FROM users WHERE joined_at < ?", (then.known_before,)
    ).fetchall()
    waiting = [row[0] for row in joined if row[0] not in before]
    return (sum(user_id in now for user_id in waiting) + 0.5) / (len(waiting) + 10)


def _own(values: Floats) -> Floats:
    return values[:, : len(FEATURE_NAMES)]


def _known(values: Floats) -> Floats:
    own = _own(values)
    return own[~np.isnan(own[:, FEATURE_NAMES.index("recency_days")])]
