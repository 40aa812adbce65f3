"""Who bought what and when, as known at a snapshot: one row for each item of each order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storage.snapshot import Snapshot

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

_BOUGHT = """
SELECT user_id, order_id, item_id, (:known_before - MIN(ordered_at)) / 86400e0 AS age_days
FROM known_lines
WHERE bought = 1
GROUP BY user_id, order_id, item_id
ORDER BY user_id, age_days DESC, order_id
"""
_FACTS = """
SELECT item_id, MAX(item_name), MAX(category), SUM(total_cents) / SUM(quantity) FROM known_lines
WHERE bought = 1 GROUP BY item_id
"""
_FETCHED_AT_ONCE = 50_000


@dataclass(frozen=True)
class Purchases:
    """Purchases of some users, by user and then from the oldest on.

    `user` and `item` are (n_purchases,) places in `user_ids` and `item_ids`; `order` numbers the orders of
    all users through, so that equal numbers are one basket; `age_days` is the age at the snapshot.
    """

    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    user: Ints
    item: Ints
    order: Ints
    age_days: Floats

    def __len__(self) -> int:
        return len(self.user)

    def known(self, item_ids: tuple[str, ...]) -> Purchases:
        """The purchases of those items alone, numbered as they stand there."""
        places = {item_id: place for place, item_id in enumerate(item_ids)}
        mapped = np.array([places.get(item_id, -1) for item_id in self.item_ids], dtype=np.int32)
        item = mapped[self.item] if len(self.item) else self.item
        kept = item >= 0
        return Purchases(
            self.user_ids, item_ids, self.user[kept], item[kept], self.order[kept], self.age_days[kept]
        )

    def of_users(self, start: int, end: int) -> Purchases:
        """The purchases of the users at those places alone."""
        first, last = np.searchsorted(self.user, [start, end])
        part = slice(first, last)
        return Purchases(
            self.user_ids[start:end],
            self.item_ids,
            self.user[part] - np.int32(start),
            self.item[part],
            self.order[part],
            self.age_days[part],
        )


def purchases(snapshot: Snapshot, *, user_id: str | None = None) -> Purchases:
    """All purchases of the snapshot's users, or of one."""
    return next(purchase_batches(snapshot, user_id=user_id), _NOTHING)


def purchase_batches(
    snapshot: Snapshot, *, users: int | None = None, user_id: str | None = None
) -> Iterator[Purchases]:
    """The same, at most `users` users at a time: memory does not grow with the shop."""
    cursor = snapshot.query(_BOUGHT, user_id=user_id)
    cursor.row_factory = None
    batch = _Batch()
    while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
        for row in rows:
            if users is not None and len(batch.user_ids) == users and row[0] not in batch.user_ids:
                yield batch.whole()
                batch = _Batch()
            batch.add(*row)
    if batch.user_ids:
        yield batch.whole()


class ItemFacts(NamedTuple):
    """What order lines say of an item: its name and category, empty where they do not, and its mean price."""

    name: str = ""
    category: str = ""
    price_cents: float = 0.0


def item_facts(snapshot: Snapshot) -> dict[str, ItemFacts]:
    """What is known of every item bought by then, by item_id."""
    return {
        item_id: ItemFacts(name or "", category or "", price or 0.0)
        for item_id, name, category, price in snapshot.query(_FACTS)
    }


class _Batch:
    """Rows on their way into arrays."""

    def __init__(self) -> None:
        self.user_ids: dict[str, int] = {}
        self._item_ids: dict[str, int] = {}
        self._order_ids: dict[tuple[str, str], int] = {}
        self._rows: list[tuple[int, int, int]] = []
        self._age_days: list[float] = []

    def add(self, user_id: str, order_id: str, item_id: str, age_days: float) -> None:
        user = self.user_ids.setdefault(user_id, len(self.user_ids))
        item = self._item_ids.setdefault(item_id, len(self._item_ids))
        order = self._order_ids.setdefault((user_id, order_id), len(self._order_ids))
        self._rows.append((user, item, order))
        self._age_days.append(age_days)

    def whole(self) -> Purchases:
        columns = np.array(self._rows, dtype=np.int32).reshape(-1, 3).T
        return Purchases(
            user_ids=tuple(self.user_ids),
            item_ids=tuple(self._item_ids),
            user=columns[0].copy(),
            item=columns[1].copy(),
            order=columns[2].copy(),
            age_days=np.array(self._age_days, dtype=np.float32),
        )


_NOTHING = _Batch().whole()
