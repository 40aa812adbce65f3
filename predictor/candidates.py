"""Which items might be offered to whom, and what speaks for each: rows that the ranker scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from predictor.catalogue import RECENT_DAYS, Catalogue, Pairs
from predictor.purchases import Purchases

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

# How many candidates each way gives a user.
OWN, BY_EASE, BY_COSINE, POPULAR = 80, 40, 15, 20
LATEST_ORDERS = 5
# Days in which the weight of a purchase falls to 1/e; the slowest one orders a user's own items.
FADES_DAYS = (15.0, 45.0, 180.0)

COLUMNS = (
    "own_orders",
    *(f"own_faded_{days:.0f}d" for days in FADES_DAYS),
    "own_last_days",
    "own_gap_days",
    "own_due",  # time since the last purchase against the user's own gap: 1 is due now
    "own_share",
    "own_latest_orders",
    "own_orders_since",
    "own_faded_share",
    "item_buyers",
    "item_recent_buyers",
    "item_trend",
    "item_repeat_share",
    "item_gap_days",
    "item_due",
    "ease",
    "cosine",
    "user_orders",
    "user_recency_days",
    "user_items",
    "user_repeat_share",
    "user_recent_orders",
    "user_gap_days",
)


@dataclass(frozen=True)
class Candidates:
    """Items that might be offered, by user: (n_rows,) places, and (n_rows, n_columns) values.

    `columns` name the values, `user` are places in the purchases' user_ids, `item` in the catalogue's
    item_ids; NaN where a user never bought the item. `own` says whether the user bought it before.
    """

    user: Places
    item: Places
    own: NDArray[np.bool_]
    values: Floats
    columns: tuple[str, ...] = COLUMNS


def candidates(catalogue: Catalogue, purchases: Purchases) -> Candidates:
    """What might be offered to the users of those purchases, who are some thousands at most.

    Work and memory are dense in users × items.
    """
    known = purchases.known(catalogue.item_ids)
    n_users, n_items = len(known.user_ids), len(catalogue.item_ids)
    if not n_items or not n_users:
        nothing = np.empty(0, dtype=np.int64)
        return Candidates(nothing, nothing, nothing.astype(bool), np.empty((0, len(COLUMNS))))
    pairs = Pairs.of(known)
    habits = _Habits.of(known, pairs, n_users)
    shape = (n_users, n_items)
    ones = np.ones(len(pairs.user), dtype=np.float32)
    slowest = habits.faded[-1].astype(np.float32)
    ease = (csr_array((ones, (pairs.user, pairs.item)), shape=shape) @ catalogue.ease).toarray()
    cosine = (csr_array((slowest, (pairs.user, pairs.item)), shape=shape) @ catalogue.cosine).toarray()
    own = np.zeros(shape, dtype=np.float32)
    own[pairs.user, pairs.item] = slowest
    chosen = np.zeros(shape, dtype=bool)
    for strength, most in ((own, OWN), (ease, BY_EASE), (cosine, BY_COSINE)):
        _choose(chosen, strength, most)
    chosen[:, catalogue.popular[:POPULAR]] = True
    user, item = np.nonzero(chosen)
    place = np.full(shape, -1, dtype=np.int32)
    place[pairs.user, pairs.item] = np.arange(len(pairs.user))
    pair = place[user, item]
    values = np.column_stack(
        [
            *habits.columns(pair),
            *_item_columns(catalogue, item),
            np.where(pair >= 0, pairs.last_age_days[pair], np.nan) / (catalogue.gap_days[item] + 1.0),
            ease[user, item],
            cosine[user, item],
            *(figure[user] for figure in habits.of_users),
        ]
    )
    return Candidates(user.astype(np.int64), item.astype(np.int64), pair >= 0, values)


def _choose(chosen: NDArray[np.bool_], strength: NDArray[np.float32], most: int) -> None:
    """Mark the `most` strongest items of each user that have any strength at all."""
    most = min(most, strength.shape[1])
    strongest = np.argpartition(-strength, most - 1, axis=1)[:, :most]
    strong = np.take_along_axis(strength, strongest, axis=1) > 0
    np.put_along_axis(chosen, strongest, strong | np.take_along_axis(chosen, strongest, axis=1), axis=1)


def _item_columns(catalogue: Catalogue, item: Places) -> tuple[Floats, ...]:
    buyers, recent = catalogue.buyers[item], catalogue.recent_buyers[item]
    return (
        np.log1p(buyers),
        np.log1p(recent),
        recent / (buyers + 1.0),
        catalogue.repeat_share[item],
        catalogue.gap_days[item],
    )


@dataclass(frozen=True)
class _Habits:
    """What users do: `of_pairs` by pair of user and item, `of_users` by user."""

    faded: tuple[Floats, ...]
    of_pairs: tuple[tuple[Floats, float], ...]  # with the value of who never bought the item
    of_users: tuple[Floats, ...]

    @classmethod
    def of(cls, known: Purchases, pairs: Pairs, n_users: int) -> _Habits:
        age = known.age_days.astype(np.float64)
        n_pairs = len(pairs.user)
        faded = tuple(_sums(pairs.of_purchase, np.exp(-age / days), n_pairs) for days in FADES_DAYS)
        orders, first_of_order = np.unique(known.order, return_index=True)
        user, order_age = known.user[first_of_order], age[first_of_order]
        per_user = np.bincount(user, minlength=n_users)
        newest_first = np.lexsort((orders, order_age, user))
        start = np.searchsorted(user[newest_first], np.arange(n_users))
        rank = np.empty(len(orders), dtype=np.int64)  # 0 is a user's latest order
        rank[newest_first] = np.arange(len(orders)) - start[user[newest_first]]
        rank_of_purchase = rank[np.searchsorted(orders, known.order)]
        latest = _sums(pairs.of_purchase, rank_of_purchase < LATEST_ORDERS, n_pairs)
        since = np.full(n_pairs, np.inf)
        np.minimum.at(since, pairs.of_purchase, rank_of_purchase)
        recency, tenure = np.full(n_users, np.inf), np.zeros(n_users)
        np.minimum.at(recency, user, order_age)
        np.maximum.at(tenure, user, order_age)
        items = np.bincount(pairs.user, minlength=n_users)
        again = _sums(pairs.user, pairs.orders > 1, n_users)
        all_faded = _sums(pairs.user, faded[-1], n_users)
        return cls(
            faded=faded,
            of_pairs=(
                (pairs.orders.astype(np.float64), 0.0),
                *((each, 0.0) for each in faded),
                (pairs.last_age_days, np.nan),
                (pairs.gap_days, np.nan),
                (pairs.last_age_days / (pairs.gap_days + 1.0), np.nan),
                (pairs.orders / np.maximum(per_user, 1)[pairs.user], 0.0),
                (latest, 0.0),
                (since, np.nan),
                (faded[-1] / np.maximum(all_faded, 1e-12)[pairs.user], 0.0),
            ),
            of_users=(
                per_user.astype(np.float64),
                recency,
                items.astype(np.float64),
                again / np.maximum(items, 1),
                _sums(user, order_age <= RECENT_DAYS, n_users),
                tenure / np.maximum(per_user, 1),
            ),
        )

    def columns(self, pair: NDArray[np.int32]) -> list[Floats]:
        """Of each row's pair (−1: none)."""
        return [np.where(pair >= 0, figures[pair], never) for figures, never in self.of_pairs]


def _sums(places: NDArray[np.signedinteger], weights: NDArray[Any], n_places: int) -> Floats:
    """(n_places,) the sum of the weights at each place."""
    return np.bincount(places, weights=weights, minlength=n_places).astype(np.float64)
