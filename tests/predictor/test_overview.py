"""The figures of a period add up to the imported lines, counted again from the file by other means."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predictor.overview import Totals, sales
from storage.database import Home
from storage.identity_changes import exclude
from storage.ingest import ImportOptions, import_file

FIELDS = (
    "order_id",
    "user_id",
    "ordered_at",
    "item_id",
    "line",
    "quantity",
    "unit_price",
    "status",
    "status_at",
)
TODAY = date(2024, 6, 30)
Row = dict[str, str]


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def shop(folder: Path, rows: list[Row]) -> Home:
    file = folder / "lines.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    home = Home(folder / "home").create()
    import_file(home, file, ImportOptions(table="lines"), now=datetime(2024, 6, 30, 12, tzinfo=UTC))
    return home


def totals(home: Home, start: str, end: str) -> Totals:
    with home.store() as connection, sales(connection, TODAY) as sold:
        return sold.totals(at(start), at(end))


def row(order: str, user: str, day: str, price: str = "10.00", **others: str) -> Row:
    usual = {"item_id": "i1", "line": "1", "quantity": "1", "status": "paid", "status_at": day}
    return {"order_id": order, "user_id": user, "ordered_at": day, "unit_price": price, **usual, **others}


def test_lines_without_a_user_count_towards_sales_and_not_users(tmp_path: Path) -> None:
    home = shop(tmp_path, [row("A", "u1", "2024-05-02"), row("B", "", "2024-05-03", "2.50")])
    found = totals(home, "2024-05-01", "2024-06-01")
    assert (found.orders, found.net_cents) == (2, 1250)
    assert (found.new_users, found.returning_users) == (1, 0)


def test_what_comes_back_lowers_the_period_it_comes_back_in(tmp_path: Path) -> None:
    back = row("A", "u1", "2024-06-05", quantity="-1", line="2")
    home = shop(tmp_path, [row("A", "u1", "2024-05-02", quantity="3"), back])
    assert totals(home, "2024-05-01", "2024-06-01").net_cents == 3000
    june = totals(home, "2024-06-01", "2024-07-01")
    assert (june.orders, june.net_cents) == (0, -1000)


def test_a_refund_counts_when_it_was_said_and_not_again_after_a_return(tmp_path: Path) -> None:
    home = shop(tmp_path, [row("A", "u1", "2024-05-02", quantity="2"), row("B", "u2", "2024-05-03")])
    later = [
        row("A", "u1", "2024-05-02", quantity="2", status="refunded", status_at="2024-06-10"),
        row("A", "u1", "2024-06-05", quantity="-1", line="2", status_at="2024-06-05"),
    ]
    folder = tmp_path / "later"
    folder.mkdir()
    file = folder / "later.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, FIELDS)
        writer.writeheader()
        writer.writerows(later)
    import_file(home, file, ImportOptions(table="lines"), now=datetime(2024, 6, 30, 12, tzinfo=UTC))
    assert totals(home, "2024-05-01", "2024-06-01").net_cents == 3000
    assert totals(home, "2024-06-01", "2024-07-01").net_cents == -2000


def test_cancelled_and_unpaid_orders_do_not_count(tmp_path: Path) -> None:
    home = shop(
        tmp_path,
        [
            row("A", "u1", "2024-05-02", status="cancelled"),
            row("B", "u2", "2024-05-02", status="unpaid"),
            row("C", "u3", "2024-05-02"),
        ],
    )
    assert totals(home, "2024-05-01", "2024-06-01").orders == 1


def test_sales_of_excluded_users_count_but_they_do_not(tmp_path: Path) -> None:
    home = shop(tmp_path, [row("A", "u1", "2024-05-02"), row("B", "staff", "2024-05-02")])
    with home.store() as connection:
        exclude(connection, "staff", "staff", at("2024-06-01"))
    found = totals(home, "2024-05-01", "2024-06-01")
    assert (found.orders, found.new_users) == (2, 1)


def test_who_is_due_by_their_own_rhythm(tmp_path: Path) -> None:
    rows = [row(f"{user}{n}", user, f"2024-0{n}-10") for user in ("came", "stayed") for n in (1, 2, 3)]
    rows += [row("x", "came", "2024-04-12"), row("y", "once", "2024-03-10"), row("z", "came2", "2024-04-20")]
    found = totals(shop(tmp_path, rows), "2024-04-01", "2024-05-01")
    assert (found.due, found.came) == (2, 1)


DAYS = [date(2024, 3, 1) + timedelta(days=each) for each in range(0, 120, 7)]
lines = st.builds(
    row,
    st.sampled_from(["A", "B", "C", "D", "E"]),
    st.sampled_from(["u1", "u2", ""]),
    st.sampled_from([day.isoformat() for day in DAYS]),
    st.sampled_from(["10.00", "0.01", "99.99", "0"]),
    item_id=st.sampled_from(["i1", "i2"]),
    line=st.sampled_from(["1", "2"]),
    quantity=st.sampled_from(["1", "2", "-1"]),
    status=st.sampled_from(["paid", "paid", "invoiced", "cancelled", "unpaid"]),
)


def counted_by_hand(rows: list[Row], start: str, end: str) -> tuple[int, int]:
    """Orders and net cents of [start, end) from the rows of a file, in plain Python."""
    kept = {(each["order_id"], each["item_id"], each["line"]): each for each in rows}.values()
    stands = [each for each in kept if each["status"] in ("paid", "invoiced")]
    first: dict[tuple[str, str], str] = {}
    cents: dict[tuple[str, str], int] = defaultdict(int)
    back = 0
    for each in stands:
        amount = round(float(each["unit_price"]) * 100) * int(each["quantity"])
        key = (each["user_id"], each["order_id"])
        if int(each["quantity"]) > 0:
            first[key] = min(first.get(key, each["ordered_at"]), each["ordered_at"])
            cents[key] += amount
        elif start <= each["ordered_at"] < end:
            back += amount
    within = [key for key, day in first.items() if start <= day < end]
    return len(within), sum(cents[key] for key in within) + back


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(lines, min_size=1, max_size=14))
def test_orders_and_money_add_up_to_the_lines(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    rows.append(row("Z", "u9", "2024-06-29", item_id="i9"))
    home = shop(tmp_path_factory.mktemp("shop"), rows)
    for start, end in (
        ("2024-03-01", "2024-04-01"),
        ("2024-04-01", "2024-05-15"),
        ("2024-03-01", "2024-07-01"),
    ):
        found = totals(home, start, end)
        assert (found.orders, found.net_cents) == counted_by_hand(rows, start, end)
