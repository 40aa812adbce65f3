"""Excel workbooks as a stream of batches: every cell becomes the text that a CSV of it would hold.

One sheet is read: of the visible ones with cells, the one whose header has most names of fields, of equals
the first. The others are named in a notice. The header is the sheet's first row with two names or more, so
that a title may stand above it; formulas count as what they last gave, and errors as empty cells.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from storage.batches import BATCH_ROWS, Batch, BrokenRow, distinct_names
from storage.errors import ImportRefusedError
from storage.notices import Notice
from storage.tables import known_names

Cell = int | float | str | bool | time | date | datetime | timedelta

# Excel keeps fifteen digits of a number and puts zeros for the rest; above 2**53 all programs round.
_DIGITS = 1e15
_EXACT = float(2**53)
# Titles and notes above a header take a few rows.
_TITLE_ROWS = 20

# A sheet is held as the rectangle around its cells, empty ones included, at 32 bytes each.
_MOST_CELLS = 60_000_000
_MOST_BYTES = 4 << 30
# Sheets are a tenth to a fiftieth of their size when packed.
_MOST_PACKED = 100
_HARMLESS = 100 << 20
_CHUNK = 1 << 20
_FILLED = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"[^>]*[^/>]>')


class XlsxSource:
    """The table of a workbook (.xlsx, .xlsm, .xls); its line numbers are the sheet's row numbers."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        if zipfile.is_zipfile(path):
            _check_package(path)
        tables = _tables(path)
        if not tables:
            raise ImportRefusedError(
                "{file} has no sheet with cells.",
                next_step="Put the table on a sheet that is not hidden.",
                file=path.name,
            )
        self._table = max(tables, key=lambda table: table.known)
        self.columns = self._table.columns
        self.notices: tuple[Notice, ...] = ()
        others = [table.sheet.name for table in tables if table is not self._table]
        if others:
            self.notices = (
                Notice(
                    "Only the sheet {sheet} is read, not: {others}.",
                    {"sheet": self._table.sheet.name, "others": ", ".join(others)},
                ),
            )

    def count(self) -> int | None:
        """The rows of the sheet, which is in memory, that are not blank."""
        return sum(len(batch.numbers) + len(batch.broken) for batch in self.batches())

    def batches(self) -> Iterator[Batch]:
        """The rows after the header, blank ones left out; cells without a column name are passed over."""
        width, start = len(self.columns), self._table.header_row + 1
        last = (self._table.sheet.end or (0, 0))[0] + 1
        rows = islice(_rows(self._table.sheet), self._table.header_row, None)
        while part := list(islice(rows, BATCH_ROWS)):
            numbers: list[int] = []
            texts: list[list[str]] = []
            broken: list[BrokenRow] = []
            for number, row in enumerate(part, start):
                if row is None:
                    broken.append(BrokenRow(number, "A duration in this row is too long. Correct it.", []))
                elif any(cell != "" for cell in row[:width]):
                    numbers.append(number)
                    texts.append(list(map(as_text, row[:width])))
            start += len(part)
            columns: Sequence[Sequence[str]] = list(zip(*texts, strict=True)) or [[]] * width
            yield Batch(numbers, columns, broken, self.size * (start - 1) // last)


def _rows(sheet: CalamineSheet) -> Iterator[list[Cell] | None]:
    """The rows from the first on; None where one holds a duration that Python cannot."""
    rows = sheet.iter_rows()
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except (OverflowError, ValueError):
            yield None


@dataclass(frozen=True)
class _Table:
    """A sheet with cells: where its header is, and how many of its names are those of fields."""

    sheet: CalamineSheet
    columns: tuple[str, ...]
    header_row: int

    @property
    def known(self) -> int:
        return known_names(self.columns)


def _tables(path: Path) -> list[_Table]:
    """The visible sheets that have cells."""
    try:
        with _opened(path) as workbook:
            sheets = [
                workbook.get_sheet_by_name(each.name)
                for each in workbook.sheets_metadata
                if each.typ is SheetTypeEnum.WorkSheet and each.visible is SheetVisibleEnum.Visible
            ]
    except PasswordError as error:
        raise ImportRefusedError(
            "{file} is protected by a password.",
            next_step="Save it without one, or as CSV (UTF-8).",
            file=path.name,
        ) from error
    except CalamineError as error:
        raise _damaged(path) from error
    except BaseException as error:
        # A damaged .xls makes the reader panic, which is no Exception and has no class to name.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path) from error
    return [table for sheet in sheets if (table := _table(sheet)) is not None]


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise
    except CalamineError:
        # The name may say another format than the content, which is looked at here.
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)


