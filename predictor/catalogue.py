"""What all purchases of a shop say about its items: how many buy them, how often, and what with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from predictor.item_links import bought, cosine_neighbours, ease_weights
from predictor.purchases import ItemFacts, Purchases

Floats = NDArray[np.float64]
VectorsOf = Callable[[Sequence[str]], NDArray[np.float32]]  # texts into rows of length 1

# The most bought items are ranked and linked: what hardly anybody bought offers nothing to learn from.
# It also bounds memory, whatever the size of the shop.
MOST_ITEMS = 8_000
RECENT_DAYS = 30


@dataclass(frozen=True)
class Catalogue:
    """The items of a shop, the most bought first: (n_items,) figures and (n_items, n_items) links.

    `buyers` are users who ever bought it, `recent_buyers` those of the last RECENT_DAYS days, `first_buyers`
    those who had it in their first order. `repeat_share` is how many of its buyers bought it again (drawn
    towards a quarter where there are few), `gap_days` how long those took on average (NaN where nobody did).
    `names` are what order lines call them, empty where they do not. `category` and `kind` number the
    categories and the names (alike in some shops), `price` is the logarithm of the mean price. `buyers_14d`
    and `buyers_before` are those of the last 14 days and of as many days as RECENT_DAYS before; `tried_14d`,
    `tried_30d` and `tried_90d` bought it for the first time then. `age_days` is how long ago it first sold.
    `texts` are vectors of name and category, (n_items, n_dims) float16 of length 1 about their mean, n_dims
    is 0 where texts are not read; `text_mean` is that mean.
    """

    item_ids: tuple[str, ...]
    names: tuple[str, ...]
    buyers: Floats
    recent_buyers: Floats
    first_buyers: Floats
    repeat_share: Floats
    gap_days: Floats
    cosine: csr_array
    ease: csr_array
    category: Floats
    kind: Floats
    price: Floats
    buyers_14d: Floats
    buyers_before: Floats
    tried_14d: Floats
    tried_30d: Floats
    tried_90d: Floats
    age_days: Floats
    texts: NDArray[np.float16]
    text_mean: NDArray[np.float32]

    @classmethod
    def of(
        cls, purchases: Purchases, facts: Mapping[str, ItemFacts], vectors_of: VectorsOf | None = None
    ) -> Catalogue:
        """The catalogue of those purchases; `facts` by item_id may know some. `vectors_of` reads texts."""
        known = purchases.known(_most_bought(purchases))
        n_items = len(known.item_ids)
        pairs = Pairs.of(known)
        again = pairs.orders > 1
        who_bought = bought(known)
        per_item = np.bincount(pairs.item, minlength=n_items)
        bought_again = np.bincount(pairs.item, weights=again, minlength=n_items)
        gaps = np.bincount(pairs.item, weights=np.where(again, pairs.gap_days, 0.0), minlength=n_items)
        told = [facts.get(item_id, ItemFacts()) for item_id in known.item_ids]
        before = (known.age_days > RECENT_DAYS) & (known.age_days <= 2 * RECENT_DAYS)
        first = pairs.first_age_days
        age = np.zeros(n_items)
        np.maximum.at(age, pairs.item, first)
        texts, text_mean = _texts(told, vectors_of)
        linked = np.asarray(who_bought.sum(axis=0)).ravel()
        return cls(
            item_ids=known.item_ids,
            names=tuple(each.name for each in told),
            buyers=_count(pairs.item, n_items),
            recent_buyers=_count(pairs.item[pairs.last_age_days <= RECENT_DAYS], n_items),
            first_buyers=_count(pairs.item[_in_first_order(known, pairs)], n_items),
            repeat_share=(bought_again + 0.5) / (per_item + 2.0),
            gap_days=np.divide(gaps, bought_again, out=np.full(n_items, np.nan), where=bought_again > 0),
            cosine=cosine_neighbours(who_bought, linked),
            ease=ease_weights(who_bought, linked),
            category=_numbered([each.category for each in told]),
            kind=_numbered([each.name for each in told]),
            price=np.log(np.maximum([each.price_cents for each in told], 1.0)),
            buyers_14d=_count(pairs.item[pairs.last_age_days <= 14], n_items),
            buyers_before=_count(pairs.item[np.unique(pairs.of_purchase[before])], n_items),
            tried_14d=_count(pairs.item[first <= 14], n_items),
            tried_30d=_count(pairs.item[first <= 30], n_items),
            tried_90d=_count(pairs.item[first <= 90], n_items),
            age_days=age,
            texts=texts,
            text_mean=text_mean,
        )

    @cached_property
    def popular(self) -> NDArray[np.int64]:
        """Places of the items, those with most recent buyers first."""
        return np.argsort(-self.recent_buyers, kind="stable")

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file: lists, arrays and the three arrays of each matrix."""
        return {
            "item_ids": list(self.item_ids),
            "names": list(self.names),
            **{name: getattr(self, name) for name in _FIGURES},
            **{name: _matrix_parts(getattr(self, name)) for name in _LINKS},
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Catalogue:
        """The catalogue from a model file."""
        n_items = len(parts["item_ids"])
        return cls(
            item_ids=tuple(parts["item_ids"]),
            names=tuple(parts["names"]),
            **{name: parts[name] for name in _FIGURES},
            **{name: csr_array(tuple(parts[name]), shape=(n_items, n_items)) for name in _LINKS},
        )


_FIGURES = (
    *("buyers", "recent_buyers", "first_buyers", "repeat_share", "gap_days", "category", "kind", "price"),
    *("buyers_14d", "buyers_before", "tried_14d", "tried_30d", "tried_90d", "age_days", "texts", "text_mean"),
)
_LINKS = ("cosine", "ease")


@dataclass(frozen=True)
class Pairs:
    """Purchases gathered by user and item, (n_pairs,), by user and then item.

    `orders` is how many orders had the item, `last_age_days` and `first_age_days` how old the newest and the
    oldest are, `gap_days` the mean time between them (NaN after one order); `of_purchase` is the pair of each
    purchase.
    """

    user: NDArray[np.int64]
    item: NDArray[np.int64]
    orders: NDArray[np.int64]
    first_age_days: Floats
    last_age_days: Floats
    gap_days: Floats
    of_purchase: NDArray[np.int64]

    @classmethod
    def of(cls, purchases: Purchases) -> Pairs:
        """The pairs of those purchases."""
        n_items = max(len(purchases.item_ids), 1)
        key = purchases.user.astype(np.int64) * n_items + purchases.item
        pairs, of_purchase, orders = np.unique(key, return_inverse=True, return_counts=True)
        first, last = np.zeros(len(pairs)), np.full(len(pairs), np.inf)
        np.maximum.at(first, of_purchase, purchases.age_days)
        np.minimum.at(last, of_purchase, purchases.age_days)
        gap = np.full(len(pairs), np.nan)
        np.divide(first - last, orders - 1, out=gap, where=orders > 1)
        return cls(pairs // n_items, pairs % n_items, orders, first, last, gap, of_purchase)


def text_of(name: str, category: str) -> str:
    """What is read of an item: its name and category; empty where it has neither."""
    return ". ".join(filter(None, (name, category)))


def centred(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors about a mean, of length 1 again: encoders put all texts of a shop near one direction."""
    apart = vectors - mean
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6))


def _texts(
    told: Sequence[ItemFacts], vectors_of: VectorsOf | None
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """The centred vectors of the items, zeros for those without any text, and their mean."""
    texts = [text_of(each.name, each.category) for each in told]
    if vectors_of is None or not any(each.name for each in told):
        return np.empty((len(told), 0), dtype=np.float16), np.empty(0, dtype=np.float32)
    vectors = vectors_of(texts)
    has = np.array([bool(text) for text in texts])
    mean = vectors[has].mean(axis=0)
    return (centred(vectors, mean) * has[:, None]).astype(np.float16), mean


def _numbered(labels: Sequence[str]) -> Floats:
    """A number for each different label, −1 where it is empty."""
    numbers = {label: number for number, label in enumerate(dict.fromkeys(filter(None, labels)))}
    return np.array([numbers.get(label, -1) for label in labels], dtype=np.float64)


def _most_bought(purchases: Purchases) -> tuple[str, ...]:
    """The ids of at most MOST_ITEMS items: those with most buyers first, then by id."""
    pairs = Pairs.of(purchases)
    buyers = np.bincount(pairs.item, minlength=len(purchases.item_ids))
    order = sorted(range(len(buyers)), key=lambda place: (-buyers[place], purchases.item_ids[place]))
    return tuple(purchases.item_ids[place] for place in order[:MOST_ITEMS])


def _count(items: NDArray[np.int64], n_items: int) -> Floats:
    return np.bincount(items, minlength=n_items).astype(np.float64)


def _in_first_order(known: Purchases, pairs: Pairs) -> NDArray[np.bool_]:
    """(n_pairs,) whether the user had the item in the first order that is known of them."""
    oldest = np.zeros(len(known.user_ids))
    np.maximum.at(oldest, pairs.user, pairs.first_age_days)
    return np.asarray(pairs.first_age_days >= oldest[pairs.user], dtype=np.bool_)


def _matrix_parts(matrix: csr_array) -> list[NDArray[Any]]:
    return [matrix.data, matrix.indices, matrix.indptr]
