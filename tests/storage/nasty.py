"""Nasty files, made by code, and what an import must give for each: a sentence, or rows set aside.

A case holds the content of one file, or of several that are imported one after the other; the last one
counts. `Refused` names a part of the sentence, `Taken` the rows read, added and rejected, and a part of the
reasons.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Refused:
    """The file as a whole is refused with a sentence that holds this."""

    sentence: str


@dataclass(frozen=True)
class Taken:
    """Rows read, added, rejected; what the reasons, the warnings and a column of `lines` hold."""

    read: int
    added: int
    rejected: int = 0
    updated: int = 0
    reason: str = ""
    warning: str = ""
    stored: Mapping[str, Sequence[object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One nasty file (or several, one after the other) and what the last one must give."""

    name: str
    makers: tuple[Callable[[], bytes], ...]
    expected: Refused | Taken
    options: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = ".csv"

    @property
    def files(self) -> Iterator[bytes]:
        """The contents, made now: some are large."""
        return (make() for make in self.makers)


HEADER = "order_id,user_id,ordered_at,item_id"
GOOD = "A1,u1,2024-01-05,i1"
NAMES = HEADER.split(",")


def case(
    name: str,
    expected: Refused | Taken,
    *files: str | bytes | Callable[[], bytes],
    suffix: str = ".csv",
    **options: Any,
) -> Case:
    """A case of text, bytes, or what makes them."""
    return Case(name, tuple(map(_maker, files)), expected, options, suffix)


def _maker(content: str | bytes | Callable[[], bytes]) -> Callable[[], bytes]:
    if callable(content):
        return content
    return partial(str.encode, content) if isinstance(content, str) else partial(bytes, content)


def rows(*lines: str, header: str = HEADER) -> str:
    """A CSV of these lines."""
    return "\n".join((header, *lines)) + "\n"


def with_total(*cells: str) -> str:
    """Orders A0, A1, … with these totals."""
    return rows(*(f"A{n},u,2024-01-05,i,{cell}" for n, cell in enumerate(cells)), header=HEADER + ",total")


def parquet(**columns: Any) -> bytes:
    """A Parquet file of order lines, with these columns in the place of good ones."""
    good = {name: [cell] for name, cell in zip(NAMES, GOOD.split(","), strict=True)}
    sink = io.BytesIO()
    pq.write_table(pa.table({**good, **columns}), sink)
    return sink.getvalue()


