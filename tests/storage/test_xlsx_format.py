"""Excel workbooks as streams of rows: cells as a CSV would hold them, the right sheet, and what is none."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.database import Home
from storage.errors import ImportRefusedError
from storage.formats import open_source
from storage.ingest import ImportOptions, import_file
from tests.storage.workbooks import Rows, ole, rezipped, xls, xlsx

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = ("order_id", "user_id", "ordered_at", "item_id", "quantity", "unit_price")


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    source = open_source(path)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for batch in source.batches():
        assert not batch.broken
        rows += zip(batch.numbers, zip(*batch.columns, strict=True), strict=True) if batch.numbers else ()
    assert source.count() == len(rows)
    return source.columns, rows


def book(tmp_path: Path, rows: Rows, **others: Rows) -> Path:
    return xlsx(tmp_path / "file.xlsx", {"Orders": rows, **others})


def refusal(path: Path) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        open_source(path)
    assert caught.value.next_step.format(**caught.value.values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (42, "42"),
        (42.0, "42"),
        (-7, "-7"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (1234567.89, "1234567.89"),
        (2**53 - 1, "9007199254740991"),
        (2**60, "1.152922E+18"),
        (1234567890123450, "1.234568E+15"),  # sixteen digits, of which Excel made the last a zero
        ("0042", "0042"),
        (" A 1 ", " A 1 "),
        (datetime(2024, 1, 5, 10, 0, 1), "2024-01-05 10:00:01"),
        (datetime(2024, 1, 5), "2024-01-05"),
        (date(2024, 1, 5), "2024-01-05"),
        (time(10, 5), "10:05:00"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        (True, "true"),
        ("#N/A", ""),
        ("#DIV/0!", ""),
    ],
)
def test_a_cell_becomes_the_text_of_a_csv(tmp_path: Path, cell: Any, text: str) -> None:
    assert read(book(tmp_path, [("a", "b"), ("x", cell)]))[1] == [(2, ("x", text))]


def test_a_formula_counts_as_what_it_last_gave(tmp_path: Path) -> None:
    path = book(tmp_path, [("a", "b"), ("x", "=6*7")])
    rezipped(path, "xl/worksheets/sheet1.xml", b"<v />", b"<v>42</v>")
    assert read(path)[1] == [(2, ("x", "42"))]


def test_titles_blank_rows_and_columns_are_passed_over_and_counted(tmp_path: Path) -> None:
    rows: Rows = [
        (),
        (None, "All orders of 2024"),
        (),
        (None, "order_id", "sku", None, "note"),
        (None, "A1", "x", 7, "n", None, "stray"),
        (),
        (None, None, None, None, None, None, "stray"),
        (None, "A2", None),
    ]
    assert read(book(tmp_path, rows)) == (
        ("order_id", "sku", "", "note"),
        [(5, ("A1", "x", "7", "n")), (8, ("A2", "", "", ""))],
    )


def test_many_rows_keep_their_numbers(tmp_path: Path) -> None:
    rows = [("order_id", "n"), *((f"A{n}", n) for n in range(4_500))]
    source = open_source(book(tmp_path, rows))
    batches = list(source.batches())
    assert [len(batch.numbers) for batch in batches] == [2_000, 2_000, 500]
    assert (batches[2].numbers[-1], batches[2].columns[1][-1]) == (4_501, "4499")
    assert batches[-1].bytes_done == source.size


def test_a_duration_beyond_all_bounds_costs_its_row(tmp_path: Path) -> None:
    def far(book: Any) -> None:
        book.active["B2"].number_format = "[h]:mm"

    path = xlsx(tmp_path / "file.xlsx", {"Orders": [("a", "b"), ("x", 1e300), ("y", 1)]}, far)
    (batch,) = open_source(path).batches()
    assert ([*batch.numbers], [row.number for row in batch.broken]) == ([3], [2])


class TestSheets:
    orders: Rows = (HEADER, ("A1", "u1", "2024-01-05", "i1", 1, 9.99))

    def chosen(self, path: Path) -> tuple[str, list[str]]:
        source = open_source(path)
        return source.columns[0], [str(notice) for notice in source.notices]

    def test_empty_and_hidden_ones_are_passed_over(self, tmp_path: Path) -> None:
        def hide(book: Any) -> None:
            book["Old"].sheet_state = "hidden"
            book.create_chartsheet("Chart")

        sheets: dict[str, Rows] = {"Empty": [], "Old": self.orders, "New": [("sku", "name")]}
        assert self.chosen(xlsx(tmp_path / "a.xlsx", sheets, hide)) == ("sku", [])

    def test_the_one_with_our_columns_is_read_and_the_others_are_named(self, tmp_path: Path) -> None:
        sheets: dict[str, Rows] = {
            "Read me": [("What", "Why"), ("a", "b")],
            "Orders": self.orders,
            "2023": self.orders,
        }
        assert self.chosen(xlsx(tmp_path / "a.xlsx", sheets)) == (
            "order_id",
            ["Only the sheet Orders is read, not: Read me, 2023."],
        )

    def test_of_unknown_ones_the_first_is_read(self, tmp_path: Path) -> None:
        assert self.chosen(book(tmp_path, [("p", "q")], More=[("r", "s")]))[0] == "p"


class TestImport:
    def test_dates_serials_ids_and_money(self, tmp_path: Path) -> None:
        home = Home(tmp_path / "home")
        rows = [
            HEADER,
            ("A1", 42, datetime(2024, 1, 5, 10), "i1", 2, 9.99),
            ("A2", 43, 45296.4375, "i1", 1, 0.1 + 0.2),
            ("A3", 1.23456789012345e17, datetime(2024, 1, 5), "i1", 1, 1),
        ]
        path = book(tmp_path, rows, Notes=[("to do",)])
        result = import_file(home, path, ImportOptions(timezone="Europe/Berlin"), now=NOW)
        assert (result.added, result.rejected) == (2, 1)
        assert [str(warning) for warning in result.warnings] == ["Only the sheet Orders is read, not: Notes."]
        with home.store() as connection:
            stored = connection.execute(
                "SELECT user_id, datetime(ordered_at, 'unixepoch'), total_cents FROM lines ORDER BY order_id"
            )
            assert [tuple(row) for row in stored] == [
                ("42", "2024-01-05 09:00:00", 1998),
                ("43", "2024-01-05 09:30:00", 30),
            ]
        assert result.rejected_file is not None
        rejected = Path(result.rejected_file).read_text("utf-8-sig")
        assert "4,user_id: “1.234568E+17” has lost digits. Format the column as text" in rejected
        assert import_file(home, path, ImportOptions(timezone="Europe/Berlin"), now=NOW).unchanged == 2

    def test_an_old_workbook(self, tmp_path: Path) -> None:
        home = Home(tmp_path / "home")
        path = xls(tmp_path / "alt.xls", [HEADER, ("A1", 7, "2024-01-05", "茶杯", 2, 1.5)])
        assert read(path)[1] == [(2, ("A1", "7", "2024-01-05", "茶杯", "2", "1.5"))]
        assert import_file(home, path, ImportOptions(), now=NOW).added == 1

    @pytest.mark.parametrize("name", ["orders.csv", "orders.xls", "orders"])
    def test_the_content_counts_and_not_the_name(self, tmp_path: Path, name: str) -> None:
        path = book(tmp_path, [("a", "b"), ("x", 1)]).rename(tmp_path / name)
        assert read(path) == (("a", "b"), [(2, ("x", "1"))])


class TestRefused:
    def test_an_archive_that_is_no_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "file.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("orders.csv", "order_id\n")
        assert refusal(path) == "file.xlsx is a zip archive and no Excel workbook (.xlsx)."

    def test_a_protected_one(self, tmp_path: Path) -> None:
        streams = {"EncryptionInfo": b"x", "EncryptedPackage": b"y"}
        assert refusal(ole(tmp_path / "a.xlsx", streams)) == "a.xlsx is protected by a password."

    def test_no_cells(self, tmp_path: Path) -> None:
        assert refusal(book(tmp_path, [])) == "file.xlsx has no sheet with cells."

    def test_a_cell_in_the_last_corner(self, tmp_path: Path) -> None:
        def corner(book: Any) -> None:
            book.active["XFD1048576"] = "x"

        path = xlsx(tmp_path / "file.xlsx", {"Orders": [("a", "b")]}, corner)
        assert "cells far away from the table" in refusal(path)

    def test_empty_cells_far_away_do_no_harm(self, tmp_path: Path) -> None:
        def corner(book: Any) -> None:
            book.active["XFD1048576"].number_format = "0.00"

        path = xlsx(tmp_path / "file.xlsx", {"Orders": [("a", "b"), (1, 2)]}, corner)
        assert read(path) == (("a", "b"), [(2, ("1", "2"))])

    def test_a_cut_off_one(self, tmp_path: Path) -> None:
        path = book(tmp_path, [("a", "b")])
        whole = path.read_bytes()
        for length in (4, 100, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            assert "damaged" in refusal(path)

    @pytest.mark.parametrize(
        ("part", "old", "new"),
        [
            ("xl/workbook.xml", b'r:id="rId1"', b'r:id="rId99"'),
            ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetDat>"),
        ],
    )
    def test_a_damaged_part(self, tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
        path = book(tmp_path, [("a", "b"), (1, 2)])
        assert "damaged" in refusal(rezipped(path, part, old, new))

    def test_any_change_of_an_old_one_is_survived(self, tmp_path: Path) -> None:
        path = xls(tmp_path / "alt.xls", [HEADER, ("A1", 7, "2024-01-05", "茶杯", 2, 1.5)])
        whole = path.read_bytes()
        damaged = 0
        for place in [*range(8, 110, 3), *range(0x400, 0x700, 5)]:
            path.write_bytes(whole[:place] + b"\x7f" + whole[place + 1 :])
            try:
                read(path)
            except ImportRefusedError:
                damaged += 1
        assert damaged
