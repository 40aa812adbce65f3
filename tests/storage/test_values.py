"""Cells and what they mean: ids, times, numbers, money, words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import ImportRefusedError
from storage.numbers import MarksSeen, NumberParser, cents, line_total
from storage.tables import TABLES
from storage.times import EARLIEST, DateFormat, OrdersSeen, TimeReader, zone_named
from storage.values import Bad, DoubtfulError, IdReader, currency, flag, whole, word_reader
from storage.words import STATUSES

LATEST = int(datetime(2024, 6, 2, tzinfo=UTC).timestamp())


def times(
    cells: list[str], zone: str = "UTC", day_first: bool | None = None, style: str | None = None
) -> list[Any]:
    date_format = DateFormat(style) if style else None
    read = TimeReader(zone_named(zone), LATEST, day_first, date_format).read(cells)
    return [
        datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M:%S") if isinstance(t, int) else t
        for t in read
    ]


class TestTimes:
    @pytest.mark.parametrize(
        "cell",
        [
            "2024-01-05 10:05",
            "2024-01-05T10:05",
            "2024-01-05T10:05:00",
            "2024-01-05 10:05:00.999",
            "2024-1-5 10:05",
            "2024-01-05T10:05:00Z",
            "2024-01-05T12:05:00+02:00",
            "2024-01-05 05:05:00 -0500",
            "2024-01-05 12:05+02",
            "2024-01-05 10:05:00.123456789",
            "2024-01-05 10:05:00 UTC",
            "1704449100",
            "1704449100000",
            "1704449100.0",
            "1704449100000000000",
            "05.01.2024 10:05",
            "5.1.2024 10:05:00",
            "2024/1/5 10:05",
            "2024/01/05 10:05:00",
            "2024年1月5日 10:05",
            "2024年01月05日10:05:00",
            "2024年1月5日 10时05分",
            "45296.4201388889",
            "20240105100500",
            " 2024-01-05 10:05 ",
        ],
    )
    def test_each_form(self, cell: str) -> None:
        assert times([cell]) == ["2024-01-05 10:05:00"]
        assert times([cell, "nonsense"])[0] == "2024-01-05 10:05:00"

    @pytest.mark.parametrize(
        "cell", ["2024-01-05", "20240105", "05.01.2024", "2024/1/5", "2024年1月5日", "45296", "45296.0"]
    )
    def test_each_form_without_a_clock(self, cell: str) -> None:
        assert times([cell]) == ["2024-01-05 00:00:00"]

    def test_slashes_need_a_decision(self) -> None:
        with pytest.raises(DoubtfulError):
            times(["05/01/2024 10:05"])
        assert times(["05/01/2024 10:05"], day_first=True) == ["2024-01-05 10:05:00"]
        assert times(["1/5/2024 10:05 PM"], day_first=False) == ["2024-01-05 22:05:00"]
        assert times(["1-5-2024 12:05 am"], day_first=False) == ["2024-01-05 00:05:00"]

    @pytest.mark.parametrize("cell", ["", "  "])
    def test_an_empty_cell_is_none(self, cell: str) -> None:
        assert times([cell]) == [None]

    @pytest.mark.parametrize(
        "cell",
        [
            "never",
            "2024-02-30",
            "2024-01-05 25:00",
            "31.04.2024",
            "123",
            "99999",
            "13.13.2024",
            "12:30",
            "-5",
            "１２",
        ],
    )
    def test_what_is_no_date(self, cell: str) -> None:
        read = times([cell])[0]
        assert isinstance(read, Bad)
        assert "not a date" in read.reason

    @pytest.mark.parametrize(
        "cell", ["0", "1970-01-01", "1899-12-30", "0001-01-01", "1979-12-31 23:59:59", "25000"]
    )
    def test_before_1980(self, cell: str) -> None:
        assert "before 1980" in times([cell])[0].reason
        assert "before 1980" in times([cell, "2024-01-05"])[0].reason

    def test_the_future_begins_after_the_latest_moment(self) -> None:
        assert times(["2024-06-02 00:00:00"]) == ["2024-06-02 00:00:00"]
        assert "future" in times(["2024-06-02 00:00:01"])[0].reason
        assert "future" in times(["9999-12-31"])[0].reason

    def test_naive_times_are_in_the_zone(self) -> None:
        for cells in (["2024-01-05 10:00", "2024-05-05 10:00"], ["2024-01-05 10:00", "5.5.2024 10:00"]):
            assert times(cells, "Europe/Berlin") == ["2024-01-05 09:00:00", "2024-05-05 08:00:00"]
        assert times(["2024-01-05T10:00Z"], "Europe/Berlin") == ["2024-01-05 10:00:00"]

    @given(st.lists(st.datetimes(datetime(1980, 1, 3), datetime(2024, 5, 30)), min_size=1))
    def test_all_at_once_and_one_by_one_agree(self, moments: list[datetime]) -> None:
        for name in ("Europe/Berlin", "America/St_Johns", "UTC"):
            cells = [moment.isoformat(sep=" ") for moment in moments]
            zone = ZoneInfo(name)
            expected = [
                (m.replace(tzinfo=zone, fold=0) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
                for m in moments
            ]
            reader = TimeReader(zone_named(name), LATEST, None)
            assert list(reader.read(cells)) == expected
            assert list(reader.read([*cells, "x"]))[:-1] == expected

    @given(st.text(max_size=30))
    def test_no_text_breaks_it(self, cell: str) -> None:
        for value in times([cell], day_first=True, zone="Asia/Shanghai"):
            assert value is None or isinstance(value, str | Bad)

    @given(st.integers(EARLIEST, LATEST))
    def test_epoch_seconds_come_back(self, moment: int) -> None:
        assert TimeReader(UTC, LATEST, None).read([str(moment)]) == [moment]

    @pytest.mark.parametrize(
        ("style", "cell"),
        [
            ("DD/MM/YYYY HH:MM", "05/01/2024 10:05"),
            ("MM/DD/YYYY HH:MM", "1/5/2024 10:05"),
            ("%d.%m.%y %H:%M", "05.01.24 10:05"),
            ("YYYY-MM-DD HH:MM:SS", "2024-01-05 10:05:00"),
            ("D/M/YYYY H:MM", "5/1/2024 10:05"),
            ("DD-MMM-YYYY HH:MM", "05-Jan-2024 10:05"),
            ("MM/DD/YY hh:mm a", "01/05/24 10:05 AM"),
            ("DD/MM/YYYY", "05/01/2024 10:05"),
        ],
    )
    def test_date_formats(self, style: str, cell: str) -> None:
        assert times([cell], style=style) == ["2024-01-05 10:05:00"]

    @pytest.mark.parametrize("style", ["nonsense", "%", "%Q", "HH:MM", "%Y", "{}", "DD/MM"])
    def test_what_is_no_date_format(self, style: str) -> None:
        with pytest.raises(ImportRefusedError, match="is not a date format"):
            DateFormat(style)

    @pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc", "Europe", "a\0b"])
    def test_an_unknown_zone(self, name: str) -> None:
        with pytest.raises(ImportRefusedError, match="no time zone"):
            zone_named(name)

    def test_orders_are_decided_by_the_whole_column(self) -> None:
        seen = OrdersSeen()
        seen.look(["2024-01-01", "05/01/2024"])
        with pytest.raises(ImportRefusedError, match="fit both"):
            seen.decide("ordered_at")
        seen.look(["13/01/2024"])
        assert seen.decide("ordered_at") is True


class TestNumbers:
    @pytest.mark.parametrize(
        ("cell", "mark", "number"),
        [
            ("1234.50", None, "1234.50"),
            ("1,234.50", ".", "1234.50"),
            ("1.234,50", ",", "1234.50"),
            ("1 234,50", ",", "1234.50"),
            ("1'234.50", None, "1234.50"),
            ("$5", None, "5"),
            ("5 €", None, "5"),
            ("￥１２.5", None, "12.5"),
            ("-3", None, "-3"),
            ("3-", None, "-3"),
            ("(3)", None, "-3"),
            (".5", None, "0.5"),
            ("5.", None, "5"),
            ("1e-05", None, "0.00001"),
            ("1,5", "?", "1.5"),
            ("12,34,567", ".", "1234567"),
            ("1.000", None, "1"),
            ("1.000", ",", "1000"),
        ],
    )
    def test_as_people_write_them(self, cell: str, mark: str | None, number: str) -> None:
        assert NumberParser(mark)(cell) == Decimal(number)

    @pytest.mark.parametrize(
        "cell", ["x", "NaN", "inf", "-Infinity", "1e999", "1.2.3", "1,2", "--1", "1e", "٣x", "²", "10%", "."]
    )
    def test_what_is_no_number(self, cell: str) -> None:
        assert isinstance(NumberParser(".")(cell), Bad)

    def test_a_comma_needs_a_decision(self) -> None:
        with pytest.raises(DoubtfulError):
            NumberParser(None)("1,5")

    def test_a_column_shows_its_mark(self) -> None:
        for cells, mark in (
            (["1,234", "1.5"], "."),
            (["1,234", "1,5"], ","),
            (["1,5", "1.5"], "?"),
            (["1,234"], None),
        ):
            seen = MarksSeen()
            seen.look(cells)
            assert seen.mark == mark

    @given(st.text(max_size=20), st.sampled_from([".", ",", "?"]))
    def test_no_text_breaks_it(self, cell: str, mark: str) -> None:
        number = NumberParser(mark)(cell)
        assert number is None or isinstance(number, Bad) or number.is_finite()

    @given(st.integers(-(10**12), 10**12))
    def test_cents_come_back(self, amount: int) -> None:
        written = f"{Decimal(amount) / 100:,.2f}"
        german = written.translate(str.maketrans(",.", ".,"))
        assert [cents(NumberParser(".")(written)), cents(NumberParser(",")(german))] == [amount, amount]  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("amount", "expected"), [("1.005", 101), ("-1.005", -101), ("2.675", 268), ("0.004", 0)]
    )
    def test_half_a_cent_goes_away_from_zero(self, amount: str, expected: int) -> None:
        assert cents(Decimal(amount)) == expected

    @pytest.mark.parametrize(
        ("total", "unit_price", "quantity", "discount", "expected"),
        [
            (None, None, "3", "1", None),
            (None, "0.335", "3", None, 101),
            ("10", "99", "3", None, 1000),
            ("10", None, "1", "2.5", 750),
            ("10", None, "1", "-2.5", 750),
            ("10", None, "-1", "2.5", -750),
            ("-10", None, "-1", None, -1000),
            (None, "10", "-2", "5", -1500),
            ("-10", None, "1", "2", -800),
            ("1", None, "1", "5", 0),
            (None, "5", "0", None, 0),
        ],
    )
    def test_money_of_a_line(
        self,
        total: str | None,
        unit_price: str | None,
        quantity: str,
        discount: str | None,
        expected: int | None,
    ) -> None:
        numbers = [None if each is None else Decimal(each) for each in (total, unit_price, discount)]
        assert line_total(numbers[0], numbers[1], Decimal(quantity), numbers[2]) == expected

    def test_a_product_out_of_range_is_bad(self) -> None:
        assert isinstance(line_total(None, Decimal(10**12), Decimal(10**12), None), Bad)


class TestIds:
    @pytest.mark.parametrize(
        "cell", ["42", "C-5502", "用户A", "007", "12E5", "84029E", "a b", "1.5", "12345678901234567890", "+1"]
    )
    def test_ids_are_kept_as_written(self, cell: str) -> None:
        assert IdReader("", dot_zero=False).read([cell]) == [cell]

    @pytest.mark.parametrize(
        "cell", ["t**8", "138****1234", "1.23E+17", "1,23E+17", "1E+17", "1.2e17", "a\x00b", "\ufffd"]
    )
    def test_what_is_refused_as_an_id(self, cell: str) -> None:
        reader = IdReader("")
        assert isinstance(reader.read(["x", cell])[1], Bad)
        assert reader.found_bad
        reader.read(["x"])
        assert not reader.found_bad

    @given(st.lists(st.text(max_size=8), min_size=1))
    def test_no_text_breaks_it(self, cells: list[str]) -> None:
        for value in IdReader("", dot_zero=True).read(cells):
            assert isinstance(value, str | Bad)


def test_words() -> None:
    reader = word_reader(STATUSES, "paid")
    assert reader.read(["", "PAID", "Partially-Refunded", "交易关闭", "待付款"]) == [
        "paid",
        "paid",
        "partly_refunded",
        "cancelled",
        "unpaid",
    ]
    assert isinstance(reader.read(["?"])[0], Bad)


def test_yes_and_no() -> None:
    assert [flag(cell) for cell in ("Yes", "是", "1", "false", "否", "0.0", "")] == [1, 1, 1, 0, 0, 0, None]
    assert isinstance(flag("perhaps"), Bad)


def test_whole_numbers() -> None:
    assert [whole(cell) for cell in ("1", "2.0", " 3 ", "")] == [1, 2, 3, None]
    assert all(isinstance(whole(cell), Bad) for cell in ("1.5", "x", "1" * 30))


def test_currencies() -> None:
    assert [currency(cell) for cell in ("eur", "€", "人民币", "")] == ["EUR", "EUR", "CNY", None]
    assert isinstance(currency("euros"), Bad)


def test_a_header_name_stands_for_one_field_of_a_table() -> None:
    for table in TABLES.values():
        names = [name for field in table.fields for name in table.header_names(field.name)]
        assert sorted(names) == sorted(set(names))
