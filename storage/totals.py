"""The money of order lines in cents, from their total, or from unit price, quantity and discount."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import filterfalse
from typing import Any

import numpy as np
import pyarrow as pa

from storage.columns import Column, together
from storage.numbers import NumberParser, line_total, whole_units
from storage.values import Bad, Reader

# The product of two such numbers is far from the end of int64, and from the largest total.
_LARGEST_FACTOR = 10**7
_KEPT = 50_000


class TotalReader:
    """Reads columns of total, unit price, quantity and discount, each with its parser, as cents.

    `found_bad` says whether the last ones held a Bad.
    """

    def __init__(self, parsers: Sequence[NumberParser]) -> None:
        self.found_bad = False
        self._parsers = parsers
        self._careful: Reader[tuple[str, ...]] = Reader(self._parse)
        self._prices, self._counts = _Whole(parsers[1], 2), _Whole(parsers[2], 0)

    def read(self, columns: Sequence[Column[str]]) -> Column[object]:
        """The cents of each row; None where no money is given, or where a number is bad by itself."""
        total, unit_price, quantity, discount = columns
        if list(total.values) == list(discount.values) == [""]:
            products = self._products(unit_price, quantity)
            if products is not None:
                self.found_bad = False
                return products
        parts = together(columns)
        found = Column(self._careful.read(parts.values), parts.codes)
        self.found_bad = self._careful.found_bad
        return found

    def _products(self, unit_price: Column[str], quantity: Column[str]) -> Column[object] | None:
        """Whole cents times whole quantities, all at once; None where there are others among them."""
        prices, counts = self._prices.of(unit_price.values), self._counts.of(quantity.values)
        if prices is None or counts is None:
            return None
        counts = counts[quantity.codes]
        amounts = prices[unit_price.codes] * counts
        # What comes back is negative, whatever sign its price has.
        np.negative(amounts, out=amounts, where=(counts < 0) & (amounts > 0))
        encoded = pa.array(amounts).dictionary_encode()
        return Column(encoded.dictionary.to_pylist(), encoded.indices.to_numpy())

    def _parse(self, cells: tuple[str, ...]) -> object:
        read = [parser(cell) for parser, cell in zip(self._parsers, cells, strict=True)]
        numbers = [each if isinstance(each, Decimal) else None for each in read]
        if any(isinstance(each, Bad) for each in read):
            return None  # the line is rejected for the number itself
        total, unit_price, quantity, discount = numbers
        return line_total(total, unit_price, Decimal(1) if quantity is None else quantity, discount)


class _Whole:
    """The numbers of one column times ten to `places`, where all are whole; each distinct cell once."""

    def __init__(self, parser: NumberParser, places: int) -> None:
        self._parser = parser
        self._places = places
        self._known: dict[str, int | None] = {}

    def of(self, cells: Sequence[str]) -> Any:
        """The integers of these cells; None where one is none, or too large."""
        known = self._known
        if len(known) > _KEPT:
            known.clear()
        for cell in filterfalse(known.__contains__, cells):
            known[cell] = self._scaled(cell)
        scaled = list(map(known.__getitem__, cells))
        return None if None in scaled else np.array(scaled, dtype=np.int64)

    def _scaled(self, cell: str) -> int | None:
        number = self._parser(cell)
        whole = whole_units(number, self._places) if isinstance(number, Decimal) else None
        return whole if whole is not None and abs(whole) <= _LARGEST_FACTOR else None
