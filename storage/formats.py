"""Opening a file as a stream of batches of text cells, whatever its format.

A further format is a further module with a `Source`, and an entry in `open_source`.
"""

from __future__ import annotations

import re
from pathlib import Path

from storage.batches import Source
from storage.errors import ImportRefusedError
from storage.rejects import Corrected, added_columns

# A zip archive, as .xlsx files are, and what .xls files and encrypted workbooks are.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# Its first line may be a broken one.
_JSON = (".jsonl", ".ndjson", ".json")
_NOT_YET = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
)
# What some back offices call .xls.
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<meta|<table)", re.IGNORECASE)


def open_source(path: Path) -> Source:
    """The file at `path` as a Source; raises ImportRefusedError where it is none."""
    source = _source(path)
    return Corrected(source) if added_columns(source.columns) else source


def _source(path: Path) -> Source:
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
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ImportRefusedError("{file} is empty.", next_step="Export it again.", file=path.name)
    if start.startswith(b"PAR1"):
        from storage.parquet_format import ParquetSource

        return ParquetSource(path)
    if start.startswith(_WORKBOOKS):
        from storage.xlsx_format import XlsxSource

        return XlsxSource(path)
    for mark, what in _NOT_YET:
        if start.startswith(mark):
            raise ImportRefusedError(
                "{file} is {what}.",
                next_step="Save it as CSV (UTF-8) and import that.",
                file=path.name,
                what=what,
            )
    if _WEB_PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise ImportRefusedError(
            "{file} is a web page, whatever its name.",
            next_step="Open it in a spreadsheet, save it as XLSX and import that.",
            file=path.name,
        )
    from storage.json_lines_format import JsonSource, starts_like_json

    if starts_like_json(start) or (path.suffix.casefold() in _JSON and b'{"' in start.replace(b"\0", b"")):
        return JsonSource(path)
    from storage.csv_format import CsvSource

    return CsvSource(path)
