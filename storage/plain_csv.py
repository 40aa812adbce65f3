"""Blocks of whole CSV lines → columns of cells, many times faster than cell by cell.

Only blocks that the csv module would read in the very same way: one line a row, every row as wide as the
header, none blank. Of any other block nothing is said, and the csv module reads it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from storage.columns import ArrowCells


def plain_columns(block: bytes, width: int, separator: str) -> Sequence[ArrowCells] | None:
    """The columns of a block of UTF-8 that ends with a line end; None where it is not plain."""
    quoted = b'"' in block
    lines = block.count(b"\n")
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return None
    try:
        table = _parsed(block, width, separator, quoted)
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if any(map(_too_long, columns)) or (quoted and any(map(_holds_line_end, columns))) or _blank_row(columns):
        return None
    return [ArrowCells(column) for column in columns]


def _parsed(block: bytes, width: int, separator: str, quoted: bool) -> pa.Table:
    names = [str(place) for place in range(width)]
    return arrow_csv.read_csv(
        pa.py_buffer(block),
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
        parse_options=arrow_csv.ParseOptions(
            delimiter=separator, quote_char='"' if quoted else False, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _too_long(column: Any) -> bool:
    return (pc.max(pc.binary_length(column)).as_py() or 0) > csv.field_size_limit()


def _holds_line_end(column: Any) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, "[\r\n]")).as_py())


def _blank_row(columns: Sequence[Any]) -> bool:
    blank = None
    for column in columns:
        empty = pc.equal(pc.utf8_trim_whitespace(column), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return False
    return True