def _table(sheet: CalamineSheet) -> _Table | None:
    first: tuple[int, list[str]] | None = None
    top = islice(_rows(sheet), (sheet.start or (0, 0))[0] + _TITLE_ROWS)
    for number, row in enumerate(top, 1):
        names = [as_text(cell).strip() for cell in row or ()]
        filled = sum(map(bool, names))
        if filled and first is None:
            first = number, names
        if filled > 1:
            first = number, names
            break
    if first is None:
        return None
    number, names = first
    while not names[-1]:
        names.pop()
    return _Table(sheet, distinct_names(names), number)


def _check_package(path: Path) -> None:
    """Raises ImportRefusedError where the zip archive is no workbook, or one that would not fit in memory."""
    try:
        with zipfile.ZipFile(path) as package:
            if "xl/workbook.xml" not in package.namelist():
                raise ImportRefusedError(
                    "{file} is a zip archive and no Excel workbook (.xlsx).",
                    next_step="Take the file with the table out of it, as CSV (UTF-8), Parquet or XLSX.",
                    file=path.name,
                )
            room = _Room(path)
            room.take(sum(part.file_size for part in package.infolist()))
            room = _Room(path)
            for part in package.infolist():
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_extent(path, room.unpacked(package, part))
                else:
                    for _ in room.unpacked(package, part):
                        pass
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise _damaged(path) from error


class _Room:
    """How much of an archive may be unpacked; `take` raises ImportRefusedError where it is more."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken = 0
        packed = path.stat().st_size
        self._most = min(_MOST_BYTES, max(_HARMLESS, _MOST_PACKED * packed))

    def take(self, size: int) -> None:
        self._taken += size
        if self._taken > _MOST_BYTES:
            raise _too_large(self._path)
        if self._taken > self._most:
            raise ImportRefusedError(
                "{file} unpacks to more than a hundred times its size, as no workbook does.",
                next_step="Save the sheet as CSV (UTF-8) and import that.",
                file=self._path.name,
            )

    def unpacked(self, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
        """What is in a part, however small the archive says that it is."""
        honest = copy(part)
        honest.file_size = _MOST_BYTES
        with package.open(honest) as file:
            while chunk := file.read(_CHUNK):
                self.take(len(chunk))
                yield chunk


def _check_extent(path: Path, chunks: Iterator[bytes]) -> None:
    """One stray cell in the last corner of a sheet would make a rectangle of 17 thousand million."""
    columns: set[bytes] = set()
    last_row, rest = 0, b""
    for chunk in chunks:
        found = _FILLED.findall(rest + chunk)
        rest = chunk[chunk.rfind(b"<") :]
        if found:
            columns.update(letters for letters, _ in found)
            last_row = max(last_row, int(found[-1][1]))
    if last_row * max(map(_column_number, columns), default=0) > _MOST_CELLS:
        raise _too_large(path)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(path: Path) -> ImportRefusedError:
    return ImportRefusedError(
        "The sheets of {file} are too large, or have cells far away from the table.",
        next_step="Delete what stands far away, or save the sheet as CSV (UTF-8).",
        file=path.name,
    )


def _damaged(path: Path) -> ImportRefusedError:
    return ImportRefusedError(
        "{file} is no Excel workbook, or a damaged one.",
        next_step="Export or copy it again, or save it as CSV (UTF-8).",
        file=path.name,
    )


def as_text(cell: Cell) -> str:
    """One cell as text; whole numbers without a point, those that lost digits in scientific notation."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat()


def _number(value: float) -> str:
    if not value.is_integer():
        # Fifteen digits are what Excel shows: 0.1 + 0.2 is 0.3.
        return f"{value:.15g}"
    if abs(value) > _EXACT or (abs(value) >= _DIGITS and value % 10 == 0):
        return f"{value:.6E}"
    return str(int(value))
