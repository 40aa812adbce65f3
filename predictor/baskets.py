"""Which items are in the same baskets: association rules with support, confidence and lift.

Of n baskets, with a of them holding A, b holding B and ab both: support = ab / n, confidence = ab / a,
lift = confidence / (b / n) (Brin et al. 1997). Rules of two items only need pair counts, which one sparse
product gives; growing trees of larger sets (FP-Growth) would find the same pairs at a higher price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from predictor.purchases import Purchases, purchases
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

FEWEST_BASKETS = 5  # in which both stand: fewer are an anecdote
# Standard errors to the lower bound of the lift. A shop has thousands of pairs, of which one in forty would
# pass a bound of 95 % by chance alone; with this one it is one in two thousand.
CERTAINTY = 3.29
# A wholesaler's order of everything says nothing about any two items, and costs the square of its length.
MOST_ITEMS_OF_A_BASKET = 200
_BLOCK = 1_000

_ITEMS = """
SELECT item_id, MAX(item_name) AS name, MAX(category) AS category
FROM known_lines WHERE bought = 1 GROUP BY item_id
"""


@dataclass(frozen=True)
class Rule:
    """Who has one item in the basket has `item_id`, too; `lift_low` is the lower bound of the lift."""

    item_id: str
    baskets: int
    support: float
    confidence: float
    lift: float
    lift_low: float

    @property
    def more_than_chance(self) -> float:
        """The share of all baskets that surely hold both beyond what chance would bring together.

        Leverage (Piatetsky-Shapiro 1991) at the lower bound of the lift. By the lift alone, rare pairs would
        come first, however little is sold of them.
        """
        return self.support / self.lift * (self.lift_low - 1)


_TEXTS = ("item_ids", "names", "categories")


@dataclass(frozen=True)
class Baskets:
    """What is in which basket: (n_baskets, n_items) of ones; names and categories are empty where unknown.

    `left_out` counts baskets of more than MOST_ITEMS_OF_A_BASKET items, which are not among them.
    """

    item_ids: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    contents: csc_array
    left_out: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> Baskets:
        """The baskets of all orders known at the snapshot."""
        bought = purchases(snapshot)
        about = item_texts(snapshot, {row[0]: (row[1] or "", row[2] or "") for row in snapshot.query(_ITEMS)})
        contents, left_out = _contents(bought)
        nothing = ("", "")
        return cls(
            item_ids=bought.item_ids,
            names=tuple(about.get(item_id, nothing)[0] for item_id in bought.item_ids),
            categories=tuple(about.get(item_id, nothing)[1] for item_id in bought.item_ids),
            contents=contents,
            left_out=left_out,
        )

    def save(self, path: Path, version: int) -> None:
        """Keep them in a file, whole or not at all, with the version of the data they were read from."""
        part = path.with_suffix(".part")
        texts = {name: np.array(getattr(self, name), dtype=np.str_) for name in _TEXTS}
        part.touch(mode=0o600)
        with part.open("wb") as file:
            np.savez(
                file,
                **texts,  # type: ignore[arg-type]
                rows=self.contents.indices,
                starts=self.contents.indptr,
                state=np.array([version, self.left_out, self.contents.shape[0]]),
            )
        part.replace(path)

    @classmethod
    def load(cls, path: Path, version: int) -> Baskets | None:
        """Those of the file; None where it is not there, is damaged or was made from other data."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                kept_version, left_out, n_baskets = kept["state"].tolist()
                if kept_version != version:
                    return None
                texts = {name: tuple(kept[name].tolist()) for name in _TEXTS}
                rows, starts = kept["rows"], kept["starts"]
        except (OSError, ValueError, KeyError, BadZipFile):
            return None
        ones = np.ones(len(rows), dtype=np.float32)
        contents = csc_array((ones, rows, starts), shape=(n_baskets, len(texts["item_ids"])))
        return cls(**texts, contents=contents, left_out=left_out)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(n_items,) in how many baskets each item is."""
        return np.asarray(np.diff(self.contents.indptr), dtype=np.int64)

    @property
    def n_baskets(self) -> int:
        """How many baskets there are."""
        return int(self.contents.shape[0])

    def place(self, item_id: str) -> int:
        """Where an item stands."""
        return self._places[item_id]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {item_id: place for place, item_id in enumerate(self.item_ids)}

    def rules_of(self, places: Sequence[int]) -> list[Rule]:
        """What else is in baskets that hold any of those items, the most telling first."""
        holds = np.asarray(self.contents[:, list(places)].sum(axis=1)).ravel() > 0
        both = np.asarray(self.contents.T @ holds.astype(np.float64))
        both[list(places)] = 0
        return self._rules(both, int(holds.sum()))

    def every_rule(self) -> Iterator[tuple[str, Rule]]:
        """All rules of the shop as (item_id, rule); memory does not grow with the square of the items."""
        often = np.flatnonzero(self.counts >= FEWEST_BASKETS)
        part = csr_array(self.contents[:, often])
        for start in range(0, len(often), _BLOCK):
            pairs = csr_array(part[:, start : start + _BLOCK].T @ part)
            for row in range(pairs.shape[0]):
                item = int(often[start + row])
                found = slice(pairs.indptr[row], pairs.indptr[row + 1])
                both = np.zeros(len(self.item_ids))
                both[often[pairs.indices[found]]] = pairs.data[found]
                both[item] = 0
                for rule in self._rules(both, int(self.counts[item])):
                    yield self.item_ids[item], rule

    def _rules(self, both: Floats, holding: int) -> list[Rule]:
        places = np.flatnonzero(both >= FEWEST_BASKETS)
        others = [self.item_ids[place] for place in places]
        return rules_from(others, both[places], self.counts[places], holding, self.n_baskets)


def rules_from(
    item_ids: Sequence[str], both: Floats, counts: NDArray[np.int64], holding: int, n_baskets: int
) -> list[Rule]:
    """The rules to those items that are no flukes, the most telling first.

    Of each item, `both` are the baskets in which it stands together with what `holding` baskets hold, and
    `counts` those in which it stands at all.
    """
    often = np.flatnonzero(both >= FEWEST_BASKETS)
    if not len(often):
        return []
    together, expected = both[often], counts[often] / n_baskets
    lift = together / holding / expected
    low = wilson_low(together, holding) / expected
    rules = [
        Rule(
            item_id=item_ids[often[each]],
            baskets=int(together[each]),
            support=float(together[each] / n_baskets),
            confidence=float(together[each] / holding),
            lift=float(lift[each]),
            lift_low=float(low[each]),
        )
        for each in np.flatnonzero(low > 1.0)
    ]
    return sorted(rules, key=lambda rule: (-rule.more_than_chance, rule.item_id))


def item_texts(snapshot: Snapshot, of_lines: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Name and category by item_id: as the table of items has them, else as order lines do."""
    about = dict(of_lines)
    for item_id, name, category in snapshot.connection.execute("SELECT item_id, name, category FROM items"):
        known = about.get(item_id)
        if known:
            about[item_id] = (name or known[0], category or known[1])
    return about


def wilson_low(successes: Floats, trials: int) -> Floats:
    """Lower bounds of shares, CERTAINTY standard errors below (Wilson 1927)."""
    share, z2 = successes / trials, CERTAINTY**2
    spread = CERTAINTY * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return np.asarray((share + z2 / (2 * trials) - spread) / (1 + z2 / trials))


def _contents(bought: Purchases) -> tuple[csc_array, int]:
    """Baskets that are not too large, by their items, and how many are."""
    n_orders = int(bought.order.max()) + 1 if len(bought) else 0
    sizes = np.bincount(bought.order, minlength=n_orders)
    fits = (sizes > 0) & (sizes <= MOST_ITEMS_OF_A_BASKET)
    number = np.cumsum(fits) - 1
    kept = fits[bought.order] if len(bought) else np.empty(0, dtype=bool)
    rows, columns = number[bought.order[kept]], bought.item[kept]
    shape = (int(fits.sum()), len(bought.item_ids))
    ones = np.ones(len(rows), dtype=np.float32)
    return csc_array((ones, (rows, columns)), shape=shape), int((sizes > MOST_ITEMS_OF_A_BASKET).sum())
