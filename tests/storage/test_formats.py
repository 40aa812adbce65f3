"""Files as streams of rows: encodings, separators, quotes, Parquet; and whatever else is thrown at them."""

from __future__ import annotations

import codecs
import decimal
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Home
from storage.errors import ImportRefusedError
from storage.formats import open_source
from storage.headers import choose_layout
from storage.ingest import ImportOptions, import_file

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]], list[tuple[int, str]]]:
    source = open_source(path)
    rows, broken = [], []
    for batch in source.batches():
        rows += (
            list(zip(batch.numbers, zip(*batch.columns, strict=True), strict=True)) if batch.numbers else []
        )
        broken += [(row.number, row.reason) for row in batch.broken]
    return source.columns, rows, broken


def csv_of(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_encodings(tmp_path: Path, encoding: str) -> None:
    text = "订单号,商品\nA1,退款茶杯\nA2,大\n"
    assert read(csv_of(tmp_path, text.encode(encoding)))[:2] == (
        ("订单号", "商品"),
        [(2, ("A1", "退款茶杯")), (3, ("A2", "大"))],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "utf-16-le"])
def test_western_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Bestellung;Größe\nA1;Müller & Söhne, Ärzte\n"
    columns, rows, _ = read(csv_of(tmp_path, text.encode(encoding)))
    assert (columns, rows) == (("Bestellung", "Größe"), [(2, ("A1", "Müller & Söhne, Ärzte"))])


def test_a_euro_sign_in_cp1252(tmp_path: Path) -> None:
    assert read(csv_of(tmp_path, "a;b\n5 €;“x”\n".encode("cp1252")))[1] == [(2, ("5 €", "“x”"))]