def workbook(*lines: Sequence[object]) -> bytes:
    """A workbook with these rows."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for line in lines:
        sheet.append(list(line))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def repacked(part: str, content: bytes, declared: int | None = None) -> bytes:
    """A workbook with one part replaced by that content, which the archive says is of `declared` bytes."""
    source = zipfile.ZipFile(io.BytesIO(workbook(NAMES, GOOD.split(","))))
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, content if name == part else source.read(name))
        info = target.getinfo(part)
        if declared is not None:
            info.file_size = declared
    packed = bytearray(sink.getvalue())
    if declared is not None:
        struct.pack_into("<I", packed, info.header_offset + 22, declared)
    return bytes(packed)


def bomb() -> bytes:
    """120 MB of blanks behind the table: a few hundred kilobytes when packed."""
    return b"<worksheet><sheetData/></worksheet>" + b" " * (120 << 20)


def mixed_encodings() -> bytes:
    """Lines of two programs in one file: UTF-8 first, then GB18030."""
    header = HEADER + ",item_name\n"
    first = "".join(f"A{n},用户{n},2024-01-05,i,青花瓷茶杯\n" for n in range(3))
    second = "".join(f"B{n},用户{n},2024-01-05,i,青花瓷茶杯\n" for n in range(3))
    return header.encode() + first.encode() + second.encode("gb18030")


NO_TABLE = (
    case("a program", Refused("not a text file"), b"\x7fELF\x02\x01\x01\0" + bytes(range(256)) * 9),
    case("a picture", Refused("not a text file"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1\2\3" * 99),
    case("a PDF", Refused("is a PDF"), b"%PDF-1.7\n1 0 obj"),
    case("empty", Refused("is empty"), b""),
    case("only blanks", Refused("is empty"), b" \r\n\t\n"),
    case("only a mark", Refused("is empty"), codecs.BOM_UTF8 + b"\n"),
    case("a header only", Taken(0, 0, warning="a header and no rows"), HEADER + "\n"),
    case("a header without a line end", Taken(0, 0, warning="a header and no rows"), HEADER),
    case("a gzip", Refused("a gzip archive"), gzip.compress(rows(GOOD).encode())),
    case("a cut-off gzip", Refused("a gzip archive"), gzip.compress(rows(GOOD).encode())[:20]),
    case("NUL bytes in text", Refused("not a text file"), rows(GOOD).encode() + b"A2,u\0\0,2024-01-05,i1\n"),
    case("rows and no names", Refused("no column names"), f"{GOOD}\nA2,u2,2024-01-06,i1\n"),
    case("a web page called .xls", Refused("is a web page"), "<table><tr><td>order_id</td>", suffix=".xls"),
    case("JSON without values", Refused("that has values. Export"), "{}\n", suffix=".jsonl"),
    case("numbers and no names", Refused("no column names"), "1,2,2024-01-05,4\n1,2,2024-01-06,4\n"),
    case(
        "orders without their items",
        Refused("The columns are those of lines, but there is none for item_id. Map it with --map item_id="),
        rows("A1,u1,2024-01-05", header="order_id,user_id,ordered_at"),
    ),
    case(
        "orders without their items and a header only",
        Refused("The columns are those of lines, but there is none for item_id. Map it with --map item_id="),
        "order_id,user_id,ordered_at\n",
    ),
    case(
        "reviews of an order without their time",
        Refused("The columns are those of reviews, but there is none for written_at."),
        rows("A1,u1,fine", header="order_id,user_id,review_text"),
    ),
    case("a page of the web", Refused("is a web page"), "<!DOCTYPE html>\n<html><body>404</body></html>\n"),
)

WORKBOOKS = (
    case(
        "a bomb that says so",
        Refused("more than a hundred times"),
        lambda: repacked("xl/worksheets/sheet1.xml", bomb()),
    ),
    case(
        "a bomb that denies it",
        Refused("more than a hundred times"),
        lambda: repacked("xl/worksheets/sheet1.xml", bomb(), declared=1000),
    ),
    case(
        "a bomb beside the sheet",
        Refused("more than a hundred times"),
        lambda: repacked("xl/styles.xml", bomb(), declared=1000),
    ),
    case("a cut-off workbook", Refused("no Excel workbook, or a damaged one"), workbook(NAMES)[:-40]),
    case(
        "a workbook of errors",
        Taken(2, 1, 1, reason="user_id"),
        workbook(NAMES, GOOD.split(","), ("A2", "#N/A", "#REF!", "i")),
    ),
    case(
        "a workbook with a long number",
        Taken(1, 0, 1, reason="has lost digits"),
        workbook(NAMES, (1.23456789012345e17, "u", "2024-01-05", "i")),
    ),
)

PARQUET = (
    case("a cut-off Parquet", Refused("damaged or not complete"), parquet()[:-9]),
    case(
        "a Parquet without its middle", Refused("damaged or not complete"), parquet()[:60] + parquet()[-60:]
    ),
    case(
        "a Parquet of raw bytes",
        Taken(1, 1, stored={"user_id": ["用户"]}),
        parquet(user_id=["用户".encode()]),
    ),
    case(
        "NaN and infinity in Parquet",
        Taken(3, 1, 2, reason="“inf” is not a number"),
        parquet(
            **{name: [f"{name}{n}" for n in range(3)] for name in ("order_id", "user_id", "item_id")},
            ordered_at=["2024-01-05"] * 3,
            total=[float("nan"), float("inf"), float("-inf")],
        ),
    ),
    case(
        "times beyond all calendars in Parquet",
        Taken(1, 0, 1, reason="ordered_at"),
        parquet(ordered_at=pa.array([2**62], pa.timestamp("ms"))),
    ),
)

TEXTS = (
    case("UTF-16 without a mark", Taken(1, 1), rows(GOOD).encode("utf-16-le")),
    case(
        "half a UTF-16", Refused("not a text file"), codecs.BOM_UTF16_LE + rows(GOOD).encode("utf-16-le")[:-1]
    ),
    case("two marks", Taken(1, 1), codecs.BOM_UTF8 * 2 + rows(GOOD).encode()),
    case(
        "two marks before a quote",
        Taken(1, 1),
        codecs.BOM_UTF8 * 2 + b'"order_id",user_id,ordered_at,item_id\nA,u,2024-01-05,i\n',
    ),
    case(
        "two encodings in one file",
        Taken(6, 3, 3, reason="unreadable characters", warning="parts of the file are not UTF-8"),
        mixed_encodings(),
    ),
    case("lines that end as on old Macs", Taken(2, 2), rows(GOOD, "A2,u1,2024-01-05,i1").replace("\n", "\r")),
    case("line ends of all kinds", Taken(3, 3), f"{HEADER}\r\n{GOOD}\nA2,u,2024-01-05,i\rA3,u,2024-01-05,i"),
    case(
        "a quote that never closes",
        Taken(3, 2, 1, reason="never closed"),
        rows(GOOD, '"A2,u,2024-01-05,i', "A3,u,2024-01-05,i"),
    ),
    case("quotes everywhere", Taken(1, 1), rows('"A1","u""1","2024-01-05","i,1"')),
    case(
        "ragged rows",
        Taken(4, 1, 3, reason="cells and the header 4"),
        rows(GOOD, "A2,u", "A3,u,2024-01-05,i,5", "A4"),
    ),
    case(
        "separators mixed", Taken(2, 1, 1, reason="The line has 1 cells"), rows(GOOD, "A2;u1;2024-01-05;i1")
    ),
    case(
        "a cell of 10 MB",
        Taken(2, 1, 1, reason="An id of 10485760 characters"),
        rows("A2,u,2024-01-05," + "x" * (10 << 20), GOOD),
    ),
    case(
        "a quoted cell of 10 MB",
        Taken(2, 1, 1, reason="An id of 10485760 characters"),
        rows('A2,u,2024-01-05,"' + "x" * (10 << 20) + '"', GOOD),
    ),
    case(
        "a text of 10 MB and many lines",
        Taken(2, 1, 1, reason="100000 are the most. Shorten it."),
        'user_id,written_at,text\nu,2024-01-05,"' + "nice\n" * (2 << 20) + '"\nv,2024-01-05,fine\n',
    ),
    case(
        "a cell of 20 MB",
        Taken(2, 1, 1, reason="characters, and a cell may have"),
        rows("A2,u,2024-01-05," + "x" * (20 << 20), GOOD),
    ),
    case(
        "300 columns",
        Taken(1, 1),
        ",".join([*NAMES, *(f"c{n}" for n in range(296))]) + f"\n{GOOD}" + ",x" * 296 + "\n",
    ),
    case("a header in the second row", Taken(1, 1), "All orders of 2024\n" + rows(GOOD)),
    case(
        "a header in the fourth row",
        Taken(1, 1),
        "All orders\n\nof 2024\n" + rows(GOOD.replace(",", ";"), header=HEADER.replace(",", ";")),
    ),
    case("a header twice", Taken(2, 1, 1, reason="“ordered_at” is not a date"), rows(GOOD, HEADER)),
    case(
        "a column twice",
        Refused("Several columns could be user_id"),
        rows("A,u,v,2024-01-05,i", header="order_id,user_id,user_id,ordered_at,item_id"),
    ),
    case(
        "cells beyond the names",
        Taken(2, 1, 1, reason="The line has 6 cells and the header 4"),
        rows(GOOD + ",,", "A2,u,2024-01-05,i,x,y", header=HEADER + ",,"),
    ),
)

CELLS = (
    case(
        "ids of all kinds",
        Taken(6, 6, stored={"user_id": ["'; DROP TABLE lines;--", "007", 'a"b', "line\nend", "{x}", "🦊"]}),
        rows(
            '1,"a""b",2024-01-05,i',
            "2,'; DROP TABLE lines;--,2024-01-05,i",
            "3,🦊,2024-01-05,i",
            '4,"line\nend",2024-01-05,i',
            "5,007,2024-01-05,i",
            "6,{x},2024-01-05,i",
        ),
    ),
    case(
        "numbers kept as text",
        Taken(1, 1, stored={"user_id": ["007"], "order_id": ["123"]}),
        rows('"=""123""",="007",2024-01-05,i'),
    ),
    case(
        "errors of a spreadsheet",
        Taken(3, 1, 2, reason="what a broken formula gives"),
        rows("A,#N/A,2024-01-05,i", "B,u,2024-01-05,#REF!", "#1001,u,2024-01-05,i"),
    ),
    case("masked users", Taken(2, 1, 1, reason="is masked"), rows("A,t**8,2024-01-05,i", GOOD)),
    case(
        "ids that lost digits",
        Taken(2, 1, 1, reason="has lost digits"),
        rows("1.23E+17,u,2024-01-05,i", GOOD),
    ),
    case(
        "an id without an end",
        Taken(2, 1, 1, reason="An id of 9999 characters"),
        rows("x" * 9_999 + ",u,2024-01-05,i", GOOD),
    ),
    case("1970", Taken(3, 1, 2, reason="before 1980"), rows("A,u,1970-01-01,i", "B,u,0,i", GOOD)),
    case("2999", Taken(2, 1, 1, reason="lies in the future"), rows("A,u,2999-12-31,i", GOOD)),
    case(
        "more than a day ahead",
        Taken(2, 1, 1, reason="lies in the future"),
        rows("A,u,2024-06-02 12:00:01,i", "B,u,2024-06-02 12:00:00,i"),
    ),
    case(
        "days that are none",
        Taken(3, 1, 2, reason="is not a date"),
        rows("A,u,2024-02-30,i", "B,u,yesterday,i", GOOD),
    ),
    case("dates that fit both ways", Refused("--date-format"), rows("A,u,05/01/2024,i")),
    case(
        "dates that contradict each other",
        Refused("--date-format"),
        rows("A,u,31/01/2024,i", "B,u,01/31/2024,i"),
    ),
    case(
        "NaN and infinity",
        Taken(4, 1, 3, reason="is not a number"),
        with_total("NaN", "inf", "-Infinity", "1"),
    ),
    case("money out of range", Taken(2, 1, 1, reason="too large"), with_total("1e400", "1e11")),
    case(
        "a huge quantity",
        Taken(2, 1, 1, reason="too large"),
        rows(GOOD + ",1e15", "A2,u,2024-01-05,i,-3", header=HEADER + ",quantity"),
    ),
    case(
        "two currencies",
        Refused("several currencies are never added up"),
        rows(GOOD + ",1,EUR", "A2,u,2024-01-05,i,1,USD", header=HEADER + ",total,currency"),
    ),
    case(
        "two currency signs",
        Refused("Amounts in € cannot be added to amounts in $"),
        with_total("$ 1", "€ 2"),
    ),
    case(
        "amounts in the signs of one currency",
        Taken(4, 4, stored={"total_cents": [1200, 1200, 1250, 12000]}),
        with_total("12 EUR", "€12", "€ 12.50", "120 €"),
    ),
    case(
        "a sign between the digits",
        Taken(2, 1, 1, reason="is not a number"),
        with_total("12€50", "3"),
    ),
    case(
        "nobody's orders",
        Taken(2, 2, stored={"user_id": ["", ""]}),
        rows("A,,2024-01-05,i", "B, ,2024-01-05,i"),
    ),
    case(
        "a status nobody knows",
        Taken(1, 0, 1, reason="is not known. Use one of: paid"),
        rows(GOOD + ",lost", header=HEADER + ",status"),
    ),
    case("braces and percent signs", Taken(1, 0, 1, reason="“{0} %s %(x)s”"), rows("A,u,{0} %s %(x)s,i")),
)

