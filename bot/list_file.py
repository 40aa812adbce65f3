"""Lists as files that people open: CSV with a byte order mark, or a workbook, in which no cell is a formula.

In a CSV, text that would be calculated gets an apostrophe in front (`storage.spreadsheet`); in a workbook
every text is marked as text.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from bot.desk import Desk
from bot.reply import Attachment
from storage import spreadsheet
from storage.errors import OutputFileError

Format = Literal["csv", "xlsx"]

_NO_NAME = re.compile(r"[^\w.-]+")
# What a workbook cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def list_file(
    desk: Desk,
    stem: str,
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    *,
    kind: str,
    form: Format = "csv",
) -> Attachment:
    """Keep a list in the home's exports, readable by its owner only; raises OutputFileError.

    `stem` is the file's name without its ending. The file is whole or not there.
    """
    name = f"{_NO_NAME.sub('-', stem)}.{form}"
    data = as_csv(columns, rows) if form == "csv" else as_workbook(columns, rows)
    path = desk.home.create().exports / name
    _write(path, data)
    return Attachment(name, str(path), kind)


def as_csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """The list as CSV in UTF-8 with a byte order mark, without which spreadsheets guess another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([spreadsheet.safe(column) for column in columns])
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def as_workbook(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """The list as an Excel workbook; texts stay as they are and are never read as formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("opsbot")

    def cells(row: Iterable[object]) -> list[object]:
        written = []
        for value in row:
            if not isinstance(value, str):
                written.append(value)
                continue
            cell = WriteOnlyCell(sheet, _CONTROL.sub("", value))
            cell.data_type = "s"
            cell.quotePrefix = True  # stays a text when somebody edits it
            written.append(cell)
        return written

    sheet.append(cells(columns))
    for row in rows:
        sheet.append(cells(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def safe(cell: object) -> object:
    """The cell as it may stand in a CSV: a text that a spreadsheet would calculate gets an apostrophe."""
    return spreadsheet.safe(cell) if isinstance(cell, str) else cell


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputFileError(
            "{out} cannot be written: {problem}.",
            next_step="Make room, or see who may write to the folder.",
            out=path,
            problem=error.strerror or error,
        ) from error
