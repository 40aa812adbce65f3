"""Columns of cells with each distinct cell once: what is read, checked and compared a batch at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

import numpy as np
import pyarrow as pa

Value = TypeVar("Value")
Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True)
class Column(Generic[Value]):
    """One value a row: row r holds `values[codes[r]]`."""

    values: Sequence[Value]
    codes: Any  # integers, (n_rows,)

    def at(self, row: int) -> Value:
        """The value of one row."""
        return self.values[int(self.codes[row])]

    def rows(self) -> list[Value]:
        """The value of each row."""
        if len(self.values) == 1:
            return [self.values[0]] * len(self.codes)
        distinct = np.empty(len(self.values), dtype=object)
        distinct[:] = self.values
        return distinct[self.codes].tolist()  # type: ignore[no-any-return]

    def counts(self) -> list[int]:
        """In how many rows each of `values` stands."""
        return np.bincount(self.codes, minlength=len(self.values)).tolist()  # type: ignore[no-any-return]

    def where(self, places: Sequence[int]) -> list[int]:
        """The rows that hold one of the values at these places, in order."""
        return np.nonzero(np.isin(self.codes, places))[0].tolist()


class ArrowCells(Sequence[str]):
    """Cells of one column as Arrow holds them; each becomes a str only when it is asked for."""

    def __init__(self, array: pa.StringArray) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> ArrowCells: ...
    def __getitem__(self, place: int | slice) -> str | ArrowCells:
        found = self._array[place]
        return ArrowCells(found) if isinstance(place, slice) else str(found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._array.to_pylist())

    def distinct(self) -> Column[str]:
        """Each distinct cell once, in the order of its first row."""
        encoded = self._array.dictionary_encode()
        return Column(encoded.dictionary.to_pylist(), encoded.indices.to_numpy())


def distinct(cells: Sequence[Cell]) -> Column[Cell]:
    """Each distinct cell once, in the order of its first row."""
    if isinstance(cells, ArrowCells):
        return cells.distinct()  # type: ignore[return-value]
    places: dict[Cell, int] = {}
    codes = [places.setdefault(cell, len(places)) for cell in cells]
    return Column(list(places), np.array(codes, dtype=np.int64))


def together(columns: Sequence[Column[Value]]) -> Column[tuple[Value, ...]]:
    """The distinct rows of several columns as tuples. A column may have one code for all rows."""
    values: list[tuple[Value, ...]] = [()]
    codes = np.zeros(max(np.size(column.codes) for column in columns), dtype=np.int64)
    for column in columns:
        width = len(column.values)
        encoded = pa.array(codes * width + column.codes).dictionary_encode()
        left, right = np.divmod(encoded.dictionary.to_numpy(), max(width, 1))
        values = [
            (*values[one], column.values[other])
            for one, other in zip(left.tolist(), right.tolist(), strict=True)
        ]
        codes = encoded.indices.to_numpy().astype(np.int64)
    return Column(values, codes)
