"""Which rows may come a second time: found while a file is read, in memory that does not grow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BITS = 1 << 27


class SeenKeys:
    """Remembers one bit of each key seen, such as (order, item): 16 MiB for any file.

    A key that comes again is always told; now and then one is told that did not.
    """

    def __init__(self) -> None:
        self._bits = np.zeros(_BITS >> 3, dtype=np.uint8)

    def again(self, *columns: Sequence[object]) -> set[tuple[object, ...]]:
        """Those of these keys that may have been seen before, here or earlier in the file."""
        keys = zip(*columns, strict=True)
        places = np.fromiter(map(hash, keys), np.int64, len(columns[0])) & (_BITS - 1)
        cells, bits = places >> 3, np.left_shift(1, places & 7).astype(np.uint8)
        again = (self._bits[cells] & bits) != 0
        np.bitwise_or.at(self._bits, cells, bits)
        order = np.argsort(places, kind="stable")
        again[order[1:]] |= places[order[1:]] == places[order[:-1]]
        return {tuple(column[index] for column in columns) for index in np.nonzero(again)[0].tolist()}