def test_one_cut_off_character_does_not_change_the_encoding(tmp_path: Path) -> None:
    text = "a,b\n" + "茶杯,退款\n" * 20
    assert read(csv_of(tmp_path, text.encode() + "杯".encode()[:2] + b",x\n"))[1][0] == (2, ("茶杯", "退款"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, separator: str, newline: str) -> None:
    lines = [
        separator.join(cells)
        for cells in (("a", "b"), ("1", f'"x{separator}y"'), ("2", f'"p{newline}""q"""'), ("3", "z"))
    ]
    _, rows, broken = read(csv_of(tmp_path, newline.join(lines)))
    assert rows == [(2, ("1", f"x{separator}y")), (3, ("2", f'p{newline}"q"')), (5, ("3", "z"))]
    assert broken == []


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    assert read(csv_of(tmp_path, "\n\na,b\n\n1,2\n , \n,\n3,4,\n\n"))[:2] == (
        ("a", "b"),
        [(5, ("1", "2")), (8, ("3", "4"))],
    )


def test_excels_separator_line(tmp_path: Path) -> None:
    assert read(csv_of(tmp_path, "sep=;\r\na;b\r\n1,0;2\r\n"))[:2] == (("a", "b"), [(3, ("1,0", "2"))])


def test_lines_of_another_width_are_told_apart(tmp_path: Path) -> None:
    _, rows, broken = read(csv_of(tmp_path, "a,b\n1\n1,2\n1,2,3\n"))
    assert [number for number, _ in rows] == [3]
    assert [number for number, _ in broken] == [2, 4]


def test_a_stray_quote_costs_what_it_spans_and_no_more(tmp_path: Path) -> None:
    _, rows, broken = read(csv_of(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n"7,8\n9,0'))
    assert rows == [(2, ("1", "2")), (6, ("9", "0"))]
    assert [number for number, _ in broken] == [3]
    _, rows, broken = read(csv_of(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n9,0'))
    assert rows == [(2, ("1", "2")), (4, ("5", "6")), (5, ("9", "0"))]
    assert [number for number, _ in broken] == [3]


def test_an_unclosed_quote_before_much_text_costs_one_line(tmp_path: Path) -> None:
    rest = "5,6\n" * 50_000
    _, rows, broken = read(csv_of(tmp_path, 'a,b\n1,2\n3,"4\n' + rest))
    assert len(rows) == 50_001
    assert [number for number, _ in broken] == [3]


def test_equal_names_are_numbered(tmp_path: Path) -> None:
    assert read(csv_of(tmp_path, "a,a,,b,\n"))[0] == ("a", "a (2)", "", "b")


class TestParquet:
    def columns(self, tmp_path: Path, **columns: Any) -> dict[str, list[str]]:
        path = tmp_path / "file.parquet"
        pq.write_table(pa.table(columns), path)
        source = open_source(path)
        batch = next(iter(source.batches()))
        assert list(batch.numbers)[:1] == [2]
        return {name: list(cells) for name, cells in zip(source.columns, batch.columns, strict=True)}

    def test_columns_become_the_text_of_a_csv(self, tmp_path: Path) -> None:
        moment = datetime(2024, 1, 5, 10, 0, 1, 999_000)
        assert self.columns(
            tmp_path,
            whole=pa.array([2**62, None]),
            rounded=pa.array([float(2**60), float("nan")]),
            floats=pa.array([42.0, None]),
            fractions=pa.array([0.1, 1e-7]),
            single=pa.array([12.99, 0.1], pa.float32()),
            words=pa.array(["a", None]).dictionary_encode(),
            exact=pa.array([decimal.Decimal("1.50"), decimal.Decimal("42.00")]),
            naive=pa.array([moment, None], pa.timestamp("ns")),
            zoned=pa.array([moment, None], pa.timestamp("us", tz="Europe/Berlin")),
            days=pa.array([date(2024, 1, 5), None]),
            truth=pa.array([True, None]),
            nothing=pa.array([None, None]),
            lists=pa.array([[1], None]),
        ) == {
            "whole": [str(2**62), ""],
            "rounded": ["1.152922E+18", ""],
            "floats": ["42", ""],
            "fractions": ["0.1", "1e-7"],
            "single": ["12.99", "0.1"],
            "words": ["a", ""],
            "exact": ["1.50", "42"],
            "naive": ["2024-01-05 10:00:01", ""],
            "zoned": ["2024-01-05 10:00:01Z", ""],
            "days": ["2024-01-05", ""],
            "truth": ["true", ""],
            "nothing": ["", ""],
            "lists": ["[1]", ""],
        }

    def test_a_frame_from_pandas(self, tmp_path: Path) -> None:
        frame = pd.DataFrame(
            {
                "order_id": [2**60, 2],
                "user_id": [42.0, None],
                "ordered_at": pd.to_datetime(["2024-01-05 10:00", "2024-01-06 00:00"]).tz_localize(
                    "Asia/Shanghai"
                ),
                "item_id": pd.Series(["a", "b"], dtype="category"),
                "total": [1.005, 12.0],
            }
        )
        path = tmp_path / "orders.parquet"
        frame.to_parquet(path)
        home = Home(tmp_path / "home")
        result = import_file(home, path, ImportOptions(), now=NOW)
        assert (result.added, result.anonymous) == (2, 1)
        with home.store() as connection:
            rows = connection.execute(
                "SELECT order_id, user_id, datetime(ordered_at, 'unixepoch'), item_id, total_cents FROM lines"
                " ORDER BY order_id"
            )
            assert [tuple(row) for row in rows] == [
                (str(2**60), "42", "2024-01-05 02:00:00", "a", 101),
                ("2", "", "2024-01-05 16:00:00", "b", 1200),
            ]

    def test_a_cut_off_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "file.parquet"
        pq.write_table(pa.table({"order_id": ["a"] * 1000}), path)
        whole = path.read_bytes()
        for length in (4, 100, len(whole) - 1):
            path.write_bytes(whole[:length])
            with pytest.raises(ImportRefusedError, match="damaged"):
                open_source(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"PK\x03\x04x", "no Excel workbook, or a damaged one"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "no Excel workbook, or a damaged one"),
        (b"\x1f\x8bx", "gzip"),
        (b"%PDF-1.4", "a PDF"),
        (b"\x7fELF\x00\x00\x00\x01\xff" * 9, "not a text file"),
        (b"PAR1", "damaged"),
        (codecs.BOM_UTF16_LE + b"a", "not a text file"),
        (b"abc" + b"d" * 70_000 + b"\0", "not a text file"),
        (b'"' + b"x" * (17 << 20), "no line with column names"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefusedError, match=sentence):
        open_source(csv_of(tmp_path, content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(ImportRefusedError, match="cannot be read"):
            open_source(path)


class TestHeaders:
    def refusal(self, columns: str, table: str | None = None, **mapped: str) -> str:
        with pytest.raises(ImportRefusedError) as caught:
            choose_layout(columns.split(","), table, mapped)
        return f"{caught.value} {caught.value.next_step.format(**caught.value.values)}"

    @pytest.mark.parametrize(
        "columns",
        [
            "order_id,user_id,ordered_at,item_id",
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            "订单号,用户ID,下单时间,商品,数量,单价",
            "Bestellnummer,Kundennummer,Bestelldatum,Artikel,Menge,Einzelpreis",
            "Order ID,customer_id,Date,SKU,Qty,Price",
        ],
    )
    def test_an_order_file_is_found(self, columns: str) -> None:
        table, layout = choose_layout(columns.split(","), None, {})
        assert table.name == "lines"
        assert {"order_id", "user_id", "ordered_at", "item_id"} <= layout.keys()

    def test_mapped_columns_come_first(self) -> None:
        columns = "user_id,household,order_id,date,sku"
        _, layout = choose_layout(columns.split(","), None, {"user_id": "household"})
        assert layout["user_id"] == 1

    def test_what_is_missing_is_named(self) -> None:
        sentence = self.refusal("order,date,sku", "lines")
        assert "lines needs user_id" in sentence
        assert "--map user_id=COLUMN" in sentence
        assert (
            "lines needs item_id, order_id, ordered_at, user_id; items needs item_id; users needs user_id"
            in self.refusal("a,b")
        )

    def test_two_fitting_tables_are_named(self) -> None:
        assert "items, users" in self.refusal("user_id,item_id")

    def test_wrong_maps_name_the_choice(self) -> None:
        assert "Columns: a, b" in self.refusal("a,b", None, user_id="c")
        assert "Fields: item_id, name" in self.refusal("a,b", "items", user_id="a")
        assert "Choose one of: lines, items, users" in self.refusal("a,b", "nothing")

    def test_two_columns_for_one_field_are_named(self) -> None:
        assert "Order ID, order_id" in self.refusal("Order ID,order_id,user_id,date,sku")

    def test_numbers_are_no_names(self) -> None:
        assert "no column names" in self.refusal("1,2.5,2024-01-01")


def attempt(content: bytes, **options: Any) -> None:
    """Import some bytes; whatever they are, the counts add up or one sentence refuses them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        try:
            result = import_file(home, path, ImportOptions(**options), now=NOW)
        except ImportRefusedError as refused:
            assert str(refused)
            assert refused.next_step.format(**refused.values)
            return
        assert result.read == result.added + result.updated + result.unchanged + result.rejected
        again = import_file(home, path, ImportOptions(**options), now=NOW)
        assert (again.added, again.updated, again.read) == (0, 0, result.read)


FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
cells = st.one_of(
    st.sampled_from(
        [
            "",
            "A1",
            "u1",
            "2024-01-05",
            "05/01/2024",
            "1,5",
            "1.234",
            "t**8",
            "42.0",
            "paid",
            "refunded",
            "EUR",
            '"',
            "\n",
        ]
    ),
    st.text(max_size=6),
)


@FEW
@given(st.binary(max_size=300))
def test_random_bytes_never_break_the_import(content: bytes) -> None:
    attempt(content)
    attempt(b"order_id,user_id,ordered_at,item_id\n" + content)
    for mark in (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        attempt(mark + content)


@FEW
@given(st.lists(st.lists(cells, min_size=5, max_size=9), max_size=8))
def test_random_tables_never_break_the_import(rows: list[list[str]]) -> None:
    header = [
        "order_id",
        "user_id",
        "ordered_at",
        "item_id",
        "total",
        "status",
        "status_at",
        "currency",
        "quantity",
    ]
    for quote in ("", '"'):
        lines = [",".join(f"{quote}{cell}{quote}" for cell in row) for row in [header, *rows]]
        attempt("\n".join(lines).encode(errors="replace"), timezone="Europe/Berlin")
