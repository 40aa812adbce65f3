"""Rows in the order in which their table is stored, however many: some in memory, the others on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns import Column
from storage.values import Bad

# So many rows, or bytes, are sorted at once; half of the rows are read back at once, piece by piece.
_ROWS, _BYTES = 120_000, 32 << 20
_PIECE, _BLOCK = 2_000, 20_000

NUMBER, PLACE = "line_number", "place"


class SortedRows:
    """Takes rows in any order and gives them back as tables, by the text in the column `key`.

    `types` are the columns; beside them the tables have NUMBER, the line, and PLACE, that of `SeenKeys`.
    The temporary file in `folder` has no name; `close` it.
    """

    def __init__(self, folder: Path, key: str, types: Mapping[str, pa.DataType]) -> None:
        self.count = 0
        self._folder = folder
        self._key = key
        self._schema = pa.schema([(NUMBER, pa.int64()), (PLACE, pa.uint32()), *types.items()])
        self._held: list[pa.Table] = []
        self._rows = self._bytes = 0
        self._file: IO[bytes] | None = None
        self._runs: list[list[int]] = []  # where the pieces of each sorted run start and end in the file

    def close(self) -> None:
        """Forget all rows."""
        self._held, self._runs = [], []
        if self._file is not None:
            self._file.close()

    def add(
        self, numbers: Sequence[int], places: Any, columns: Sequence[Column[object]], left_out: Sequence[int]
    ) -> None:
        """Take the rows of a batch but for those left out."""
        types = self._schema.types[2:]
        cells = [_array(column, of) for column, of in zip(columns, types, strict=True)]
        table = pa.Table.from_arrays(
            [pa.array(np.asarray(numbers, np.int64)), pa.array(places), *cells], schema=self._schema
        )
        if left_out:
            table = table.take(pa.array(np.delete(np.arange(len(table)), left_out)))
        self._held.append(table)
        self.count += len(table)
        self._rows += len(table)
        self._bytes += table.nbytes
        if self._rows >= _ROWS or self._bytes >= _BYTES:
            self._put_by()

    def blocks(self) -> Iterator[pa.Table]:
        """All rows, once."""
        if not self._runs:
            if self._held:
                yield from self._sorted(self._held, _BLOCK)
            return
        self._put_by()
        yield from self._merged([_Run(self._piece, cuts, self._key) for cuts in self._runs])

    def _merged(self, runs: Sequence[_Run]) -> Iterator[pa.Table]:
        """The runs as one: again and again all up to where the first of them has to be read on."""
        pieces = max(_ROWS // 2 // _PIECE // len(runs), 1)
        while waiting := [run for run in runs if run.fill(pieces)]:
            last = min((run.last for run in waiting if run.has_more), default=None)
            yield from self._sorted([part for run in waiting for part in run.upto(last)], _BLOCK)

    def _put_by(self) -> None:
        """Write the rows that are held into the file, sorted."""
        if not self._held:
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._rows = self._bytes = 0
        cuts = [self._file.tell()]
        for piece in self._sorted(self._held, _PIECE):
            self._file.write(piece.to_batches()[0].serialize())
            cuts.append(self._file.tell())
        self._runs.append(cuts)

    def _piece(self, start: int, end: int) -> pa.Table:
        assert self._file is not None
        self._file.seek(start)
        read = pa.ipc.read_record_batch(pa.py_buffer(self._file.read(end - start)), self._schema)
        return pa.Table.from_batches([read])

    def _sorted(self, parts: list[pa.Table], rows: int) -> Iterator[pa.Table]:
        """The rows of these parts in order, so many at a time; the parts are given up."""
        whole = pa.concat_tables(parts).combine_chunks()
        parts.clear()
        order = pc.sort_indices(whole[self._key])
        for first in range(0, len(whole), rows):
            yield whole.take(order.slice(first, rows))


class _Run:
    """One sorted run of the file, read back piece by piece."""

    def __init__(self, piece: Callable[[int, int], pa.Table], cuts: Sequence[int], key: str) -> None:
        self._piece = piece
        self._unread = [*pairwise(cuts)][::-1]
        self._key = key
        self._parts: list[pa.Table] = []

    @property
    def has_more(self) -> bool:
        """Whether there are rows that were not read yet."""
        return bool(self._unread)

    @property
    def last(self) -> str:
        """The key of the last row that was read."""
        return str(self._parts[-1][self._key][-1])

    def fill(self, pieces: int) -> bool:
        """Read until so many pieces are there; returns whether any is."""
        while self._unread and len(self._parts) < pieces:
            self._parts.append(self._piece(*self._unread.pop()))
        return bool(self._parts)

    def upto(self, key: str | None) -> Sequence[pa.Table]:
        """Take out the rows up to this key, or all."""
        parts, self._parts = self._parts, []
        if key is None:
            return parts
        taken = []
        for part in parts:
            count = pc.sum(pc.less_equal(part[self._key], key)).as_py()
            taken.append(part.slice(0, count))
            if count < len(part):
                self._parts.append(part.slice(count))
        return taken


def _array(column: Column[object], of: pa.DataType) -> pa.Array:
    values = pa.array([None if isinstance(value, Bad) else value for value in column.values], of)
    return pa.DictionaryArray.from_arrays(pa.array(column.codes), values).dictionary_decode()
