"""CSV as a stream of batches: any of three separators, cells over several lines, exact line numbers."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

from storage.batches import BATCH_ROWS, Batch, BrokenRow, distinct_names
from storage.errors import ImportRefusedError
from storage.notices import Notice
from storage.tables import known_names
from storage.text_encoding import text_encoding

# A last line of our own. Where it does not come back as a row by itself, a quote was never closed.
_END = "\x1fend of file\x1f"
# A row that swallows the rest of the file is read again from its next line, but not for ever.
_REPAIRS = 100
_SEPARATORS = ",;\t"
_TITLE_ROWS = 20


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
        self._separator, names, self._header_ends = self._header()
        while len(names) > 1 and not names[-1].strip():
            names = names[:-1]
        self.columns = distinct_names(names)

    def count(self) -> int | None:
        """Not known: a cell may hold line ends."""
        return None

    def batches(self) -> Generator[Batch, None, None]:
        """The rows after the header, blank ones left out."""
        start = self._header_ends + 1
        broken_at: int | None = None
        for _ in range(_REPAIRS):
            with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
                lines = chain(file, [_END])
                if broken_at is not None:
                    text = next(islice(lines, broken_at - 1, None)).rstrip("\r\n")
                    reason = _unreadable(text)
                    yield Batch([], [[]] * len(self.columns), [BrokenRow(broken_at, reason, [text])], 0)
                    start = broken_at + 1
                else:
                    next(islice(lines, start - 1, start - 1), None)
                broken_at = yield from self._read(file, lines, start)
            if broken_at is None:
                return
        raise ImportRefusedError(
            "Line {line}: a quote opens and is never closed, as in {count} lines before.",
            next_step="Export the file again with its quotes doubled.",
            line=broken_at,
            count=_REPAIRS,
        )

    def _read(self, file: Any, lines: Iterator[str], start: int) -> Generator[Batch, None, int | None]:
        """Batches up to the end, or up to a row whose quote is never closed: then its line is returned."""
        reader = csv.reader(lines, delimiter=self._separator)
        while True:
            rows: list[list[str]] = []
            before = reader.line_num
            unclosed = ended = False
            try:
                rows.extend(islice(reader, BATCH_ROWS))
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
            yield self._batch(numbers, rows, file.buffer.tell())
            if unclosed:
                return following
            if ended:
                return None
            start = following

    def _batch(self, numbers: Sequence[int], rows: list[list[str]], bytes_done: int) -> Batch:
        width = len(self.columns)
        broken: list[BrokenRow] = []
        blank = [""] * width
        if blank in rows or set(map(len, rows)) - {width}:
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

    def _header(self) -> tuple[str, list[str], int]:
        """The separator, the names, and the last line they take."""
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
            first = file.readline(1 << 16).strip()
        if first.casefold().startswith("sep=") and len(first) == 5:
            return (first[4], *self._names(first[4], 1))
        found = [(separator, *self._names(separator, 0)) for separator in _SEPARATORS]
        return max(found, key=lambda each: len(each[1]))

    def _names(self, separator: str, skipped: int) -> tuple[list[str], int]:
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
            reader = csv.reader(islice(file, skipped, None), delimiter=separator)
            rows = ((row, reader.line_num + skipped) for row in reader if any(map(str.strip, row)))
            names = None
            with suppress(csv.Error):
                names = next(rows, None)
                if names is not None and len(names[0]) == 1 and not known_names(names[0]):
                    # A title stands above the names, where these are ours.
                    titled = (each for each in islice(rows, _TITLE_ROWS) if known_names(each[0]) > 1)
                    names = next(titled, names)
            if names is not None:
                return names
        raise ImportRefusedError(
            "{file} has no line with column names.",
            next_step="Put the names of the columns in the first line.",
            file=self._path.name,
        )


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
