"""Which orders may hold the same item twice: found while a file is read, in memory that does not grow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BITS = 1 << 27


class SeenPairs:
    """Remembers one bit of each (order, item) seen: 16 MiB for any file.

    A pair that comes again is always told; now and then one is told that did not.
    """

    def __init__(self) -> None:
        self._bits = np.zeros(_BITS >> 3, dtype=np.uint8)

    def again(self, orders: Sequence[object], items: Sequence[object]) -> set[tuple[object, object]]:
        """Those of these pairs that may have been seen before, here or earlier in the file."""
        places = np.fromiter(map(hash, zip(orders, items, strict=True)), np.int64, len(orders)) & (_BITS - 1)
        cells, bits = places >> 3, np.left_shift(1, places & 7).astype(np.uint8)
        again = (self._bits[cells] & bits) != 0
        np.bitwise_or.at(self._bits, cells, bits)
        order = np.argsort(places, kind="stable")
        again[order[1:]] |= places[order[1:]] == places[order[:-1]]
        return {(orders[index], items[index]) for index in np.nonzero(again)[0].tolist()}
