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
        self._repeated = np.zeros(_BITS >> 3, dtype=np.uint8)
        # Which bit is whose, for the rows looked at last: uint32, (n_rows,).
        self.places: Any = np.empty(0, dtype=np.uint32)

    def alone(self, places: Any) -> Any:
        """Which of the rows with these `places` have a key that no other row has, as far as was seen."""
        cells, bits = _bits_of(places)
        return (self._repeated[cells] & bits) == 0

    def again(self, *columns: Column[object]) -> set[tuple[object, ...]]:
        """Those of these keys that may have been seen before, here or earlier in the file."""
        if not len(columns[0].codes):
            self.places = self.places[:0]
            return set()
        places = _hashes(columns[0])
        for column in columns[1:]:
            places = places * _SPREAD ^ _hashes(column)
        self.places = places = ((places * _SPREAD) >> _SHIFT).astype(np.uint32)
        cells, bits = _bits_of(places)
        again = (self._bits[cells] & bits) != 0
        _remember(self._bits, cells, bits)
        order = np.argsort(places, kind="stable")
        again[order[1:]] |= places[order[1:]] == places[order[:-1]]
        _remember(self._repeated, cells[again], bits[again])
        return {tuple(column.at(row) for column in columns) for row in np.nonzero(again)[0].tolist()}


def _bits_of(places: Any) -> tuple[Any, Any]:
    return places >> 3, np.left_shift(1, places & 7).astype(np.uint8)


def _remember(all_bits: Any, cells: Any, bits: Any) -> None:
    """Set the bits; where several lie in one byte only the last is written, so the others come again."""
    while len(cells):
        all_bits[cells] |= bits
        lost = (all_bits[cells] & bits) == 0
        cells, bits = cells[lost], bits[lost]


def _hashes(column: Column[object]) -> Any:
    hashes = np.fromiter(map(hash, column.values), np.int64, len(column.values))
    return hashes.view(np.uint64)[column.codes]
