"""The demo shop: two years of a tea, coffee and kitchenware shop, made up and the same every time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from storage.demo import truths
from storage.demo.aftermath import LINE_FIELDS, line_rows, money, settle, times
from storage.demo.baskets import fill_baskets
from storage.demo.catalogue import CATEGORY_NAMES, Item, stock
from storage.demo.people import USER_FIELDS, People, draw_people, user_rows
from storage.demo.reviews import REVIEW_FIELDS, review_rows
from storage.demo.rhythm import GUEST, Ints, Orders, live

ITEM_FIELDS = ("item_id", "name", "category", "price", "available")
LONGEST_SIGN_UP = 2400  # seconds between the registration and the first order


@dataclass(frozen=True)
class DemoFiles:
    """Where the four files of a demo shop lie."""

    lines: Path
    items: Path
    users: Path
    reviews: Path


def write_demo_shop(folder: Path, *, users: int = 5_000, seed: int = 7) -> DemoFiles:
    """Write the demo shop into `folder`; the same `users` and `seed` give the same bytes.

    The columns are the import fields, so the files need no map. Same bytes means with the same numpy:
    its streams of random numbers may change between versions.
    """
    # A stream for every part, so that a change to the reviews leaves the orders alone.
    who, when, what, ends, contacts, words = (np.random.default_rng([seed, part]) for part in range(6))
    items = stock()
    people = draw_people(users, who)
    orders = live(people, when)
    lines = fill_baskets(people, orders, items, what)
    outcome = settle(people, orders, ends)

    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(*(folder / f"{name}.csv" for name in ("lines", "items", "users", "reviews")))
    _write(files.lines, LINE_FIELDS, line_rows(people, orders, lines, outcome, items, ends))
    _write(files.items, ITEM_FIELDS, map(_item_row, items))
    joined_at = times(_joined_at(people, orders, contacts))
    _write(files.users, USER_FIELDS, user_rows(people, joined_at, contacts))
    _write(files.reviews, REVIEW_FIELDS, review_rows(people, orders, lines, outcome, items, words))
    return files


def _joined_at(people: People, orders: Orders, rng: np.random.Generator) -> Ints:
    """Epoch seconds: shortly before the first order, or some time of the day for who never ordered."""
    day_start = truths.FIRST_SECOND + people.join_day * truths.DAY_SECONDS
    joined = day_start + rng.integers(0, truths.DAY_SECONDS, len(people))
    known = orders.user != GUEST
    first_user, first_order = np.unique(orders.user[known], return_index=True)
    sign_up = rng.integers(60, LONGEST_SIGN_UP, len(people))
    joined[first_user] = (orders.at[known][first_order]) - sign_up[first_user]
    return joined


def _item_row(item: Item) -> tuple[str, ...]:
    available = "1" if item.on_sale_until >= truths.DAYS else "0"
    return item.item_id, item.name, CATEGORY_NAMES[item.category], money(item.new_cents), available


def _write(path: Path, fields: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows(rows)
