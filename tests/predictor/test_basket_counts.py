"""One product's rules, straight from the store, are those that all baskets give."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from predictor import basket_counts
from predictor.basket_counts import BasketCounts
from predictor.baskets import Baskets
from storage import identity_changes
from storage.database import transaction
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot, latest_snapshot
from tests.conftest import LAST_DAY, Line, write
from tests.habits import shop_with_habits

END = day_start(LAST_DAY)


def same(snapshot: Snapshot) -> int:
    """How many rules there are, having compared those of every item."""
    whole, counts = Baskets.of(snapshot), BasketCounts.of(snapshot)
    assert (counts.n_baskets, counts.left_out) == (whole.n_baskets, whole.left_out)
    assert sorted(counts.item_ids) == sorted(whole.item_ids)
    found = 0
    for place, item_id in enumerate(whole.item_ids):
        here = counts.place(item_id)
        assert counts.counts[here] == whole.counts[place]
        assert (counts.names[here], counts.categories[here]) == (whole.names[place], whole.categories[place])
        rules = counts.rules_of(item_id, snapshot)
        assert rules == whole.rules_of([place])
        found += len(rules)
    return found


@pytest.mark.parametrize("looked_up", [0, 10_000])
def test_the_figures_are_those_of_all_baskets(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, looked_up: int
) -> None:
    monkeypatch.setattr(basket_counts, "_LOOKED_UP", looked_up)
    write(store, shop_with_habits())
    assert same(Snapshot(store, LAST_DAY)) > 10
    same(Snapshot(store, LAST_DAY - timedelta(days=60)))


def test_cancelled_returned_and_later_lines_count_as_everywhere(store: sqlite3.Connection) -> None:
    write(store, shop_with_habits(users=40))
    orders = [row[0] for row in store.execute("SELECT DISTINCT order_id FROM lines ORDER BY 1 LIMIT 60")]
    with transaction(store):
        for order_id in orders[:30]:
            store.execute("UPDATE lines SET status = 'cancelled' WHERE order_id = ?", (order_id,))
        for order_id in orders[30:]:  # paid first, cancelled a day later
            store.execute(
                "INSERT INTO status_changes SELECT user_id, order_id, item_id, line, ordered_at + ?,"
                " 'cancelled', import_id FROM lines WHERE order_id = ?",
                (DAY_SECONDS, order_id),
            )
    write(
        store, [Line(f"x{n}", "u", END + 2 * DAY_SECONDS, item_id=i) for n in range(9) for i in ("i0", "i9")]
    )
    assert same(Snapshot(store, LAST_DAY)) > 0
    same(latest_snapshot(store))


def test_merged_and_excluded_users_and_a_basket_of_everything(store: sqlite3.Connection) -> None:
    write(store, shop_with_habits(users=40))
    users = [row[0] for row in store.execute("SELECT DISTINCT user_id FROM lines ORDER BY 1 LIMIT 3")]
    # The second id holds the rest of an order of the first.
    write(
        store,
        [
            *(Line("both", users[0], END, item_id=item) for item in ("i0", "i1")),
            *(Line("both", users[1], END, item_id=item) for item in ("i5", "i6")),
            *(
                Line("twice", users[0], END, item_id=item, line=line)
                for item in ("i0", "i1")
                for line in (1, 2, 3)
            ),
            *(Line("all", "wholesaler", END, item_id=f"i{n}") for n in range(300)),
        ],
    )
    with transaction(store):
        identity_changes.merge(store, users[0], [users[1]], END)
        identity_changes.exclude(store, users[2], None, END)
    assert same(latest_snapshot(store)) > 0


@pytest.mark.parametrize("large", [False, True])
def test_a_store_with_nothing_or_one_large_basket_has_no_rules(
    store: sqlite3.Connection, large: bool
) -> None:
    if large:
        write(store, [Line("all", "wholesaler", END, item_id=f"w{n}") for n in range(1_000)])
    snapshot = Snapshot(store, LAST_DAY)
    counts = BasketCounts.of(snapshot)
    assert (counts.n_baskets, counts.left_out) == (0, int(large))
    assert [counts.rules_of(item_id, snapshot) for item_id in counts.item_ids[:3]] == [[]] * (3 * large)


def test_looking_at_one_product_leaves_nothing_behind(store: sqlite3.Connection) -> None:
    write(store, shop_with_habits(users=10))
    snapshot = Snapshot(store, LAST_DAY)
    BasketCounts.of(snapshot).rules_of("i0", snapshot)
    assert store.execute("SELECT COUNT(*) FROM temp.sqlite_master").fetchone()[0] == 0
