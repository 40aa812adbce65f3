"""Every form that the documents promise, from file to store: encodings, separators, numbers, dates."""

from __future__ import annotations

import pytest

from tests.storage.imports import Desk, counts

HEADER = ("order_id", "user_id", "ordered_at", "item_id", "quantity", "total", "item_name")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "退款茶杯"),
        ("utf-8-sig", "退款茶杯"),
        ("utf-16", "退款茶杯"),
        ("utf-16-le", "退款茶杯"),
        ("gb18030", "退款茶杯"),
        ("latin-1", "Müller & Söhne Größe"),
        ("cp1252", "Größe „XL“ 5 €"),
    ],
)
def test_encodings_and_separators(desk: Desk, encoding: str, name: str, separator: str) -> None:
    rows = [HEADER, ("A", "u", "2024-01-05", "i", "1", "1.50", name)]
    result = desk.take("\n".join(map(separator.join, rows)).encode(encoding))
    assert (*counts(result), result.warnings) == (1, 1, 0, 0, 0, ())
    assert desk.rows("SELECT item_name, total_cents FROM lines") == [(name, 150)]


@pytest.mark.parametrize(
    ("cells", "cents"),
    [
        (["1234.50", "0.99"], [123450, 99]),
        (["1234,50", "0,99"], [123450, 99]),
        (["1,234.50", "12"], [123450, 1200]),
        (["1.234,50", "12"], [123450, 1200]),
        (["1 234,50", "1\u00a0000,25"], [123450, 100025]),
        (["1'234.50", "2"], [123450, 200]),
        (["$1,234.50", "US$ 2"], [123450, 200]),
        (["€ 1.234,50", "0,99 €"], [123450, 99]),
        (["£3", "GBP 4.50"], [300, 450]),
        (["￥４.5", "3 RMB"], [450, 300]),
        (["CHF 1'234.50", "-2 Fr."], [123450, -200]),
        (["12,-", "13,--"], [1200, 1300]),
        (["12元", "¥1,234.50"], [1200, 123450]),
        (["-5", "(5.25)"], [-500, -525]),
    ],
)
def test_numbers(desk: Desk, cells: list[str], cents: list[int]) -> None:
    rows = [";".join(HEADER), *(f"A{n};u;2024-01-05;i;1;{cell};x" for n, cell in enumerate(cells))]
    assert counts(desk.take("\n".join(rows))) == (2, 2, 0, 0, 0)
    assert [row[0] for row in desk.rows("SELECT total_cents FROM lines ORDER BY order_id")] == cents


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-01-05 10:05", "2024-01-31 00:00"],
        ["2024-01-05T10:05:00Z", "2024-01-31T00:00:00+00:00"],
        ["1704449100", "1706659200"],
        ["1704449100000", "1706659200000"],
        ["05/01/2024 10:05", "31/01/2024 00:00"],
        ["01/05/2024 10:05", "01/31/2024"],
        ["05.01.2024 10:05", "31.01.2024"],
        ["2024/1/5 10:05", "2024/1/31 0:00"],
        ["2024年1月5日 10:05", "2024年1月31日"],
        ["2024年1月5日 10时05分", "2024年01月31日"],
        ["45296.4201388889", "45322"],
        # A column may change its form on the way.
        ["2024-01-05 10:05", "31.1.2024"],
    ],
)
@pytest.mark.parametrize("header", ["order_id,user_id,{},item_id", "review_id,user_id,{},text"])
def test_dates(desk: Desk, cells: list[str], header: str) -> None:
    column, table = ("ordered_at", "lines") if "order_id" in header else ("written_at", "reviews")
    rows = [header.format(column), *(f"A{n},u,{cell},i" for n, cell in enumerate(cells))]
    assert counts(desk.take("\n".join(rows))) == (2, 2, 0, 0, 0)
    query = f"SELECT datetime({column}, 'unixepoch') FROM {table} ORDER BY 1"
    assert desk.rows(query) == [("2024-01-05 10:05:00",), ("2024-01-31 00:00:00",)]


def test_a_zone_is_asked_for_where_a_time_has_none(desk: Desk) -> None:
    desk.take("user_id,event,at\nu,a,2024-01-05 10:00\nu,b,2024-01-05T10:00Z\n", timezone="Asia/Shanghai")
    assert desk.rows("SELECT event, strftime('%H', at, 'unixepoch') FROM events ORDER BY 1") == [
        ("a", "02"),
        ("b", "10"),
    ]


@pytest.mark.parametrize("table", ["reviews", "events", "contacts"])
def test_dates_that_fit_both_ways_are_asked_about_in_every_table(desk: Desk, table: str) -> None:
    text = {
        "reviews": "user_id,written_at,text\nu,05/01/2024,good\n",
        "events": "user_id,at,event\nu,05/01/2024,view\n",
        "contacts": "user_id,sent_at,campaign_id\nu,05/01/2024,C1\n",
    }[table]
    assert "--date-format" in desk.refuse(text)
    result = desk.take(text, date_format="MM/DD/YYYY")
    assert (result.table, result.added) == (table, 1)