JSON = (
    case(
        "JSON lines of which some are broken",
        Taken(3, 1, 2, reason="is not JSON"),
        json.dumps(dict(zip(NAMES, GOOD.split(","), strict=True))) + '\n{"order_id": \noops\n',
        suffix=".jsonl",
    ),
    case(
        "JSON with half a character",
        Taken(1, 0, 1, reason="unreadable"),
        '{"order_id": "A", "user_id": "\\ud83e", "ordered_at": "2024-01-05", "item_id": "i"}',
    ),
    case(
        "JSON with a NUL",
        Taken(1, 0, 1, reason="unreadable"),
        '{"order_id": "A", "user_id": "a\\u0000b", "ordered_at": "2024-01-05", "item_id": "i"}',
    ),
    case("JSON nested without an end", Refused("nested too deeply"), '{"a":' * 100_000),
    case(
        "JSON with lists of items",
        Refused("holds a list of objects"),
        '{"order_id": "A", "items": [{"sku": "i"}]}',
    ),
    case(
        "JSON with a text of 10 MB",
        Taken(1, 0, 1, reason="The text has"),
        json.dumps({"user_id": "u", "written_at": "2024-01-05", "text": "x" * (10 << 20)}),
    ),
    case("a cut-off JSON array", Refused("no complete JSON array"), '[{"order_id": "A"}, {"order'),
)

