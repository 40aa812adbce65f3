"""CSV as a stream of batches: any of three separators, cells over several lines, exact line numbers.

Most of most files is plain, and read a block at a time; what is not, the csv module reads row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from storage.batches import BATCH_ROWS, Batch, BrokenRow
from storage.csv_header import read_header
from storage.errors import ImportRefusedError
from storage.notices import Notice
from storage.plain_csv import plain_columns
from storage.text_encoding import text_encoding

# A last line of our own. Where it does not come back as a row by itself, a quote was never closed.
_END = "\x1fend of file\x1f"
# A row that swallows the rest of the file is read again from its next line, but not for ever.
_REPAIRS = 100
# Blocks of a megabyte keep the working set in the processor's cache. One whose last cell goes on in the next
# is read together with it; after a few, row by row.
_BLOCK = 1 << 20
_JOINED = 4
# A long text may hold many lines, and is one bad cell; what is longer is a quote that was never closed.
csv.field_size_limit(16 << 20)
# So many rows are read before their length is looked at, and so many characters make a batch.
_ROWS_AT_ONCE = 20
_BATCH_CHARACTERS = 8 << 20

# In these the byte of a line end is never a part of another character.
_CUT_ANYWHERE = ("utf-8", "utf-8-sig", "gb18030", "latin-1", "cp1252")


class CsvSource:
    """A CSV file whose first line that is not blank holds the names of its columns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        encoding = text_encoding(path)
        if encoding is None:
            raise ImportRefusedError(
                "{file} is not a text file.", next_step="Save it as CSV (UTF-8).", file=path.name
            )
        self._encoding = encoding.name
        self.notices: tuple[Notice, ...] = encoding.notices()
        header = read_header(path, encoding.name)
        self._separator, self._header_ends = header.separator, header.ends
        self.columns = header.names

    def count(self) -> int | None:
        """Not known: a cell may hold line ends."""
        return None

    def batches(self) -> Generator[Batch, None, None]:
        """The rows after the header, blank ones left out."""
        start: int | None = self._header_ends + 1
        if self._encoding in _CUT_ANYWHERE:
            start = yield from self._blockwise(self._header_ends + 1)
        if start is not None:
            yield from self._row_by_row(start)

    def _blockwise(self, start: int) -> Generator[Batch, None, int | None]:
        """Batches from line `start` on; returns the line from which blocks cannot be told apart, if any."""
        with self._path.open("rb") as file:
            if not _skip_lines(file, self._header_ends):
                return start
            first, joined = True, b""
            while more := file.read(_BLOCK) + file.readline(_BLOCK):
                block = joined + more
                batches = self._of_block(block, start, file.tell())
                if batches is not None:
                    yield from _in_parts(batches, len(block)) if first else batches
                    first, joined = False, b""
                    start += _line_ends(block)
                elif len(block) < _JOINED * _BLOCK:
                    joined = block
                else:
                    return start
            return start if joined else None

    def _of_block(self, block: bytes, start: int, bytes_done: int) -> Sequence[Batch] | None:
        """The rows of a block whose first line is `start`; None where it does not end with a row."""
        if not block.endswith(b"\n"):
            if bytes_done < self.size:
                return None
            block += b"\n"
        if self._encoding != "utf-8":
            block = block.decode(self._encoding.removesuffix("-sig"), errors="replace").encode()
        columns = plain_columns(block, len(self.columns), self._separator)
        if columns is not None:
            return [Batch(range(start, start + len(columns[0])), columns, [], bytes_done)]
        batches = []
        lines = chain(io.StringIO(block.decode(errors="replace"), newline=""), [_END])
        reading = self._read(lines, start, lambda: bytes_done)
        while True:
            try:
                batches.append(next(reading))
            except StopIteration as stop:
                return batches if stop.value is None else None

    def _row_by_row(self, start: int) -> Generator[Batch, None, None]:
        """Batches from line `start` on. A quote that is never closed costs its own line only."""
        broken_at: int | None = None
        for _ in range(_REPAIRS):
            with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
                lines = chain(file, [_END])
                if broken_at is not None:
                    text = next(islice(lines, broken_at - 1, None)).rstrip("\r\n")
                    broken = BrokenRow(broken_at, _unreadable(text), [text])
                    yield Batch([], [[]] * len(self.columns), [broken], 0)
                    start = broken_at + 1
                else:
                    next(islice(lines, start - 1, start - 1), None)
                broken_at = yield from self._read(lines, start, file.buffer.tell)  # type: ignore[attr-defined]
            if broken_at is None:
                return
        raise ImportRefusedError(
            "Line {line}: a quote opens and is never closed, as in {count} lines before.",
            next_step="Export the file again with its quotes doubled.",
            line=broken_at,
            count=_REPAIRS,
        )

    def _read(
        self, lines: Iterator[str], start: int, tell: Callable[[], int]
    ) -> Generator[Batch, None, int | None]:
        """Batches up to the end, or up to a row whose quote is never closed: then its line is returned."""
        reader = csv.reader(lines, delimiter=self._separator)
        while True:
            rows: list[list[str]] = []
            before = reader.line_num
            unclosed = ended = False
            try:
                _read_batch(reader, rows)
            except csv.Error:
                unclosed = True  # a cell longer than the csv module takes
            if rows and rows[-1] and rows[-1][-1].endswith(_END):
                ended = rows[-1] == [_END]
                unclosed = not ended
                rows.pop()
            read = reader.line_num - before - ended
            numbers: Sequence[int] = range(start, start + len(rows))
            following = start + read
            if unclosed or read != len(rows):
                numbers, following = _starts(rows, start)
            yield self._batch(numbers, rows, tell())
            if unclosed:
                return following
            if ended:
                return None
            start = following

    def _batch(self, numbers: Sequence[int], rows: list[list[str]], bytes_done: int) -> Batch:
        width = len(self.columns)
        broken: list[BrokenRow] = []
        if set(map(len, rows)) - {width} or not all(row[0].strip() for row in rows):
            kept: list[tuple[int, list[str]]] = []
            for number, row in zip(numbers, rows, strict=True):
                if not any(cell and not cell.isspace() for cell in row):
                    continue
                if len(row) > width and not any(row[width:]):
                    row = row[:width]
                if len(row) == width:
                    kept.append((number, row))
                else:
                    broken.append(BrokenRow(number, _wrong_width(len(row), width), row))
            numbers, rows = [number for number, _ in kept], [row for _, row in kept]
        columns: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [[]] * width
        return Batch(numbers, columns, broken, bytes_done)


