"""The import: what becomes of the rows of a file, and that all of it happens or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.database import Home
from storage.errors import ImportRefusedError, StoreError
from storage.import_lock import sole_import
from storage.ingest import ImportOptions, ImportResult, import_file
from storage.snapshot import latest_order_at

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


class Shop:
    """A home, and short ways to put text into it and look."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.folder = folder

    def take(
        self, text: str | bytes, *, now: datetime = NOW, name: str = "file.csv", **options: Any
    ) -> ImportResult:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return import_file(self.home, path, ImportOptions(**options), now=now)

    def refuse(self, text: str | bytes, **options: Any) -> str:
        before = self.everything()
        with pytest.raises(ImportRefusedError) as caught:
            self.take(text, **options)
        assert self.everything() == before
        assert list(self.home.exports.iterdir()) == []
        return f"{caught.value} {caught.value.next_step.format(**caught.value.values)}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.home.store() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def everything(self) -> list[list[tuple[Any, ...]]]:
        tables = ("shop", "imports", "lines", "status_changes", "items", "users")
        return [self.rows(f"SELECT * FROM {table}") for table in tables]


@pytest.fixture
def shop(home: Home, tmp_path: Path) -> Iterator[Shop]:
    yield Shop(home, tmp_path)


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    assert result.read == result.added + result.updated + result.unchanged + result.rejected
    return result.read, result.added, result.updated, result.unchanged, result.rejected


def test_lines_are_stored(shop: Shop) -> None:
    result = shop.take(f"{HEADER}\nA1,u1,2024-01-05 10:00,i1,2,9.99\nA1,u1,2024-01-05 10:00,i2,1,0.50\n")
    assert result.as_json() == {
        "table": "lines",
        "read": 2,
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "anonymous": 0,
        "rejected": 0,
        "rejected_file": None,
        "warnings": [],
    }
    ordered_at = int(datetime(2024, 1, 5, 10, tzinfo=UTC).timestamp())
    columns = "order_id, user_id, ordered_at, item_id, line, quantity, unit_price_cents, total_cents, status"
    assert shop.rows(f"SELECT {columns} FROM lines") == [
        ("A1", "u1", ordered_at, "i1", 1, 2.0, 999, 1998, "paid"),
        ("A1", "u1", ordered_at, "i2", 1, 1.0, 50, 50, "paid"),
    ]
    assert shop.rows("SELECT last_ordered_at FROM shop") == [(ordered_at,)]
    assert shop.rows("SELECT table_name, file_name, imported_at, read, added FROM imports") == [
        ("lines", "file.csv", int(NOW.timestamp()), 2, 2)
    ]


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    rows = ("A1,u1,2024-01-05,i1,2,9.99,refunded,2024-02-01", "A1,u1,2024-01-05,i1,1,5,,")
    text = "\n".join([f"{HEADER},status,status_at", *rows])
    shop.take(text)
    before = shop.rows("SELECT * FROM lines"), shop.rows("SELECT * FROM status_changes")
    assert counts(shop.take(text)) == (2, 0, 0, 2, 0)
    assert (shop.rows("SELECT * FROM lines"), shop.rows("SELECT * FROM status_changes")) == before


def test_a_corrected_file_updates(shop: Shop) -> None:
    shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,2,9.99\nA2,u1,2024-01-05,i1,2,9.99\n")
    assert counts(shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,3,9.99\nA2,u1,2024-01-05,i1,2,9.99\n")) == (
        2,
        0,
        1,
        1,
        0,
    )
    assert shop.rows("SELECT order_id, quantity, total_cents, import_id FROM lines") == [
        ("A1", 3, 2997, 2),
        ("A2", 2, 1998, 1),
    ]


def test_absent_columns_leave_values_and_empty_cells_clear_them(shop: Shop) -> None:
    start = "order_id,user_id,ordered_at,item_id"
    shop.take(f"{start},quantity,category,kind\nA1,u1,2024-01-05,i1,2,toys,subscription\n")
    assert counts(shop.take(f"{start}\nA1,u1,2024-01-05,i1\n")) == (1, 0, 0, 1, 0)
    shop.take(f"{start},category,kind\nA1,u1,2024-01-05,i1,,\n")
    assert shop.rows("SELECT quantity, category, kind FROM lines") == [(2, None, "normal")]


