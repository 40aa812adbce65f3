"""Which items new to a user might be offered, and what speaks for each: rows for a ranker of their own.

What people try for the first time is not what they buy again: it is in their categories and price band, like
what they have by its text, and lately tried by others. So new items have candidates and columns of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from predictor.candidates import Candidates
from predictor.catalogue import RECENT_DAYS, Catalogue, Pairs
from predictor.purchases import Purchases

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

# How many candidates each way gives a user; POPULAR ones by three counts of buyers each.
BY_EASE, BY_COSINE, BY_TEXT, POPULAR = 60, 40, 20, 60
FADES_DAYS, TRIED_DAYS = 180.0, 60.0

_GROUPS = ("category", "kind")
_GROUP = ("faded", "share", "items", "tried", "of_group")
_ITEM = (
    *("buyers", "buyers_30d", "buyers_14d", "tried_90d", "tried_30d", "tried_14d", "trend", "trend_14d"),
    *("trend_before", "tried_share", "repeat_share", "age_days", "price"),
)
_USER = ("mean_price", "orders", "orders_30d", "recency_days", "items", "tried_30d", "tried_90d")
COLUMNS = (
    *("ease", "cosine", "cosine_items", "text"),
    *(f"item_{name}" for name in _ITEM),
    *(f"{group}_{name}" for group in _GROUPS for name in _GROUP),
    "price_apart",
    *(f"user_{name}" for name in _USER),
)


def new_candidates(catalogue: Catalogue, purchases: Purchases) -> Candidates:
    """What the users of those purchases never bought and might be offered; they are some hundreds at most.

    Work and memory are dense in users × items.
    """
    known = purchases.known(catalogue.item_ids)
    n_users, n_items = len(known.user_ids), len(catalogue.item_ids)
    if not n_items or not n_users:
        nothing = np.empty(0, dtype=np.int64)
        return Candidates(nothing, nothing, nothing.astype(bool), np.empty((0, len(COLUMNS))), COLUMNS)
    pairs = Pairs.of(known)
    shape = (n_users, n_items)
    faded_of_pair = np.bincount(pairs.of_purchase, weights=np.exp(-known.age_days / FADES_DAYS))
    owned = csr_array((np.ones(len(pairs.user), np.float32), (pairs.user, pairs.item)), shape=shape)
    faded = csr_array((faded_of_pair.astype(np.float32), (pairs.user, pairs.item)), shape=shape)
    ease, cosine = (owned @ catalogue.ease).toarray(), (faded @ catalogue.cosine).toarray()
    by_items = (owned @ catalogue.cosine).toarray()
    text = text_likeness(catalogue, faded)
    own = np.zeros(shape, dtype=bool)
    own[pairs.user, pairs.item] = True
    chosen = np.zeros(shape, dtype=bool)
    counts = (catalogue.recent_buyers, catalogue.tried_30d, catalogue.tried_14d)
    everybody = [np.broadcast_to(count.astype(np.float32), shape) for count in counts]
    for strength, most in (
        *((ease, BY_EASE), (cosine, BY_COSINE), (text, BY_TEXT)),
        *((count, POPULAR) for count in everybody),
    ):
        if strength is not None:
            _choose(chosen, np.where(own, -np.inf, strength), most)
    user, item = np.nonzero(chosen & ~own)
    values = np.column_stack(
        [
            ease[user, item],
            cosine[user, item],
            by_items[user, item],
            text[user, item] if text is not None else np.full(len(user), np.nan, np.float32),
            *(column[item] for column in _of_items(catalogue)),
            *_of_groups(catalogue, owned, faded, pairs, user, item),
            *_of_users(catalogue, known, pairs, user, item),
        ]
    ).astype(np.float32)
    never = np.zeros(len(user), dtype=bool)
    return Candidates(user.astype(np.int64), item.astype(np.int64), never, values, COLUMNS)  # type: ignore[arg-type]


def text_likeness(catalogue: Catalogue, faded: csr_array) -> Floats | None:
    """(n_users, n_items) cosine of an item's text and all that a user bought; None where unread."""
    if not catalogue.texts.shape[1]:
        return None
    texts = catalogue.texts.astype(np.float32)
    taste = np.asarray(faded @ texts)
    taste /= np.maximum(np.linalg.norm(taste, axis=1, keepdims=True), 1e-6)
    return np.asarray(taste @ texts.T, dtype=np.float32)


