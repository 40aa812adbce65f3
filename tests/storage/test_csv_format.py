"""CSV a block at a time gives the rows, line numbers and reasons that the csv module gives row by row."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import csv_format
from storage.batches import Batch
from storage.csv_format import CsvSource
from storage.errors import ImportRefusedError
from storage.plain_csv import plain_columns

Row = tuple[int, tuple[str, ...], str]


def rows_of(batches: Iterable[Batch]) -> list[Row]:
    """All rows as (line, cells, reason), by line."""
    rows: list[Row] = []
    for batch in batches:
        cells = zip(*batch.columns, strict=True)
        rows += [(number, row, "") for number, row in zip(batch.numbers, cells, strict=True)]
        rows += [(each.number, tuple(each.cells), each.reason) for each in batch.broken]
    return sorted(rows)


def row_by_row(source: CsvSource) -> list[Row]:
    return rows_of(source._row_by_row(source._header_ends + 1))


cells = st.text(st.sampled_from('ab1é中 "\t\r\n,'), max_size=4)
plain = st.sampled_from(
    ["a", "b c", "1", "", " ", "é", "中", '"q"', '"x,y"', '"d""q"', '"two\nlines"', 'st"ray']
)
lines = st.lists(plain | cells, min_size=1, max_size=4).map(",".join) | st.lists(
    plain, min_size=3, max_size=3
).map(",".join)
ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.lists(st.tuples(lines, ends), max_size=25),
    last=st.just("") | lines,
    header=st.sampled_from(
        ["x,y,z\n", "x,y,z\r\n", '"x\ny",y,z\n', "x,y,z,\n", "sep=,\nx,y,z\n", "\n x,y,z\n"]
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    block=st.sampled_from([1, 7, 40, 1000]),
)
def test_blocks_and_rows_say_the_same(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: list[tuple[str, str]],
    last: str,
    header: str,
    encoding: str,
    block: int,
) -> None:
    text = header + "".join(line + end for line, end in body) + last
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding, errors="replace"))
    monkeypatch.setattr(csv_format, "_BLOCK", block)
    try:
        source = CsvSource(path)
        expected = row_by_row(source)
    except ImportRefusedError:
        return
    assert rows_of(source.batches()) == expected


def test_a_file_of_plain_lines_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f'{n},"v {n}"\r\n' for n in range(5_000)))
    monkeypatch.setattr(CsvSource, "_row_by_row", None)
    monkeypatch.setattr(CsvSource, "_read", None)
    found = rows_of(CsvSource(path).batches())
    assert found[0] == (2, ("0", "v 0"), "")
    assert found[-1] == (5_001, ("4999", "v 4999"), "")


def test_one_bad_line_costs_its_block_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n},v" for n in range(5_000)]
    rows[2_500] = '2500,v,"too\nmany"'
    path.write_text("\n".join(["x,y", *rows]))
    monkeypatch.setattr(csv_format, "_BLOCK", 4_096)
    monkeypatch.setattr(CsvSource, "_row_by_row", None)
    found = rows_of(CsvSource(path).batches())
    assert (len(found), found[-1][:2]) == (5_000, (5_002, ("4999", "v")))
    assert found[2_500][0] == 2_502
    assert "3 cells" in found[2_500][2]


def test_a_cell_longer_than_a_block_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    long = "line\n" * 30
    path.write_text(f'x,y\n1,"{long}"\n2,b\n')
    monkeypatch.setattr(csv_format, "_BLOCK", 64)
    assert rows_of(CsvSource(path).batches()) == [(2, ("1", long), ""), (33, ("2", "b"), "")]


@pytest.mark.parametrize(
    "block",
    [b"1,2,3\n", b"1\n", b"1,2\n\n", b",\n", " ,\u3000\n".encode(), b"1,2\r3,4\n", b'1,"2\n3"\n', b'1,"2\n'],
)
def test_what_is_not_plain_is_left_to_the_csv_module(block: bytes) -> None:
    assert plain_columns(block, 2, ",") is None
