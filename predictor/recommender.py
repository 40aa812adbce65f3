"""The recommender: candidates of four kinds, ranked by small boosted trees for what a user buys next.

The trees learn from one earlier day which candidates were bought in the WINDOW_DAYS after it; everything they
saw, the links between items included, was known on that day. What is used today is made of today's purchases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import ThreadpoolController

from predictor.candidates import COLUMNS, Candidates, candidates
from predictor.catalogue import Catalogue, VectorsOf
from predictor.errors import TooLittleHistoryError
from predictor.new_items import COLUMNS as NEW_COLUMNS
from predictor.new_items import new_candidates
from predictor.purchases import Purchases, item_facts, purchases
from storage.errors import ModelFileError
from storage.snapshot import Snapshot, sampled

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FORMAT = 2  # of the parts in a model file; raise it when they or their meaning change
WINDOW_DAYS = 30
MOST_USERS = 10_000  # whose purchases are learned from; a larger shop is sampled
FEWEST_BOUGHT = 50  # candidates that were bought in the window, to learn from
TESTED_AT = 10  # how many recommendations the card's hit rates are about
_USERS_AT_ONCE = 250
# First purchases are rare: the ranker of new items learns from several windows, of some thousand users.
NEW_WINDOWS = 2
NEW_USERS = 3_000

Find = Callable[[Catalogue, Purchases], Candidates]

_threads = ThreadpoolController()


@dataclass(frozen=True)
class Ranked:
    """The best items of each user, best first: (n_rows,) places of users and items, ranks from 1, scores.

    `score` is the chance that the user buys the item within WINDOW_DAYS, as the ranker sees it. `values` are
    the rows it was judged by, (n_rows, n_columns).
    """

    user: Places
    item: Places
    rank: Places
    score: Floats
    values: Floats
    columns: tuple[str, ...] = COLUMNS

    def column(self, name: str) -> Floats:
        """One column of `values`; zeros where they have none of that name: new items have no own past."""
        if name not in self.columns:
            return np.zeros(len(self.values))
        return self.values[:, self.columns.index(name)]


@dataclass(frozen=True)
class Recommender:
    """What a user may be offered, from the shop's catalogue and a ranker.

    `new_ranker` ranks where only items new to the user are wanted; None where too few were tried.
    """

    catalogue: Catalogue
    ranker: HistGradientBoostingClassifier
    new_ranker: HistGradientBoostingClassifier | None

    def ranked(
        self,
        bought: Purchases,
        most: int,
        *,
        only_new: bool = False,
        left_out: frozenset[str] = frozenset(),
    ) -> Ranked:
        """The `most` best items of each user of those purchases.

        `only_new` leaves out what a user bought before, `left_out` are ids of items that cannot be had.
        """
        ranker, find = self.ranker, candidates
        if only_new and self.new_ranker is not None:
            ranker, find = self.new_ranker, new_candidates
        found = find(self.catalogue, bought)
        gone = [place for place, item_id in enumerate(self.catalogue.item_ids) if item_id in left_out]
        allowed = ~np.isin(found.item, gone)
        if only_new:
            allowed &= ~found.own
        user, item, values = found.user[allowed], found.item[allowed], found.values[allowed]
        score = _chances(ranker, values)
        order, rank = _best_first(user, item, score)
        kept = rank <= most
        order = order[kept]
        return Ranked(user[order], item[order], rank[kept], score[order], values[order], found.columns)

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file."""
        return {
            "format": FORMAT,
            "columns": [*COLUMNS, *NEW_COLUMNS],
            "catalogue": self.catalogue.parts(),
            "ranker": self.ranker,
            "new_ranker": self.new_ranker,
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Recommender:
        """The recommender from a file; raises ModelFileError where another version of opsbot made it."""
        if parts.get("format") != FORMAT or list(parts["columns"]) != [*COLUMNS, *NEW_COLUMNS]:
            raise ModelFileError(
                "This model was made by another version of opsbot.",
                next_step="Train again: opsbot train",
            )
        return cls(Catalogue.from_parts(parts["catalogue"]), parts["ranker"], parts["new_ranker"])


@dataclass(frozen=True)
class Examples:
    """Candidates of an earlier day, (n_rows,), and which of them were bought in the window after it.

    `buyers` counts who bought anything in the window, candidate or not.
    """

    user: Places
    item: Places
    values: Floats
    bought: NDArray[np.bool_]
    buyers: int

    @property
    def enough(self) -> bool:
        """Whether there is something to learn from."""
        return int(self.bought.sum()) >= FEWEST_BOUGHT and not self.bought.all()


def fit_recommender(
    snapshot: Snapshot, vectors_of: VectorsOf | None = None
) -> tuple[Recommender, dict[str, Any]]:
    """The recommender as of the snapshot, and its card.

    The card's hit rates are shares of users who bought at least one of TESTED_AT recommendations in the
    window, of those known before who bought anything; each half of the users is ranked by
    trees that learned from the other. `vectors_of` reads the texts of items, where there is an
    encoder. Raises TooLittleHistoryError where hardly anything was bought since.
    """
    shop = sampled(snapshot, MOST_USERS)
    now = purchases(shop)
    earlier = shop.at(shop.as_of - timedelta(days=WINDOW_DAYS))
    then = purchases(earlier)
    past = Catalogue.of(then, item_facts(earlier), vectors_of)
    examples = _examples(past, then, now, candidates)
    if not examples.enough:
        raise TooLittleHistoryError(
            "Too little was bought in the last {days} days to learn what to recommend.",
            next_step="Import more orders: opsbot import orders.csv",
            days=WINDOW_DAYS,
        )
    new_ranker = _fit_new(shop, past, then, now, vectors_of)
    catalogue = Catalogue.of(now, item_facts(shop), vectors_of)
    card = {
        "items": len(catalogue.item_ids),
        "users": len(now.user_ids),
        "rows": len(examples.bought),
        "window_days": WINDOW_DAYS,
        "texts": bool(catalogue.texts.shape[1]),
        **_tested(examples),
    }
    return Recommender(catalogue, _ranker(examples.values, examples.bought), new_ranker), card


def _fit_new(
    shop: Snapshot, past: Catalogue, then: Purchases, now: Purchases, vectors_of: VectorsOf | None
) -> HistGradientBoostingClassifier | None:
    """The ranker of new items, from the last NEW_WINDOWS windows; None with too little to learn from."""
    found = [_examples(past, _some_users(then), now, new_candidates)]
    for back in range(2, NEW_WINDOWS + 1):
        earlier = shop.at(shop.as_of - timedelta(days=back * WINDOW_DAYS))
        before = purchases(earlier)
        catalogue = Catalogue.of(before, item_facts(earlier), vectors_of)
        found.append(_examples(catalogue, _some_users(before), then, new_candidates))
        then = before
    bought = np.concatenate([each.bought for each in found])
    if int(bought.sum()) < FEWEST_BOUGHT or bought.all():
        return None
    return _ranker(np.concatenate([each.values for each in found]), bought)


def _some_users(bought: Purchases) -> Purchases:
    """The purchases of at most NEW_USERS users, evenly spread."""
    n_users = len(bought.user_ids)
    if n_users <= NEW_USERS:
        return bought
    chosen = np.linspace(0, n_users - 1, NEW_USERS).astype(np.int64)
    number = np.full(n_users, -1, dtype=np.int32)
    number[chosen] = np.arange(NEW_USERS)
    kept = number[bought.user] >= 0
    return Purchases(
        tuple(bought.user_ids[place] for place in chosen),
        bought.item_ids,
        number[bought.user[kept]],
        bought.item[kept],
        bought.order[kept],
        bought.age_days[kept],
    )


def _ranker(values: Floats, bought: NDArray[np.bool_]) -> HistGradientBoostingClassifier:
    ranker = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=int(np.clip(len(values) // 500, 10, 100)),
        l2_regularization=5.0,
        early_stopping=False,
        random_state=0,
    )
    # A column nobody has a value in cannot be binned; as a constant it is never split on.
    binned = np.where(np.isnan(values).all(axis=0), 0.0, values)
    with _threads.limit(limits=1):
        return ranker.fit(binned, bought)


def _chances(ranker: HistGradientBoostingClassifier, values: Floats) -> Floats:
    if not len(values):
        return np.empty(0)
    with _threads.limit(limits=1):
        return np.asarray(ranker.predict_proba(values)[:, 1], dtype=np.float64)


def _best_first(user: Places, item: Places, score: Floats) -> tuple[Places, Places]:
    """The order of the rows by user and then from the highest score on, and the ranks in it, from 1.

    Equal scores go by how often an item is bought: items are numbered in that order.
    """
    order = np.lexsort((item, -score, user))
    ordered = user[order]
    start = np.searchsorted(ordered, ordered)  # where the user's rows begin
    return order, np.arange(len(order)) - start + 1


def _examples(catalogue: Catalogue, then: Purchases, now: Purchases, find: Find) -> Examples:
    """What might have been offered on the earlier day, and what of it was bought since."""
    n_items = len(catalogue.item_ids)
    parts = []
    for start in range(0, len(then.user_ids), _USERS_AT_ONCE):
        part = then.of_users(start, start + _USERS_AT_ONCE)
        found = find(catalogue, part)
        bought = np.isin(found.user * n_items + found.item, _bought_since(catalogue, part, now))
        parts.append((found.user + start, found.item, found.values, bought))
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return Examples(nothing, nothing, np.empty((0, len(COLUMNS))), nothing.astype(bool), 0)
    user, item, values, bought = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = set(then.user_ids)
    recent = np.unique(now.user[now.age_days < WINDOW_DAYS])
    buyers = sum(now.user_ids[place] in known for place in recent)
    return Examples(user, item, values, bought, buyers)


def _bought_since(catalogue: Catalogue, part: Purchases, now: Purchases) -> Places:
    """What the users of `part` bought in the window: user × n_items + item."""
    users = {user_id: place for place, user_id in enumerate(part.user_ids)}
    user = np.array([users.get(user_id, -1) for user_id in now.user_ids], dtype=np.int64)
    recent = now.known(catalogue.item_ids)
    kept = (recent.age_days < WINDOW_DAYS) & (user[recent.user] >= 0)
    return np.unique(user[recent.user[kept]] * len(catalogue.item_ids) + recent.item[kept])


def _tested(examples: Examples) -> dict[str, float | int | None]:
    """Hit rates of the ranker and of two simple lists, on users that the ranker did not learn from."""
    score = np.full(len(examples.user), np.nan)
    even = examples.user % 2 == 0
    for learned, judged in ((even, ~even), (~even, even)):
        if examples.bought[learned].any() and not examples.bought[learned].all():
            ranker = _ranker(examples.values[learned], examples.bought[learned])
            score[judged] = _chances(ranker, examples.values[judged])
    own = examples.values[:, COLUMNS.index("own_faded_180d")]
    popular = examples.values[:, COLUMNS.index("item_recent_buyers")]
    return {
        "users_tested": examples.buyers,
        "hit_rate": _hit_rate(examples, np.nan_to_num(score)),
        "hit_rate_own_items": _hit_rate(examples, own),
        "hit_rate_popular": _hit_rate(examples, popular),
    }


def _hit_rate(examples: Examples, score: Floats) -> float | None:
    order, rank = _best_first(examples.user, examples.item, score)
    hit = order[(rank <= TESTED_AT) & examples.bought[order]]
    return round(len(np.unique(examples.user[hit])) / examples.buyers, 4) if examples.buyers else None
