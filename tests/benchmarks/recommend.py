"""How good recommendations are on Complete Journey, beside simpler ways, and what 100,000 items cost.

`python -m tests.benchmarks.recommend [--home DIR]` ranks 10 of the 8,000 most bought items for every
household as of 2017-11-30 and looks at what it bought in the 31 days after: in the month, and in the next
basket, of all items and of those new to it. DIR is a home that holds the orders already.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

from predictor.candidates import candidates
from predictor.catalogue import Catalogue
from predictor.item_links import bought
from predictor.purchases import Purchases, purchases
from predictor.recommender import Recommender, fit_recommender
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.snapshot import Snapshot
from tests.benchmarks.order_histories import COMPLETE_JOURNEY

AS_OF = date(2017, 11, 30)
WINDOW_DAYS = 31
TOP = 10
USERS_AT_ONCE = 500

Places = NDArray[np.int64]
Truth = list[set[int]]
# (n_users, n_items) strengths of some users, from the matrix of what they own.
Way = Callable[[slice, csr_array], NDArray[np.float32]]


@dataclass(frozen=True)
class Score:
    """Shares of users with a hit, and the mean NDCG, among the first TOP; of users who bought something."""

    hit_rate: float
    ndcg: float


def rated(lists: list[Places], truth: Truth) -> Score:
    """Of lists of places by user, and what each bought."""
    discount = 1 / np.log2(np.arange(TOP) + 2)
    best = np.cumsum(discount)
    hits, gains = [], []
    for places, wanted in zip(lists, truth, strict=True):
        if wanted:
            found = np.array([place in wanted for place in places[:TOP].tolist()], dtype=float)
            hits.append(bool(found.any()))
            gains.append(float(found @ discount[: len(found)] / best[min(TOP, len(wanted)) - 1]))
    return Score(float(np.mean(hits)), float(np.mean(gains)))


def truths(then: Purchases, later: Purchases) -> tuple[Truth, Truth]:
    """What the users of `then` bought in the window: in all of it, and in its first order."""
    users = {user_id: place for place, user_id in enumerate(then.user_ids)}
    user = np.array([users.get(user_id, -1) for user_id in later.user_ids])[later.user]
    kept = (later.age_days < WINDOW_DAYS) & (user >= 0)
    user, item, age = user[kept], later.item[kept], later.age_days[kept]
    first_age = np.zeros(len(then.user_ids))
    np.maximum.at(first_age, user, age)
    month: Truth = [set() for _ in then.user_ids]
    basket: Truth = [set() for _ in then.user_ids]
    for who, what, old in zip(user.tolist(), item.tolist(), age.tolist(), strict=True):
        month[who].add(what)
        if old >= first_age[who] - 1e-6:
            basket[who].add(what)
    return month, basket


def by_ranker(recommender: Recommender, then: Purchases, only_new: bool) -> list[Places]:
    """What opsbot recommends."""
    lists = []
    for start in range(0, len(then.user_ids), USERS_AT_ONCE):
        part = then.of_users(start, start + USERS_AT_ONCE)
        ranked = recommender.ranked(part, TOP, only_new=only_new)
        lists += [ranked.item[ranked.user == place] for place in range(len(part.user_ids))]
    return lists


def by_strength(way: Way, owned: csr_array, ever: csr_array, only_new: bool) -> list[Places]:
    """The strongest items of each user; of equal ones the more often bought.

    New is what is not in `ever`: `owned` holds only the latest items of who bought many.
    """
    lists: list[Places] = []
    for start in range(0, owned.shape[0], USERS_AT_ONCE):
        part = slice(start, min(start + USERS_AT_ONCE, owned.shape[0]))
        strength = np.array(way(part, owned[part]), dtype=np.float32)
        if only_new:
            strength[ever[part].toarray() > 0] = -np.inf
        lists += list(np.argsort(-strength, axis=1, kind="stable")[:, :TOP])
    return lists


def ways(catalogue: Catalogue, known: Purchases, owned: csr_array) -> Iterator[tuple[str, Way]]:
    """The simpler ways by name."""
    from implicit.als import AlternatingLeastSquares

    shape = owned.shape
    faded = csr_array((np.exp(-known.age_days / 180), (known.user, known.item)), shape=shape)
    yield "own items, faded", lambda part, _own: faded[part].toarray()
    yield "EASE", lambda _part, own: (own @ catalogue.ease).toarray()
    als = AlternatingLeastSquares(factors=64, random_state=0, num_threads=1)
    als.fit(csr_matrix(owned), show_progress=False)
    yield "ALS (implicit)", lambda part, _own: als.user_factors[part] @ als.item_factors.T
    yield "item-item cosine", lambda _part, own: (own @ catalogue.cosine).toarray()
    recent = catalogue.recent_buyers.astype(np.float32)
    yield "popularity", lambda _part, own: np.tile(recent, (own.shape[0], 1))


def measure(home: Home) -> None:
    """Print the table of Complete Journey."""
    with home.store() as connection:
        started = time.process_time()
        recommender, card = fit_recommender(Snapshot(connection, AS_OF))
        seconds = time.process_time() - started
        then = purchases(Snapshot(connection, AS_OF))
        after = purchases(Snapshot(connection, AS_OF + timedelta(days=WINDOW_DAYS)))
    catalogue = recommender.catalogue
    known = then.known(catalogue.item_ids)
    owned = bought(known)
    month, basket = truths(then, after.known(catalogue.item_ids))
    pairs = np.unique(known.user.astype(np.int64) * len(catalogue.item_ids) + known.item)
    who, what = np.divmod(pairs, len(catalogue.item_ids))
    ever = csr_array((np.ones(len(pairs), dtype=np.float32), (who, what)), shape=owned.shape)
    had: Truth = [set() for _ in then.user_ids]
    for pair in pairs.tolist():
        had[pair // len(catalogue.item_ids)].add(pair % len(catalogue.item_ids))
    new = [wanted - mine for wanted, mine in zip(month, had, strict=True)]
    print(f"Complete Journey as of {AS_OF}: {len(then.user_ids):,} users, {len(catalogue.item_ids):,} items;")
    print(f"fitted in {seconds:.0f} CPU-seconds; card: hit rate {card['hit_rate']:.3f}\n")
    print(f"| {'':18} | next month | next basket | new items, month |")
    print("|---|---|---|---|")
    every, fresh = (by_ranker(recommender, then, only_new) for only_new in (False, True))
    print_row("**opsbot**", rated(every, month), rated(every, basket), rated(fresh, new))
    for name, way in ways(catalogue, known, owned):
        every, fresh = (by_strength(way, owned, ever, only_new) for only_new in (False, True))
        print_row(name, rated(every, month), rated(every, basket), rated(fresh, new))


def print_row(name: str, *scores: Score) -> None:
    """A row: hit rate / NDCG in each column."""
    cells = (f"{score.hit_rate:.3f} / {score.ndcg:.3f}" for score in scores)
    print(f"| {name:18} | {' | '.join(cells)} |", flush=True)


def many_items(n_items: int) -> tuple[float, float]:
    """Peak megabytes and CPU-seconds of the links and candidates of a made-up shop of so many items."""
    random = np.random.default_rng(0)
    n_users, each = 20_000, 30
    item = np.minimum(random.zipf(1.15, n_users * each) - 1, n_items - 1).astype(np.int32)
    item[:n_items] = np.arange(n_items)
    random.shuffle(item)
    user = np.repeat(np.arange(n_users, dtype=np.int32), each)
    order = np.arange(n_users * each, dtype=np.int32) // 3
    age = np.tile(np.linspace(300, 1, each, dtype=np.float32), n_users)
    made_up = Purchases(
        tuple(f"u{n}" for n in range(n_users)), tuple(f"i{n}" for n in range(n_items)), user, item, order, age
    )
    catalogue = Catalogue.of(made_up, {})
    candidates(catalogue, made_up.of_users(0, 1_000))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_maxrss / 1024, used.ru_utime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="A home that holds Complete Journey already.")
    chosen = parser.parse_args()
    if chosen.home:
        measure(Home(chosen.home))
    else:
        with TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home").create()
            path = COMPLETE_JOURNEY.write(Path(folder))
            import_file(home, path, ImportOptions(table="lines", columns=COMPLETE_JOURNEY.columns))
            measure(home)
    print("\nLinks and candidates of a made-up shop, 600,000 purchases:")
    for n_items in (10_000, 100_000):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            megabytes, seconds = pool.submit(many_items, n_items).result()
        print(f"{n_items:,} items: {megabytes:,.0f} MB at most, {seconds:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
