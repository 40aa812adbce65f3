"""Workbooks for tests: new ones by openpyxl, old ones byte by byte."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

Rows = Sequence[Sequence[object]]

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx(path: Path, sheets: Mapping[str, Rows], change: Callable[[Any], None] = lambda book: None) -> Path:
    """A workbook with these sheets; `change` may do more to it before it is saved."""
    book = openpyxl.Workbook()
    for sheet in list(book):
        book.remove(sheet)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    change(book)
    book.save(path)
    return path


def rezipped(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def xls(path: Path, rows: Rows) -> Path:
    """A workbook of Excel 97 with one sheet of texts and numbers."""
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BB", 6, 0) + b"Orders"
    place = len(start) + 4 + 6 + len(name) + 4
    head = start + _record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            where = struct.pack("<HHH", index, column, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                sheet += _record(0x0204, where + struct.pack("<HB", len(text) // 2, 1) + text)
            elif isinstance(cell, int | float):
                sheet += _record(0x0203, where + struct.pack("<d", cell))
    return ole(path, {"Workbook": head + sheet + _record(0x000A, b"")})


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def ole(path: Path, streams: Mapping[str, bytes]) -> Path:
    """A compound file with these streams, as old workbooks and encrypted ones are."""
    fat, body = [_FAT, _END], b""
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    for number, (name, content) in enumerate(streams.items(), 1):
        # Short streams would be kept in another way.
        padded = content.ljust(max(4096, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
        after = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right=after, start=len(fat), size=len(padded)))
        sectors = len(padded) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + sectors), _END]
        body += padded
    assert len(fat) <= 128
    assert len(entries) <= 4
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4096, _END, 0, _END, 0),
    ) + struct.pack("<109I", 0, *[_FREE] * 108)
    table = struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat)))
    path.write_bytes(header + table + b"".join(entries).ljust(_SECTOR, b"\0") + body)
    return path


def _entry(name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", text.ljust(64, b"\0"), len(text), kind, 1, _FREE, right, child, start, size
    )
