"""What recommendations cost in a shop of 100,000 items: training, one answer, peak memory.

`python -m tests.benchmarks.many_items [--users N] [--items N] [--orders N]` writes a made-up shop with a long
tail of items (seed 0) and trains the recommender on it in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from predictor.basket_counts import BasketCounts
from predictor.recommendations import recommendations, train_recommender
from storage.database import Home, transaction
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import latest_snapshot

LAST_DAY = date(2024, 6, 30)
DAYS = 365
_INSERT = (
    "INSERT OR IGNORE INTO lines (user_id, order_id, item_id, line, ordered_at, quantity, total_cents,"
    " category, import_id) VALUES (?, ?, ?, 1, ?, 1, 999, ?, 1)"
)


def write_shop(home: Home, users: int, items: int, orders: int) -> int:
    """Orders of 1 to 5 items each, 40 % of them what the same user likes; returns how many lines."""
    with home.store() as connection, transaction(connection):
        connection.execute("INSERT INTO imports VALUES (1, 'lines', 'made.csv', 0, 1, 1, 0, 0, 0, 0)")
        connection.executemany(_INSERT, _lines(users, items, orders))
        latest = connection.execute("SELECT MAX(ordered_at), COUNT(*) FROM lines").fetchone()
        connection.execute("UPDATE shop SET last_ordered_at = ?", (latest[0],))
    return int(latest[1])


def _lines(users: int, items: int, orders: int) -> Iterator[tuple[object, ...]]:
    random = np.random.default_rng(0)
    whose = np.sort(random.integers(users, size=orders))
    when = day_start(LAST_DAY) - random.integers(DAYS * DAY_SECONDS, size=orders)
    many = random.integers(1, 6, size=orders)
    for order in range(orders):
        user = int(whose[order])
        drawn = (items * random.random(many[order]) ** 3).astype(int)
        liked = (user * 7919 + random.integers(8, size=many[order]) * 104_729) % items
        for item in np.where(random.random(many[order]) < 0.4, liked, drawn).tolist():
            yield f"{user}", f"O{order}", f"P{item}", int(when[order]), f"c{item % 200}"


def train(path: Path) -> tuple[float, float]:
    """Peak megabytes and CPU-seconds of a training in this process."""
    home, began = Home(path), time.process_time()
    with home.store() as connection:
        train_recommender(connection, home.models, as_of=None, active_days=90)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time() - began


def answer(path: Path) -> tuple[float, float, float]:
    """Peak megabytes of one list of ten and of one product's rules, and the CPU-seconds of each."""
    home = Home(path)
    with home.store() as connection:
        snapshot = latest_snapshot(connection)
        began = time.process_time()
        recommendations(connection, home.models, "7", snapshot.as_of, 10)
        listed = time.process_time() - began
        counts = BasketCounts.of(snapshot)
        counts.rules_of("P0", snapshot)
        ruled = time.process_time() - began - listed
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, listed, ruled


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").create()
        lines = write_shop(home, chosen.users, chosen.items, chosen.orders)
        print(f"{chosen.users:,} users, {chosen.items:,} items, {lines:,} lines", flush=True)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            megabytes, seconds = pool.submit(train, home.path).result()
        print(f"training: {megabytes:,.0f} MB at most, {seconds:.0f} CPU-seconds", flush=True)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            megabytes, listed, ruled = pool.submit(answer, home.path).result()
        print(f"answers: {megabytes:,.0f} MB at most, {listed:.2f} and {ruled:.2f} CPU-seconds")


if __name__ == "__main__":
    main()