def test_a_moved_line_keeps_its_history(shop: Shop) -> None:
    start = "order_id,user_id,ordered_at,item_id"
    shop.take(f"{start},status,status_at\nA1,,2024-01-05,i1,refunded,2024-02-01\n")
    assert shop.rows("SELECT user_id, anonymous_reason FROM lines") == [("", "no user_id")]
    assert counts(shop.take(f"{start}\nA1,u2,2024-01-05,i1\n")) == (1, 0, 1, 0, 0)
    assert shop.rows("SELECT user_id, anonymous_reason FROM lines") == [("u2", None)]
    assert shop.rows("SELECT user_id, status FROM status_changes") == [("u2", "refunded")]


def test_lines_without_a_user_are_kept_apart(shop: Shop) -> None:
    result = shop.take(
        f"{HEADER}\nA1,,2024-01-05,i1,1,1\nA2, ,2024-01-05,i1,1,1\nA3,,never,i1,1,1\nA4,u,2024-01-05,i1,1,1\n"
    )
    assert counts(result) == (4, 3, 0, 0, 1)
    assert result.anonymous == 2


def test_equal_items_of_an_order_are_numbered(shop: Shop) -> None:
    text = f"{HEADER}\nA1,u1,2024-01-05,i1,1,1\nA2,u1,2024-01-05,i1,1,1\nA1,u1,2024-01-05,i1,2,1\n"
    assert counts(shop.take(text)) == (3, 3, 0, 0, 0)
    assert shop.rows("SELECT order_id, line, quantity FROM lines ORDER BY 1, 2") == [
        ("A1", 1, 1),
        ("A1", 2, 2),
        ("A2", 1, 1),
    ]


def test_a_rejected_row_holds_its_place_in_the_order(shop: Shop) -> None:
    good = "A1,u1,2024-01-05,i1,7,1"
    shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,many,1\n{good}\n")
    result = shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,5,1\n{good}\n")
    assert counts(result) == (2, 1, 0, 1, 0)
    assert shop.rows("SELECT line, quantity FROM lines") == [(1, 5), (2, 7)]


def test_of_rows_with_the_same_key_the_last_is_kept(shop: Shop) -> None:
    rows = [f"A,u,2024-01-05,i,{line},{quantity}" for line, quantity in ((1, 1), (2, 1), (1, 9))]
    text = "\n".join(["order_id,user_id,ordered_at,item_id,line,quantity", *rows])
    result = shop.take(text)
    assert counts(result) == (3, 2, 0, 1, 0)
    assert "lines 2" in str(result.warnings[0])
    assert shop.rows("SELECT line, quantity FROM lines") == [(1, 9), (2, 1)]
    assert counts(shop.take(text)) == (3, 0, 0, 3, 0)


def test_a_missing_line_number_is_the_occurrence_in_the_file(shop: Shop) -> None:
    shop.take("order_id,user_id,ordered_at,item_id,line\nA,u,2024-01-05,i,7\nA,u,2024-01-05,i,\n")
    assert shop.rows("SELECT line FROM lines") == [(2,), (7,)]


