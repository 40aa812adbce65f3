"""Parquet as a stream of batches: every column becomes the text that a CSV of it would hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage.batches import BATCH_ROWS, Batch, distinct_names
from storage.errors import ImportRefusedError
from storage.notices import Notice

# Whole numbers above this were rounded when they became floating-point numbers.
_EXACT = float(2**53)


class ParquetSource:
    """A Parquet file; its first row counts as line 2, as if it had a header line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.notices: tuple[Notice, ...] = ()
        try:
            with pq.ParquetFile(path) as file:
                self.columns = distinct_names(file.schema_arrow.names)
                self._rows = file.metadata.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged() from error

    def count(self) -> int | None:
        """As the file's end says."""
        return int(self._rows)

    def batches(self) -> Iterator[Batch]:
        """The rows from first to last."""
        number = 2
        try:
            with pq.ParquetFile(self._path, pre_buffer=False) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                    columns = [as_text(column) for column in batch.columns]
                    numbers = range(number, number + batch.num_rows)
                    number += batch.num_rows
                    yield Batch(numbers, columns, [], self.size * (number - 2) // max(self._rows, 1))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged() from error

    def _damaged(self) -> ImportRefusedError:
        return ImportRefusedError(
            "{file} is damaged or not complete.", next_step="Export or copy it again.", file=self._path.name
        )


def as_text(column: pa.Array) -> Sequence[str]:
    """One column as text cells; a missing value is an empty cell."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_timestamp(kind):
        # Seconds are what is stored; a time with a zone is written in UTC, with a Z.
        column = pc.cast(column, pa.timestamp("s", tz="UTC" if kind.tz else None), safe=False)
    elif pa.types.is_floating(kind):
        return _floats(column)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        # Some writers do not say that their text is text.
        return ["" if value is None else value.decode("utf-8", "replace") for value in column.to_pylist()]
    elif pa.types.is_decimal(kind):
        return [_decimal(value) for value in column.to_pylist()]
    elif not (
        _is_text(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_boolean(kind)
    ):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return pc.fill_null(pc.cast(column, pa.string()), "").to_pylist()  # type: ignore[no-any-return]


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)  # type: ignore[no-any-return]


def _floats(column: pa.Array) -> Sequence[str]:
    """Shortest text of each number: whole ones without a point, rounded ones in scientific notation."""
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    counted = pc.dictionary_encode(known)
    texts = [_float(text, value) for text, value in _with_text(counted.dictionary)]
    return ["" if index is None else texts[index] for index in counted.indices.to_pylist()]


def _with_text(values: pa.Array) -> Iterator[tuple[str, float]]:
    return zip(pc.cast(values, pa.string()).to_pylist(), values.to_pylist(), strict=True)


def _float(text: str, value: float) -> str:
    if not value.is_integer():
        return text
    return str(int(value)) if abs(value) <= _EXACT else f"{value:.6E}"


def _decimal(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == value.to_integral_value() else format(value, "f")
