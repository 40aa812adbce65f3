"""What every format gives: batches of text cells with their line numbers, and names for the columns."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.notices import Notice

BATCH_ROWS = 2_000


@dataclass(frozen=True)
class BrokenRow:
    """A row whose cells cannot be told apart; `cells` is what could be read of it."""

    number: int
    reason: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: `columns[c][r]` is a cell as text, `numbers[r]` the line where row r starts."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]
    broken: Sequence[BrokenRow]
    bytes_done: int


class Source(Protocol):
    """A file with named columns that can be read from the start as often as needed; `size` is in bytes."""

    columns: tuple[str, ...]
    size: int
    notices: tuple[Notice, ...]

    def batches(self) -> Iterator[Batch]:
        """The rows from first to last."""
        ...

    def count(self) -> int | None:
        """How many rows there are, where that is known without reading them."""
        ...


def first_columns(source: Source) -> list[list[str]]:
    """The columns of the first batch with rows; empty ones where the file has none."""
    batches = source.batches()
    try:
        first = next((batch.columns for batch in batches if batch.numbers), [[]] * len(source.columns))
        return list(map(list, first))
    finally:
        if isinstance(batches, Generator):
            batches.close()


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Header names trimmed, numbered where several are alike: `price`, `price (2)`; none is empty."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        trimmed = name.strip().strip("\ufeff")
        seen[trimmed] = seen.get(trimmed, 0) + 1
        distinct.append(f"{trimmed} ({seen[trimmed]})" if seen[trimmed] > 1 and trimmed else trimmed)
    return tuple(distinct)