def _choose(chosen: NDArray[np.bool_], strength: Floats, most: int) -> None:
    """Mark the `most` strongest items of each user, those with equal strength as they come."""
    most = min(most, strength.shape[1])
    strongest = np.argpartition(-strength, most - 1, axis=1)[:, :most]
    np.put_along_axis(chosen, strongest, True, axis=1)


def _of_items(catalogue: Catalogue) -> tuple[NDArray[np.float64], ...]:
    buyers, recent = catalogue.buyers, catalogue.recent_buyers
    return (
        np.log1p(buyers),
        np.log1p(recent),
        np.log1p(catalogue.buyers_14d),
        np.log1p(catalogue.tried_90d),
        np.log1p(catalogue.tried_30d),
        np.log1p(catalogue.tried_14d),
        recent / (buyers + 1),
        (catalogue.buyers_14d + 1) / (recent + 2),
        (recent + 1) / (catalogue.buyers_before + 1),
        catalogue.tried_30d / (recent + 1),
        catalogue.repeat_share,
        catalogue.age_days,
        catalogue.price,
    )


def _of_groups(
    catalogue: Catalogue, owned: csr_array, faded: csr_array, pairs: Pairs, user: Places, item: Places
) -> list[NDArray[np.float64]]:
    """How much a user buys and tries in the category and of the name, and the item's part of its sales."""
    n_items = len(catalogue.item_ids)
    lately = pairs.first_age_days <= TRIED_DAYS
    tried = csr_array(
        (np.ones(int(lately.sum()), np.float32), (pairs.user[lately], pairs.item[lately])), shape=owned.shape
    )
    columns = []
    for group in (catalogue.category, catalogue.kind):
        number = group.astype(np.int64)
        there = np.flatnonzero(number >= 0)
        n_groups = int(number.max(initial=0)) + 1
        member = csr_array(
            (np.ones(len(there), np.float32), (there, number[there])), shape=(n_items, n_groups)
        )
        bought = (faded @ member).toarray()
        whole = np.maximum(bought.sum(axis=1), 1e-9)
        of = number[item]
        sold = catalogue.recent_buyers @ member
        for column in (
            bought[user, of],
            bought[user, of] / whole[user],
            (owned @ member).toarray()[user, of],
            (tried @ member).toarray()[user, of],
            catalogue.recent_buyers[item] / np.maximum(sold[of], 1),
        ):
            columns.append(np.where(of >= 0, column, np.nan))
    return columns


def _of_users(
    catalogue: Catalogue, known: Purchases, pairs: Pairs, user: Places, item: Places
) -> list[NDArray[np.float64]]:
    n_users = len(known.user_ids)
    bought = np.bincount(known.user, minlength=n_users)
    price = np.bincount(known.user, weights=catalogue.price[known.item], minlength=n_users)
    mean_price = price / np.maximum(bought, 1)
    first = np.unique(known.order, return_index=True)[1]
    who, age = known.user[first], known.age_days[first]
    recency = np.full(n_users, np.inf)
    np.minimum.at(recency, who, age)
    figures: tuple[NDArray[Any], ...] = (
        mean_price,
        np.bincount(who, minlength=n_users),
        np.bincount(who[age <= RECENT_DAYS], minlength=n_users),
        recency,
        np.bincount(pairs.user, minlength=n_users),
        np.bincount(pairs.user[pairs.first_age_days <= 30], minlength=n_users),
        np.bincount(pairs.user[pairs.first_age_days <= 90], minlength=n_users),
    )
    return [catalogue.price[item] - mean_price[user], *(figure[user] for figure in figures)]
