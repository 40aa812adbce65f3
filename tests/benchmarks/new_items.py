"""Items new to a user on Complete Journey: opsbot beside EASE, popularity and ALS, with intervals.

`python -m tests.benchmarks.new_items HOME` wants a home that holds the orders with item_name and category.
The ridge of EASE and the size of ALS are those that are best on 2017-08-31; the test dates are later.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

from predictor.catalogue import Catalogue
from predictor.item_links import bought, ease_weights
from predictor.purchases import Purchases, item_facts, purchases
from predictor.recommender import WINDOW_DAYS, Recommender, fit_recommender
from storage.database import Home
from storage.snapshot import Snapshot

VALIDATED_ON = date(2017, 8, 31)
TESTED_ON = (date(2017, 9, 30), date(2017, 10, 31), date(2017, 11, 30))
RIDGES, FACTORS = (100.0, 300.0, 1000.0, 3000.0), (16, 32, 64)
TOP, DRAWS, SEED = 10, 1_000, 0

Strength = NDArray[np.float32]
Hits = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One date: what users have and what each bought that was new to it in the window after."""

    catalogue: Catalogue
    then: Purchases
    owned: csr_array
    own: NDArray[np.bool_]
    wanted: NDArray[np.bool_]

    def rated(self, places: NDArray[np.int64]) -> Hits:
        """(n_users, 2) hit and NDCG of the lists; NaN for who bought nothing new."""
        found = np.take_along_axis(self.wanted, np.maximum(places, 0), axis=1) & (places >= 0)
        discount = 1 / np.log2(np.arange(TOP) + 2)
        count = self.wanted.sum(axis=1)
        best = np.cumsum(discount)[np.clip(count, 1, TOP) - 1]
        rated = np.column_stack([found.any(axis=1), found @ discount / best])
        rated[count == 0] = np.nan
        return rated

    def strongest(self, strength: Strength) -> Hits:
        """The same of the strongest items that are new to each user."""
        allowed = np.where(self.own, -np.inf, strength)
        return self.rated(np.argsort(-allowed, axis=1, kind="stable")[:, :TOP])


def case(home: Home, day: date, catalogue: Catalogue | None) -> Case:
    """The case of a day; a catalogue is made where none is given."""
    with home.store() as connection:
        snapshot = Snapshot(connection, day)
        then = purchases(snapshot)
        after = purchases(Snapshot(connection, day + timedelta(days=WINDOW_DAYS)))
        catalogue = catalogue or Catalogue.of(then, item_facts(snapshot))
    known = then.known(catalogue.item_ids)
    own = np.zeros((len(then.user_ids), len(catalogue.item_ids)), dtype=bool)
    own[known.user, known.item] = True
    later = after.known(catalogue.item_ids)
    users = {user_id: place for place, user_id in enumerate(then.user_ids)}
    user = np.array([users.get(user_id, -1) for user_id in later.user_ids])[later.user]
    kept = (later.age_days < WINDOW_DAYS) & (user >= 0)
    wanted = np.zeros_like(own)
    wanted[user[kept], later.item[kept]] = True
    return Case(catalogue, then, bought(known), own, wanted & ~own)


def by_ease(of: Case, ridge: float) -> Hits:
    """EASE with that ridge."""
    buyers = np.asarray(of.owned.sum(axis=0)).ravel().astype(np.int64)
    return of.strongest((of.owned @ ease_weights(of.owned, buyers, ridge)).toarray())


def by_als(of: Case, factors: int) -> Hits:
    """ALS of `implicit`."""
    from implicit.als import AlternatingLeastSquares

    als = AlternatingLeastSquares(factors=factors, random_state=SEED, num_threads=1)
    als.fit(csr_matrix(of.owned), show_progress=False)
    return of.strongest(als.user_factors @ als.item_factors.T)


def by_popularity(of: Case) -> Hits:
    """The items with most buyers in the last 30 days."""
    return of.strongest(np.broadcast_to(of.catalogue.recent_buyers.astype(np.float32), of.own.shape))


