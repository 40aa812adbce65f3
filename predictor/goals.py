"""What an audience may be for: whom each goal draws from, and what it ranks them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.orders import OrderModel
from predictor.promo import Ranking
from predictor.promo_features import PromoTable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A user who is still active counts as leaving when an order within the horizon is less likely than this.
LEAVING_BELOW = 1 / 3


@dataclass(frozen=True)
class Goal:
    """`draws_from` gives (n_users,) who may be in the audience at all.

    `ranks` gives (n_users,) scores of its own, a higher one is better; where it is None, what past
    campaigns taught ranks them.
    """

    name: str
    draws_from: Callable[[PromoTable, OrderModel], Flags]
    ranks: Callable[[PromoTable, OrderModel], Floats] | None = None


def ranked(goal: Goal, ranking: Ranking, orders: OrderModel) -> Floats:
    """(n_users,) the scores that this goal goes by."""
    return ranking.score if goal.ranks is None else goal.ranks(ranking.table, orders)


def is_active(table: PromoTable, definition: Definition) -> Flags:
    """(n_users,) who ordered within the active days."""
    with np.errstate(invalid="ignore"):
        return np.asarray(table.column("recency_days") <= definition.active_days)


def _active(table: PromoTable, orders: OrderModel) -> Flags:
    return is_active(table, orders.definition)


def _leaving_or_lapsed(table: PromoTable, orders: OrderModel) -> Flags:
    ordered = ~np.isnan(table.column("recency_days"))
    return ordered & (~_active(table, orders) | (orders.probability(table.values) < LEAVING_BELOW))


def _repeat_buyers(table: PromoTable, orders: OrderModel) -> Flags:
    return np.asarray(_active(table, orders) & (np.nan_to_num(table.column("frequency")) >= 2))


def _beginners(table: PromoTable, orders: OrderModel) -> Flags:
    first = _active(table, orders) & (np.nan_to_num(table.column("frequency")) == 1)
    return np.asarray(first | np.isnan(table.column("recency_days")))


def _room_to_grow(table: PromoTable, orders: OrderModel) -> Floats:
    """How far the mean order lies below the upper quarter of all repeat buyers', if an order comes."""
    mean = table.column("mean_order_cents")
    peers = mean[_repeat_buyers(table, orders)]
    above = np.percentile(peers, 75) if len(peers) else 0.0
    return orders.probability(table.values) * np.maximum(above - np.nan_to_num(mean), 0.0)


def _best_customers(table: PromoTable, orders: OrderModel) -> Floats:
    return orders.probability(table.values) * np.nan_to_num(table.column("monetary_365d_cents"))


def _next_order(table: PromoTable, orders: OrderModel) -> Floats:
    return orders.probability(table.values)


GOALS: Mapping[str, Goal] = {
    goal.name: goal
    for goal in (
        Goal("promo", _active),
        Goal("winback", _leaving_or_lapsed),
        Goal("upsell", _repeat_buyers, _room_to_grow),
        Goal("vip", _active, _best_customers),
        Goal("new", _beginners, _next_order),
    )
}