DATED = HEADER + ",status,status_at"

CONTRADICTIONS = (
    case(
        "the same order with another user",
        Taken(1, 0, updated=1, stored={"user_id": ["u2"]}),
        rows(GOOD),
        rows(GOOD.replace("u1", "u2")),
    ),
    case(
        "a later file with an older status",
        Taken(1, 0, updated=1, stored={"status": ["paid"]}),
        rows(GOOD + ",refunded,2024-02-01", header=DATED),
        rows(GOOD + ",unpaid,2024-01-20", header=DATED),
    ),
    case(
        "two statuses at one moment",
        Taken(1, 0, updated=1),
        rows(GOOD + ",refunded,2024-02-01", header=DATED),
        rows(GOOD + ",cancelled,2024-02-01", header=DATED),
    ),
    case(
        "one line twice in a file",
        Taken(2, 1, warning="given again further down", stored={"user_id": ["u2"]}),
        rows("A,u1,2024-01-05,i,1", "A,u2,2024-01-05,i,1", header=HEADER + ",line"),
    ),
    case(
        "another currency in a later file",
        Refused("several currencies are never added up"),
        rows(GOOD + ",1,EUR", header=HEADER + ",total,currency"),
        rows("A2,u,2024-01-05,i,1,USD", header=HEADER + ",total,currency"),
    ),
)

CASES = (*NO_TABLE, *WORKBOOKS, *PARQUET, *TEXTS, *CELLS, *JSON, *CONTRADICTIONS)