def by_cosine(of: Case) -> Hits:
    """Item–item cosine."""
    return of.strongest((of.owned @ of.catalogue.cosine).toarray())


def by_opsbot(of: Case, recommender: Recommender) -> Hits:
    """What opsbot offers where only new items are wanted."""
    places = np.full((len(of.then.user_ids), TOP), -1, dtype=np.int64)
    for start in range(0, len(places), 250):
        ranked = recommender.ranked(of.then.of_users(start, start + 250), TOP, only_new=True)
        places[ranked.user + start, ranked.rank - 1] = ranked.item
    return of.rated(places)


def gain(first: dict[str, Hits], second: dict[str, Hits]) -> tuple[Hits, Hits]:
    """Mean paired difference over users and dates, and its 95 % interval: users are drawn with all dates."""
    per_user = np.array([np.nansum(first[user] - second[user], axis=0) for user in first])
    counts = np.array([(~np.isnan(first[user][:, 0])).sum() for user in first])
    random = np.random.default_rng(SEED)
    drawn = [random.integers(len(counts), size=len(counts)) for _ in range(DRAWS)]
    draws = [per_user[rows].sum(axis=0) / counts[rows].sum() for rows in drawn]
    return per_user.sum(axis=0) / counts.sum(), np.quantile(draws, [0.025, 0.975], axis=0)


def main() -> None:
    """Measure and print."""
    home = Home(Path(sys.argv[1]))
    of = case(home, VALIDATED_ON, None)
    ridge = max(RIDGES, key=lambda each: float(np.nanmean(by_ease(of, each)[:, 0])))
    factors = max(FACTORS, key=lambda each: float(np.nanmean(by_als(of, each)[:, 0])))
    names = (
        "**opsbot**",
        f"EASE, ridge {ridge:.0f}",
        "popularity, 30 days",
        "item-item cosine",
        f"ALS, {factors}",
    )
    results: dict[str, list[tuple[Case, Hits]]] = {name: [] for name in names}
    for day in TESTED_ON:
        with home.store() as connection:
            recommender, _card = fit_recommender(Snapshot(connection, day))
        of = case(home, day, recommender.catalogue)
        ways: tuple[Callable[[], Hits], ...] = (
            lambda of=of, ranker=recommender: by_opsbot(of, ranker),  # type: ignore[misc]
            lambda of=of: by_ease(of, ridge),  # type: ignore[misc]
            lambda of=of: by_popularity(of),  # type: ignore[misc]
            lambda of=of: by_cosine(of),  # type: ignore[misc]
            lambda of=of: by_als(of, factors),  # type: ignore[misc]
        )
        for name, way in zip(names, ways, strict=True):
            results[name].append((of, way()))
    print(
        "| hit rate@10 / NDCG@10, new items |", " | ".join(map(str, TESTED_ON)), "| gain of opsbot (95 %) |"
    )
    print(f"|{'---|' * (len(TESTED_ON) + 2)}")
    users: dict[str, dict[str, list[Hits]]] = {name: {} for name in names}
    for name, dates in results.items():
        for of, rated in dates:
            for user_id, row in zip(of.then.user_ids, rated, strict=True):
                users[name].setdefault(user_id, []).append(row)
    whole = {name: {user: np.array(rows) for user, rows in each.items()} for name, each in users.items()}
    for name in names:
        cells = [f"{np.nanmean(r[:, 0]):.3f} / {np.nanmean(r[:, 1]):.4f}" for _of, r in results[name]]
        mean, bounds = gain(whole[names[0]], whole[name])
        told = "; ".join(f"{mean[n]:+.4f} [{bounds[0][n]:+.4f}, {bounds[1][n]:+.4f}]" for n in (0, 1))
        print(f"| {name} | {' | '.join(cells)} | {told if name != names[0] else ''} |")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
