"""What is bought with one item, counted by the store itself: no need to read all baskets for one product.

One pass over the lines counts all baskets and those of each item; that holds until the next import. The
baskets of an item are then a walk through an index to its orders, and one look at each of them. The
figures are those that `predictor.baskets` has of the same item: a test compares them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from predictor.baskets import MOST_ITEMS_OF_A_BASKET, Rule, item_texts, rules_from
from storage.snapshot import Snapshot

# Odd are orders of too many items, or with an item on several lines: not a basket of the item for each line.
_SIZES = """
SELECT user_id, order_id,
    CASE WHEN COUNT(*) > COUNT(DISTINCT item_id) OR COUNT(*) > :most THEN 1 ELSE 0 END AS odd
FROM known_lines WHERE bought = 1 GROUP BY user_id, order_id
"""
_LINES_OF_ITEMS = """
SELECT item_id, item_name, category, COUNT(*) FROM known_lines WHERE bought = 1
GROUP BY item_id, item_name, category
"""
_CONTENTS = """
SELECT user_id, order_id, item_id, COUNT(*) FROM known_lines WHERE bought = 1
GROUP BY user_id, order_id, item_id ORDER BY user_id, order_id
"""
_IN_ORDERS = "({0}l.user_id, {0}l.order_id) IN (SELECT user_id, order_id FROM temp.asked_orders)"
# Looked up one order at a time, SQLite joins the statuses by comparing all with all: good for so many orders.
# For more, the lines are read in order (a + keeps the index out).
_LOOKED_UP = 2_000

# The user whose order it is, and the order.
_Basket = tuple[str, str]
_NOTHING = ("", "")


@dataclass(frozen=True)
class BasketCounts:
    """How many baskets there are and in how many each item is; names and categories are empty where unknown.

    Baskets of more than MOST_ITEMS_OF_A_BASKET items are not among them; `left_out` counts those.
    """

    item_ids: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    counts: NDArray[np.int64]
    n_baskets: int
    left_out: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> BasketCounts:
        """Those of all orders known at the snapshot."""
        bound = {"most": MOST_ITEMS_OF_A_BASKET}
        n_baskets, odd = snapshot.query(f" SELECT COUNT(*), SUM(odd) FROM ({_SIZES})", bound).fetchone()
        counts: Counter[str] = Counter()
        of_lines: dict[str, tuple[str, str]] = {}
        for item_id, name, category, lines in snapshot.query(_LINES_OF_ITEMS):
            had = of_lines.get(item_id, _NOTHING)
            of_lines[item_id] = (max(name or "", had[0]), max(category or "", had[1]))
            counts[item_id] += lines
        left_out = 0
        if odd:
            baskets = snapshot.query(f" SELECT user_id, order_id FROM ({_SIZES}) WHERE odd = 1", bound)
            with _in_orders(snapshot, [(row[0], row[1]) for row in baskets]) as part:
                for items in _each(part):
                    fits = len(items) <= MOST_ITEMS_OF_A_BASKET
                    left_out += not fits
                    counts.subtract({item: lines - fits for item, lines in items.items()})
        about = item_texts(snapshot, of_lines)
        item_ids = tuple(sorted(counts))
        return cls(
            item_ids=item_ids,
            names=tuple(about[item_id][0] for item_id in item_ids),
            categories=tuple(about[item_id][1] for item_id in item_ids),
            counts=np.array([counts[item_id] for item_id in item_ids], dtype=np.int64),
            n_baskets=n_baskets - left_out,
            left_out=left_out,
        )

    def place(self, item_id: str) -> int:
        """Where an item stands."""
        return self._places[item_id]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {item_id: place for place, item_id in enumerate(self.item_ids)}

    def rules_of(self, item_id: str, snapshot: Snapshot) -> list[Rule]:
        """What else is in the baskets that hold an item, the most telling first; of the same snapshot."""
        orders = snapshot.connection.execute(
            "SELECT DISTINCT order_id FROM lines INDEXED BY lines_key WHERE item_id = ?", (item_id,)
        ).fetchall()
        with _in_orders(snapshot, _lines_of(snapshot, [row[0] for row in orders])) as part:
            baskets = [
                items for items in _each(part) if item_id in items and len(items) <= MOST_ITEMS_OF_A_BASKET
            ]
        both = Counter(item for items in baskets for item in items if item != item_id)
        others = sorted(both)
        places = [self._places[other] for other in others]
        together = np.array([both[other] for other in others], dtype=np.float64)
        return rules_from(others, together, self.counts[places], len(baskets), self.n_baskets)


def _lines_of(snapshot: Snapshot, order_ids: Sequence[str]) -> list[_Basket]:
    """Under which ids those orders stand: one of several ids of a user may hold the rest of a basket."""
    look = "SELECT DISTINCT user_id, order_id FROM lines WHERE order_id = ?"
    connection = snapshot.connection
    return [(row[0], row[1]) for order_id in order_ids for row in connection.execute(look, (order_id,))]


@contextmanager
def _in_orders(snapshot: Snapshot, orders: Sequence[_Basket]) -> Iterator[Snapshot]:
    """The lines of those orders alone; meanwhile they stand in a temporary table of the connection."""
    connection = snapshot.connection
    connection.execute(
        "CREATE TEMP TABLE asked_orders (user_id TEXT, order_id TEXT, PRIMARY KEY (user_id, order_id))"
        " WITHOUT ROWID"
    )
    try:
        connection.executemany("INSERT OR IGNORE INTO temp.asked_orders VALUES (?, ?)", orders)
        which = _IN_ORDERS.format("" if len(orders) <= _LOOKED_UP else "+")
        yield replace(snapshot.at(snapshot.as_of), whose=f"{snapshot.whose} AND {which}")
    finally:
        connection.execute("DROP TABLE temp.asked_orders")


def _each(snapshot: Snapshot) -> Iterator[dict[str, int]]:
    """The items of each basket, and on how many lines each stands."""
    cursor = snapshot.query(_CONTENTS)
    cursor.row_factory = None
    for _basket, rows in groupby(cursor, itemgetter(0, 1)):
        yield {row[2]: row[3] for row in rows}
