"""Which rows may come a second time: found while a file is read, in memory that does not grow."""

from __future__ import annotations

from typing import Any

import numpy as np

from storage.columns import Column

_BITS = 1 << 27
_SHIFT = np.uint64(64 - 27)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class SeenKeys:
    """Remembers one bit of each key seen, such as (order, item): 16 MiB for any file.

    A key that comes again is always told; now and then one is told that did not.
    """

    def __init__(self) -> None:
        self._bits = np.zeros(_BITS >> 3, dtype=np.uint8)

    def again(self, *columns: Column[object]) -> set[tuple[object, ...]]:
        """Those of these keys that may have been seen before, here or earlier in the file."""
        if not len(columns[0].codes):
            return set()
        places = _hashes(columns[0])
        for column in columns[1:]:
            places = places * _SPREAD ^ _hashes(column)
        places = (places * _SPREAD) >> _SHIFT
        cells, bits = places >> 3, np.left_shift(1, places & 7).astype(np.uint8)
        again = (self._bits[cells] & bits) != 0
        self._remember(cells, bits)
        order = np.argsort(places, kind="stable")
        again[order[1:]] |= places[order[1:]] == places[order[:-1]]
        return {tuple(column.at(row) for column in columns) for row in np.nonzero(again)[0].tolist()}

    def _remember(self, cells: Any, bits: Any) -> None:
        """Set the bits; where several lie in one byte only the last is written, so the others come again."""
        while len(cells):
            self._bits[cells] |= bits
            lost = (self._bits[cells] & bits) == 0
            cells, bits = cells[lost], bits[lost]


def _hashes(column: Column[object]) -> Any:
    hashes = np.fromiter(map(hash, column.values), np.int64, len(column.values))
    return hashes.view(np.uint64)[column.codes]
