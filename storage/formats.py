"""Opening a file as a stream of batches of text cells, whatever its format.

A further format is a further module with a `Source`, and an entry in `open_source`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from storage.errors import ImportRefusedError

BATCH_ROWS = 2_000

_NOT_YET = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
)


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
    """A file with named columns that can be read from the start as often as needed."""

    columns: tuple[str, ...]
    size: int

    def batches(self) -> Iterator[Batch]:
        """The rows from first to last."""
        ...


def open_source(path: Path) -> Source:
    """The file at `path` as a Source; raises ImportRefusedError where it is none."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise ImportRefusedError(
            "{file} cannot be read: {problem}.",
            next_step="Check the name of the file.",
            file=path.name,
            problem=error.strerror or str(error),
        ) from error
    if not start.strip():
        raise ImportRefusedError("{file} is empty.", next_step="Export it again.", file=path.name)
    if start.startswith(b"PAR1"):
        from storage.parquet_format import ParquetSource

        return ParquetSource(path)
    for mark, what in _NOT_YET:
        if start.startswith(mark):
            raise ImportRefusedError(
                "{file} is {what}.",
                next_step="Save it as CSV (UTF-8) and import that.",
                file=path.name,
                what=what,
            )
    from storage.csv_format import CsvSource

    return CsvSource(path)


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Header names trimmed, numbered where several are alike: `price`, `price (2)`; none is empty."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        trimmed = name.strip().strip("\ufeff")
        seen[trimmed] = seen.get(trimmed, 0) + 1
        distinct.append(f"{trimmed} ({seen[trimmed]})" if seen[trimmed] > 1 and trimmed else trimmed)
    return tuple(distinct)