def _read_batch(reader: Iterator[list[str]], rows: list[list[str]]) -> None:
    """Append the next rows: as many as make a batch, or fewer where they are long."""
    characters = 0
    while len(rows) < BATCH_ROWS and characters < _BATCH_CHARACTERS:
        before = len(rows)
        rows.extend(islice(reader, _ROWS_AT_ONCE))
        if len(rows) == before:
            return
        characters += sum(map(len, chain.from_iterable(rows[before:])))


def _skip_lines(file: BinaryIO, count: int) -> bool:
    """Pass over this many lines; False where they do not end as those of most files."""
    for _ in range(count):
        line = file.readline(_BLOCK)
        if line.count(b"\r") != line.count(b"\r\n") or not (line.endswith(b"\n") or not file.peek(1)):  # type: ignore[attr-defined]
            return False
    return True


def _line_ends(block: bytes) -> int:
    alone = block.count(b"\r") - block.count(b"\r\n") if b"\r" in block else 0
    return block.count(b"\n") + alone


def _in_parts(batches: Sequence[Batch], size: int) -> Iterator[Batch]:
    """Short batches of a block of this size, for who only wants to see the first rows."""
    for batch in batches:
        rows = len(batch.numbers)
        for first in range(0, max(rows, 1), BATCH_ROWS):
            part = slice(first, first + BATCH_ROWS)
            broken = batch.broken if first == 0 else []
            done = batch.bytes_done - size * max(rows - part.stop, 0) // max(rows, 1)
            yield Batch(batch.numbers[part], [each[part] for each in batch.columns], broken, done)


def _starts(rows: Sequence[Sequence[str]], start: int) -> tuple[list[int], int]:
    """The line where each row starts, counting the line ends within cells, and the line after the last."""
    numbers = []
    for row in rows:
        numbers.append(start)
        text = ",".join(row)
        start += 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
    return numbers, start


def _unreadable(line: str) -> str:
    most = csv.field_size_limit()
    if len(line) > most:
        return f"The line has {len(line)} characters, and a cell may have {most}. Shorten it."
    return "A quote opens in this line and is never closed. Close it or take it out."


def _wrong_width(cells: int, width: int) -> str:
    return f"The line has {cells} cells and the header {width}. Quote cells that hold the separator."