class TestStatus:
    start = "order_id,user_id,ordered_at,item_id,status,status_at\n"

    def history(self, shop: Shop) -> tuple[Any, ...]:
        changes = shop.rows(
            "SELECT date(status_at, 'unixepoch'), status FROM status_changes ORDER BY status_at"
        )
        return (shop.rows("SELECT status FROM lines")[0][0], *changes)

    def test_without_a_time_it_stands_from_the_start(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,Canceled,\n")
        assert self.history(shop) == ("cancelled",)

    def test_with_a_time_it_starts_as_paid(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,已退款,2024-02-01\n")
        assert self.history(shop) == ("paid", ("2024-02-01", "refunded"))

    def test_at_or_before_the_order_it_is_the_first(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,unpaid,2024-01-05\n")
        assert self.history(shop) == ("unpaid",)

    def test_a_later_file_adds_to_the_history(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,unpaid,\n")
        assert counts(shop.take(self.start + "A,u,2024-01-05,i,paid,2024-01-07\n")) == (1, 0, 1, 0, 0)
        assert counts(shop.take(self.start + "A,u,2024-01-05,i,refunded,\n")) == (1, 0, 1, 0, 0)
        assert self.history(shop) == ("unpaid", ("2024-01-07", "paid"), ("2024-06-01", "refunded"))
        assert counts(shop.take(self.start + "A,u,2024-01-05,i,refunded,\n")) == (1, 0, 0, 1, 0)
        assert counts(shop.take(self.start + "A,u,2024-01-05,i,paid,2024-01-07\n")) == (1, 0, 0, 1, 0)

    def test_another_status_at_the_same_time_corrects(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,refunded,2024-02-01\n")
        shop.take(self.start + "A,u,2024-01-05,i,partly_refunded,2024-02-01\n")
        assert self.history(shop) == ("paid", ("2024-02-01", "partly_refunded"))

    def test_twice_in_one_second_the_last_stands(self, shop: Shop) -> None:
        for status in ("paid", "cancelled", "refunded", "refunded"):
            shop.take(self.start + f"A,u,2024-01-05,i,{status},\n")
        assert self.history(shop) == ("paid", ("2024-06-01", "refunded"))

    def test_a_file_without_the_column_leaves_it(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,refunded,2024-02-01\n")
        shop.take("order_id,user_id,ordered_at,item_id\nA,u,2024-01-05,i\n")
        assert self.history(shop) == ("paid", ("2024-02-01", "refunded"))

    def test_an_unknown_word_is_rejected_with_those_allowed(self, shop: Shop) -> None:
        result = shop.take(self.start + "A,u,2024-01-05,i,lost,\n")
        assert result.rejected_file is not None
        assert "paid, invoiced, unpaid" in Path(result.rejected_file).read_text("utf-8-sig")

    def test_a_cancelled_order_is_not_the_latest(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,,\nB,u,2024-03-05,i,,\n")
        shop.take(self.start + "B,u,2024-03-05,i,cancelled,2024-04-01\n")
        assert shop.rows("SELECT date(last_ordered_at, 'unixepoch') FROM shop") == [("2024-01-05",)]


def test_rejected_rows_are_written_with_line_and_reason(shop: Shop) -> None:
    text = (
        f'{HEADER}\nA1,"u\n1",2024-01-05,i1,1,1\n\nA2,t**8,2024-01-05,i1,x,1\nA3,u\nA4,u1,2024-01-05,,1,1\n'
    )
    result = shop.take(text)
    assert counts(result) == (4, 1, 0, 0, 3)
    assert result.rejected_file == str(shop.home.exports / "file-rejected-1.csv")
    raw = Path(result.rejected_file).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfline_number,reason,order_id,user_id")
    lines = raw.decode("utf-8-sig").splitlines()
    assert lines[1].startswith(
        "5,user_id: “t**8” is masked. Export the file with the full ids. quantity: “x” is not"
    )
    assert lines[1].endswith(",A2,t**8,2024-01-05,i1,x,1")
    assert lines[2].startswith("6,The line has 2 cells and the header 6.")
    assert lines[3].startswith("7,item_id: The cell is empty.")
    again = shop.take(text)
    assert again.rejected_file == str(shop.home.exports / "file-rejected-2.csv")


def test_a_rejected_file_comes_back_corrected(shop: Shop) -> None:
    first = shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,1,1\nA2,u2,someday,i1,1,1\nA3,u3,2024-01-05,i1,x,1\n")
    assert first.rejected_file is not None
    rejected = Path(first.rejected_file).read_text("utf-8-sig")
    second = shop.take(rejected.replace("someday", "2024-01-06"))
    assert counts(second) == (2, 1, 0, 0, 1)
    assert shop.rows("SELECT order_id, line FROM lines ORDER BY 1") == [("A1", 1), ("A2", 1)]
    assert second.rejected_file is not None
    assert Path(second.rejected_file).read_text("utf-8-sig").startswith(f"line_number,reason,{HEADER}\n")


def test_a_rejected_file_is_no_formula_and_comes_back_as_it_was(shop: Shop) -> None:
    evil = '=HYPERLINK("http://x")'
    quoted = '"' + evil.replace('"', '""') + '"'
    header = f"{HEADER},item_name"
    first = shop.take(f"{header}\nA1,u1,someday,i1,-1,1,{quoted}\nA2,+4917,someday,i1,1,1,'@x\n")
    assert first.rejected_file is not None
    text = Path(first.rejected_file).read_text("utf-8-sig")
    cells = [row[2:] for row in csv.reader(text.splitlines())][1:]
    assert cells[0] == ["A1", "u1", "someday", "i1", "-1", "1", f"'{evil}"]
    assert cells[1][1::5] == ["'+4917", "''@x"]
    second = shop.take(text.replace("someday", "2024-01-06"))
    assert counts(second) == (2, 2, 0, 0, 0)
    names = shop.rows("SELECT user_id, item_name FROM lines ORDER BY order_id")
    assert names == [("u1", evil), (names[1][0], "'@x")]
    direct = f"{header}\nA3,+4917,2024-01-06,i1,1,1,x\n"
    shop.take(direct)
    assert shop.rows("SELECT COUNT(DISTINCT user_id) FROM lines WHERE order_id > 'A1'") == [(1,)]


def test_a_status_without_its_time_is_said(shop: Shop) -> None:
    header = f"{HEADER},status"
    result = shop.take(
        f"{header}\nA1,u1,2024-01-05,i1,1,1,paid\nA2,u1,2024-01-05,i1,1,1,cancelled\n"
        "A3,u1,2024-01-05,i1,1,1,refunded\n"
    )
    assert tuple(map(str, result.warnings)) == (
        "Rows with a status and no status_at: 2. On their first import these count as cancelled, unpaid or"
        " refunded from the order's own time on.",
    )
    dated = (
        f"{header},status_at\nA4,u1,2024-01-05,i1,1,1,cancelled,2024-01-07\nA5,u1,2024-01-05,i1,1,1,paid,\n"
    )
    assert shop.take(dated).warnings == ()


def test_a_failure_midway_leaves_nothing(shop: Shop, home: Home) -> None:
    shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,1,1\n")
    with home.store() as connection:
        connection.execute(
            "CREATE TRIGGER fails BEFORE INSERT ON lines WHEN new.order_id = 'A3'"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    before = shop.everything()
    with pytest.raises(StoreError, match="changed nothing: no"):
        shop.take(f"{HEADER}\nA1,u9,2024-01-05,i1,1,1\nA2,u1,bad,i1,1,1\nA3,u1,2024-01-05,i1,1,1\n")
    assert shop.everything() == before
    assert list(home.exports.iterdir()) == []


def test_an_interrupted_import_leaves_nothing(shop: Shop, home: Home, tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nA1,u1,bad,i1,1,1\nA2,u1,2024-01-05,i1,1,1\n")
    with pytest.raises(KeyboardInterrupt):
        import_file(home, path, ImportOptions(), now=NOW, progress=interrupt)
    assert shop.rows("SELECT * FROM imports") == []
    assert list(home.exports.iterdir()) == []


def test_progress_counts_bytes(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nA2,u1,2024-01-05,i1,1,1\n")
    heard: list[tuple[int, int]] = []
    import_file(home, path, ImportOptions(), now=NOW, progress=lambda *step: heard.append(step))
    assert heard[-1] == (path.stat().st_size, path.stat().st_size)


class TestCurrency:
    start = "order_id,user_id,ordered_at,item_id,total,currency\n"

    def test_the_first_one_is_adopted(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,1,\nB,u,2024-01-05,i,1,eur\n")
        assert shop.rows("SELECT currency FROM shop") == [("EUR",)]
        assert shop.take(self.start + "C,u,2024-01-05,i,1,EUR\n").added == 1

    def test_two_in_one_file_are_refused(self, shop: Shop) -> None:
        sentence = shop.refuse(self.start + "A,u,2024-01-05,i,1,EUR\nB,u,2024-01-05,i,1,USD\n")
        assert sentence.startswith(
            "Line 3: Amounts in USD cannot be added to amounts in EUR; several currencies are never"
        )

    def test_another_than_the_shops_is_refused(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,1,EUR\n")
        assert "USD" in shop.refuse(self.start + "B,u,2024-01-05,i,1,USD\n")
        assert "USD" in shop.refuse(self.start + "B,u,2024-01-05,i,1,\n", currency="usd")

    def test_no_code_is_refused(self, shop: Shop) -> None:
        assert "Write EUR" in shop.refuse(self.start + "B,u,2024-01-05,i,1,\n", currency="{euros}")


class TestCurrencySigns:
    start = "order_id,user_id,ordered_at,item_id,total\n"

    def test_a_sign_of_one_currency_is_adopted(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,€1\n")
        assert shop.rows("SELECT currency FROM shop") == [("EUR",)]
        assert "Amounts in $ cannot" in shop.refuse(self.start + "B,u,2024-01-05,i,$1\n")

    def test_a_sign_of_several_says_which_it_is_not(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,$1\n")
        assert shop.rows("SELECT currency FROM shop") == [(None,)]
        assert shop.take(self.start + "B,u,2024-01-05,i,$1\n", currency="CAD").added == 1
        assert shop.take(self.start + "C,u,2024-01-05,i,$1\n").added == 1
        assert "Amounts in £" in shop.refuse(self.start + "D,u,2024-01-05,i,£1\n")

    def test_two_that_may_be_one_are_that_one(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,¥1\nB,u,2024-01-05,i,2元\n")
        assert shop.rows("SELECT currency FROM shop") == [("CNY",)]

    def test_the_prices_of_items_count_as_well(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,€1\n")
        assert "Amounts in USD" in shop.refuse("item_id,price\ni,3 USD\n")


class TestThousandsOrFractions:
    start = "order_id;user_id;ordered_at;item_id;quantity;total\n"

    def test_amounts_that_show_no_decimal_mark_are_said_to_be_doubtful(self, shop: Shop) -> None:
        result = shop.take(self.start + "A;u;2024-01-05;i;1.000;1.234\nB;u;2024-01-05;i;1;2\n")
        (warning,) = map(str, result.warnings)
        assert warning.startswith("All numbers of total look like 1.234 and are read with a decimal point.")
        assert shop.rows("SELECT total_cents FROM lines ORDER BY 1") == [(123,), (200,)]

    def test_one_that_shows_it_is_enough(self, shop: Shop) -> None:
        result = shop.take(self.start + "A;u;2024-01-05;i;1;1.234\nB;u;2024-01-05;i;1;2.5\n")
        assert result.warnings == ()


class TestColumnsAsAWhole:
    """What the later rows of a column say about the first ones."""

    start = "order_id,user_id,ordered_at,item_id,total\n"

    def test_dates_with_slashes(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,05/01/2024 10:00,i,1\nB,u,31/01/2024 10:00,i,1\n")
        query = "SELECT date(ordered_at, 'unixepoch') FROM lines ORDER BY order_id"
        assert shop.rows(query) == [("2024-01-05",), ("2024-01-31",)]
        shop.take(self.start + "A,u,05/01/2024 10:00,i,1\nB,u,5/31/2024 10:00,i,1\n")
        assert shop.rows(query) == [("2024-05-01",), ("2024-05-31",)]

    def test_dates_that_fit_both_ways_are_refused(self, shop: Shop) -> None:
        sentence = shop.refuse(self.start + "A,u,05/01/2024,i,1\n")
        assert "DD/MM/YYYY HH:MM" in sentence
        assert "MM/DD/YYYY HH:MM" in sentence

    def test_dates_that_fit_one_way_each_are_refused(self, shop: Shop) -> None:
        sentence = shop.refuse(self.start + "A,u,31/01/2024,i,1\nB,u,01/31/2024,i,1\n")
        assert "31/01/2024" in sentence
        assert "01/31/2024" in sentence

    def test_a_date_format_settles_it(self, shop: Shop) -> None:
        for style in ("MM/DD/YYYY", "MM/DD/YYYY HH:MM", "%m/%d/%Y"):
            shop.take(self.start + "A,u,05/01/2024,i,1\n", date_format=style)
            assert shop.rows("SELECT date(ordered_at, 'unixepoch') FROM lines") == [("2024-05-01",)]

    def test_the_decision_comes_after_many_rows(self, shop: Shop) -> None:
        rows = "".join(f"A{n},u,2024-01-05,i,1.5\n" for n in range(30_000))
        result = shop.take(self.start + rows + 'B,u,2024-01-05,i,"1,234"\nC,,01/13/2024,i,x\n')
        assert counts(result) == (30_002, 30_001, 0, 0, 1)
        assert shop.rows("SELECT total_cents FROM lines WHERE order_id = 'B'") == [(123_400,)]

    def test_whole_numbers_with_point_zero_lose_it(self, shop: Shop) -> None:
        shop.take(self.start + "A,42.0,2024-01-05,i,1\nB,,2024-01-05,i,1\n")
        assert shop.rows("SELECT user_id FROM lines ORDER BY order_id") == [("42",), ("",)]

    def test_point_zero_stays_where_other_ids_have_none(self, shop: Shop) -> None:
        shop.take(self.start + "A,42.0,2024-01-05,i,1\nB,x,2024-01-05,i,1\n")
        assert shop.rows("SELECT user_id FROM lines") == [("42.0",), ("x",)]

    @pytest.mark.parametrize(
        ("cells", "cents"),
        [
            (("1,50", "1,234"), (150, 123)),
            (("1.50", "1,234"), (150, 123_400)),
            (("1.234,50", "2.000"), (123_450, 200_000)),
            (("1,234,567", "2,000"), (123_456_700, 200_000)),
            (("€ 1.234,50", "12,50 €"), (123_450, 1250)),
            (("¥1,234.50", "(5.00)"), (123_450, -500)),
        ],
    )
    def test_decimal_marks(self, shop: Shop, cells: tuple[str, str], cents: tuple[int, int]) -> None:
        shop.take(self.start + "".join(f'{n},u,2024-01-05,i,"{cell}"\n' for n, cell in enumerate(cells)))
        assert tuple(row[0] for row in shop.rows("SELECT total_cents FROM lines ORDER BY order_id")) == cents


def test_emails_as_ids_become_pseudonyms(shop: Shop) -> None:
    result = shop.take(
        f"{HEADER}\nA1,Ann@example.org,2024-01-05,i1,1,1\nA2, ann@example.org ,2024-01-05,i1,1,1\n"
    )
    users = shop.rows("SELECT DISTINCT user_id FROM lines")
    assert len(users) == 1
    assert users[0][0].startswith("p_")
    assert str(result.warnings[0]).startswith("Rows with an e-mail or phone number as user_id: 2;")
    shop.take("user_id,language\nann@example.org,en\n")
    assert shop.rows("SELECT user_id FROM users") == users


def test_items_and_users(shop: Shop) -> None:
    result = shop.take('sku,name,price,available\ni1,Cup,"3,50",yes\n,Pot,1,no\ni3,Jar,,maybe\n')
    assert (result.table, *counts(result)) == ("items", 3, 1, 0, 0, 2)
    assert shop.rows("SELECT item_id, name, price_cents, available FROM items") == [("i1", "Cup", 350, 1)]
    result = shop.take(
        "Customer ID,Name,Joined at,Consent Email,Kind\n7,Ann,2023-05-01,是,b2b\n", timezone="Europe/Berlin"
    )
    assert result.table == "users"
    assert result.as_json()["warnings"] == ["Not stored, because personal: name."]
    assert shop.rows(
        "SELECT user_id, datetime(joined_at, 'unixepoch'), consent_email, consent_sms, kind FROM users"
    ) == [("7", "2023-04-30 22:00:00", 1, None, "wholesale")]
    assert counts(shop.take("user_id,language\n7,\n7,en\n")) == (2, 0, 1, 1, 0)


def test_a_header_without_rows_changes_nothing(shop: Shop) -> None:
    assert shop.take(HEADER + "\n").as_json()["warnings"] == ["The file has a header and no rows."]


def test_rows_stand_where_their_rejects_cannot_be_kept(shop: Shop, home: Home, tmp_path: Path) -> None:
    def take_the_folder_away(_done: int, _total: int) -> None:
        home.exports.rename(tmp_path / "elsewhere")

    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nA1,u1,bad,i1,1,1\nA2,u1,2024-01-05,i1,1,1\n")
    result = import_file(home, path, ImportOptions(), now=NOW, progress=take_the_folder_away)
    assert (result.added, result.rejected, result.rejected_file) == (1, 1, None)
    assert "could not be kept" in str(result.warnings[0])
    assert shop.rows("SELECT order_id FROM lines") == [("A2",)]


def test_names_with_braces_are_only_text(shop: Shop) -> None:
    assert "{who}" in shop.refuse("{who},{what}\n1,2\n")
    assert "{x}" in shop.refuse(f"{HEADER}\n", columns={"user_id": "{x}"})
    assert "{y}" in shop.refuse(f"{HEADER}\n", timezone="{y}")


def test_memory_and_rows_hold_over_many_batches(shop: Shop) -> None:
    """Large enough for the index to be built at the end, with repeats far apart and a bad row."""
    rows = [f"A{n % 60_000},u{n % 700},2024-01-05 10:00,i{n % 60_000 % 9},1,0.5" for n in range(120_000)]
    rows[70_000] = rows[70_000].replace("2024", "1924")
    text = "\n".join([HEADER, *rows])
    assert counts(shop.take(text)) == (120_000, 119_999, 0, 0, 1)
    assert shop.rows("SELECT line, COUNT(*), SUM(total_cents) FROM lines GROUP BY line") == [
        (1, 60_000, 3_000_000),
        (2, 59_999, 2_999_950),
    ]
    assert shop.rows("SELECT name FROM sqlite_master WHERE name = 'lines_key'") == [("lines_key",)]
    assert counts(shop.take(text.replace(",0.5", ",0.6", 3))) == (120_000, 0, 3, 119_996, 1)


@pytest.mark.parametrize(
    ("header", "values", "quantity", "total_cents"),
    [
        ("unit_price", "2.00", 3, 500),
        ("quantity", "4", 4, 300),
        ("discount", "0.50", 3, 250),
        ("quantity,total", "3,7.77", 3, 777),
        ("quantity,unit_price", "2,1.00", 2, 100),
    ],
)
def test_a_correction_of_some_money_columns_keeps_the_others(
    tmp_path: Path, header: str, values: str, quantity: int, total_cents: int
) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "lines.csv"
    key, of = "order_id,user_id,ordered_at,item_id", "A,1,2024-01-01,X"
    file.write_text(f"{key},quantity,unit_price,discount\n{of},3,1.00,1.00\n")
    import_file(home, file, ImportOptions(table="lines"))
    file.write_text(f"{key},{header}\n{of},{values}\n")
    corrected = import_file(home, file, ImportOptions(table="lines"))
    again = import_file(home, file, ImportOptions(table="lines"))
    with home.store() as connection:
        stored = connection.execute("SELECT quantity, total_cents FROM lines").fetchone()
    assert tuple(stored) == (quantity, total_cents)
    assert (corrected.updated, again.unchanged) == (1, 1)


def test_a_second_import_waits_and_then_says_why(shop: Shop, home: Home) -> None:
    with (
        sole_import(home),
        pytest.raises(StoreError, match="Another import is running"),
        sole_import(home, patience_seconds=0),
    ):
        pass
    assert shop.take(f"{HEADER}\nA1,u1,2024-01-05,i1,1,1\n").added == 1


class TestLatestOrder:
    """The shop's latest order is kept without a search, and always as a search would find it."""

    start = "order_id,user_id,ordered_at,item_id,quantity,status,status_at,kind\n"

    def latest(self, shop: Shop) -> str | None:
        kept = shop.rows("SELECT date(last_ordered_at, 'unixepoch') FROM shop")[0][0]
        with shop.home.store() as connection:
            found = latest_order_at(connection)
        assert kept == (None if found is None else datetime.fromtimestamp(found, UTC).date().isoformat())
        return kept if kept is None else str(kept)

    @pytest.mark.parametrize(
        ("rows", "latest"),
        [
            (("B,u,2024-03-05,i,1,,,",), "2024-03-05"),
            (("B,u,2024-03-05,i,-1,,,",), "2024-02-05"),
            (("B,u,2024-03-05,i,1,unpaid,,",), "2024-02-05"),
            (("B,u,2024-03-05,i,1,cancelled,2024-04-01,",), "2024-02-05"),
            (("B,u,2024-03-05,i,1,,,test",), "2024-02-05"),
            (("L,u,2024-02-05,i,1,cancelled,2024-04-01,",), "2024-01-05"),
            (("L,u,2024-02-05,i,0,,,",), "2024-01-05"),
            (("L,u,2024-01-20,i,1,,,",), "2024-01-20"),
            (("L,u,2024-02-05,i,1,cancelled,2024-04-01,", "B,u,2024-03-05,i,1,,,"), "2024-03-05"),
            (("A,u,2024-01-05,i,1,cancelled,2024-04-01,",), "2024-02-05"),
            (("A,u,2024-05-05,i,1,,,",), "2024-05-05"),
            (("A,,2024-01-05,i,3,,,", "L,u,2024-02-05,i,9,,,"), "2024-02-05"),
        ],
    )
    def test_after_a_second_file(self, shop: Shop, rows: tuple[str, ...], latest: str) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,1,,,\nL,u,2024-02-05,i,1,,,\n")
        assert self.latest(shop) == "2024-02-05"
        shop.take(self.start + "\n".join(rows))
        assert self.latest(shop) == latest

    def test_none_where_all_is_cancelled(self, shop: Shop) -> None:
        shop.take(self.start + "A,u,2024-01-05,i,1,cancelled,,\n")
        assert self.latest(shop) is None
        shop.take(self.start + "A,u,2024-01-05,i,1,paid,,\n")
        assert self.latest(shop) == "2024-01-05"
        shop.take(self.start + "A,u,2024-01-05,i,1,unpaid,,\n")
        assert self.latest(shop) is None
