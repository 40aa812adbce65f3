"""What is an order and what was known when (DESIGN 3), to the letter."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

import pytest

from storage.errors import EmptyStoreError
from storage.snapshot import Snapshot, age_days, data_through, data_version, latest_order_at, sampled
from tests.conftest import Line, at, write

DAY = date(2024, 3, 10)
NOON = at("2024-03-10 12:00")


def orders(store: sqlite3.Connection, as_of: date = DAY, user_id: str | None = None) -> list[tuple[str, int]]:
    rows = Snapshot(store, as_of).query(
        " SELECT order_id, ordered_at FROM orders ORDER BY order_id", user_id=user_id
    )
    return [(row[0], row[1]) for row in rows]


def sums(store: sqlite3.Connection, as_of: date = DAY) -> dict[str, Any]:
    """The money, pieces and returns of all that is known, added up."""
    row = (
        Snapshot(store, as_of)
        .query(
            " SELECT SUM(total_cents) AS gross, SUM(returned_cents) AS returned,"
            " SUM(returned_lines) AS returned_lines, SUM(quantity) AS quantity, SUM(lines) AS lines"
            " FROM order_sums"
        )
        .fetchone()
    )
    return dict(row)


def is_an_order(store: sqlite3.Connection, **line: Any) -> bool:
    write(store, [Line("A", "42", NOON, **line)])
    return orders(store) == [("A", NOON)]


@pytest.mark.parametrize("status", ["paid", "invoiced", "refunded", "partly_refunded"])
def test_paid_invoiced_and_refunded_orders_count(store: sqlite3.Connection, status: str) -> None:
    assert is_an_order(store, status=status)


@pytest.mark.parametrize("status", ["unpaid", "cancelled"])
def test_unpaid_and_cancelled_orders_do_not_count(store: sqlite3.Connection, status: str) -> None:
    assert not is_an_order(store, status=status)
    assert sums(store)["gross"] is None


@pytest.mark.parametrize(("kind", "counts"), [("subscription", True), ("replacement", True), ("test", False)])
def test_every_kind_counts_but_test(store: sqlite3.Connection, kind: str, counts: bool) -> None:
    assert is_an_order(store, kind=kind) == counts


@pytest.mark.parametrize("total_cents", [0, None])
def test_an_order_without_price_counts(store: sqlite3.Connection, total_cents: int | None) -> None:
    assert is_an_order(store, total_cents=total_cents)
    assert sums(store)["gross"] == 0


def test_less_than_one_piece_counts(store: sqlite3.Connection) -> None:
    assert is_an_order(store, quantity=0.25)


@pytest.mark.parametrize("quantity", [0.0, -1.0])
def test_without_a_line_of_positive_quantity_there_is_no_order(
    store: sqlite3.Connection, quantity: float
) -> None:
    assert not is_an_order(store, quantity=quantity)


def test_a_line_of_quantity_0_is_neither_bought_nor_returned(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", NOON, 1000), Line("A", "42", NOON, 300, quantity=0, item_id="bag")])

    assert sums(store) == {"gross": 1000, "returned": 0, "returned_lines": 0, "quantity": 1, "lines": 1}


def test_money_given_back_on_a_line_of_quantity_0_is_returned(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", NOON, 1000), Line("A", "42", NOON, -300, quantity=0, item_id="goodwill")])

    assert sums(store) == {"gross": 1000, "returned": 300, "returned_lines": 1, "quantity": 1, "lines": 1}


def test_lines_without_a_user_are_in_nobodys_history(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "", NOON)])

    assert orders(store) == []


def test_an_order_with_one_cancelled_and_one_paid_line_counts_with_what_is_paid(
    store: sqlite3.Connection,
) -> None:
    earlier = at("2024-03-10 09:00")
    write(
        store,
        [
            Line("A", "42", earlier, 700, status="cancelled", item_id="cancelled"),
            Line("A", "42", NOON, 1000, quantity=3, item_id="paid"),
        ],
    )

    assert orders(store) == [("A", NOON)]
    assert sums(store) == {"gross": 1000, "returned": 0, "returned_lines": 0, "quantity": 3, "lines": 1}


def test_the_time_of_an_order_is_its_earliest_counted_line(store: sqlite3.Connection) -> None:
    write(
        store,
        [
            Line("A", "42", at("2024-03-08"), item_id="late"),
            Line("A", "42", at("2024-03-06"), item_id="early"),
            Line("A", "42", at("2024-03-01"), item_id="returned", quantity=-1),
            Line("A", "42", at("2024-03-02"), item_id="nothing", quantity=0),
            Line("A", "42", at("2024-03-03"), item_id="unpaid", status="unpaid"),
            Line("A", "42", at("2024-03-04"), item_id="try", kind="test"),
        ],
    )

    assert orders(store) == [("A", at("2024-03-06"))]


def test_a_negative_line_lowers_money_from_its_own_time_and_the_order_stays(
    store: sqlite3.Connection,
) -> None:
    write(store, [Line("A", "42", at("2024-03-01"), 1000), Line("A", "42", NOON, -1000, quantity=-1, line=2)])

    assert orders(store, date(2024, 3, 9)) == orders(store, DAY) == [("A", at("2024-03-01"))]
    assert sums(store, date(2024, 3, 9)) == {
        "gross": 1000, "returned": 0, "returned_lines": 0, "quantity": 1, "lines": 1,
    }  # fmt: skip
    assert sums(store, DAY) == {
        "gross": 1000,
        "returned": 1000,
        "returned_lines": 1,
        "quantity": 1,
        "lines": 1,
    }


def test_a_c_invoice_is_no_order_and_its_money_is_returned(store: sqlite3.Connection) -> None:
    write(
        store, [Line("536365", "42", at("2024-03-01"), 1000), Line("C536365", "42", NOON, -400, quantity=-2)]
    )

    assert orders(store) == [("536365", at("2024-03-01"))]
    assert (sums(store)["gross"], sums(store)["returned"]) == (1000, 400)


def test_a_refund_lowers_money_from_its_own_time_and_the_order_stays(store: sqlite3.Connection) -> None:
    bought = at("2024-03-01")
    write(store, [Line("A", "42", bought, 1000, changes=((NOON, "refunded"),))])

    assert orders(store, date(2024, 3, 9)) == orders(store, DAY) == [("A", bought)]
    assert (sums(store, date(2024, 3, 9))["returned"], sums(store, DAY)["returned"]) == (0, 1000)
    assert sums(store, DAY)["gross"] == 1000


def test_a_status_is_unseen_before_its_time_to_the_second(store: sqlite3.Connection) -> None:
    midnight = at("2024-03-11")
    last_second = Line("A", "42", NOON, changes=((midnight - 1, "cancelled"),))
    write(store, [last_second, Line("B", "42", NOON, changes=((midnight, "cancelled"),))])

    assert orders(store, DAY) == [("B", NOON)]
    assert orders(store, date(2024, 3, 11)) == []


def test_of_several_statuses_the_latest_one_seen_holds(store: sqlite3.Connection) -> None:
    history = ((at("2024-03-05"), "paid"), (at("2024-03-07"), "cancelled"), (at("2024-03-09"), "paid"))
    write(store, [Line("A", "42", at("2024-03-01"), status="unpaid", changes=history)])

    seen = [bool(orders(store, date(2024, 3, day))) for day in range(4, 11)]

    assert seen == [False, True, True, False, False, True, True]


def test_a_status_belongs_to_its_own_line(store: sqlite3.Connection) -> None:
    write(
        store,
        [
            Line("A", "42", NOON, 1000, changes=((NOON + 1, "cancelled"),)),
            Line("A", "42", NOON, 200, line=2),
            Line("A", "42", NOON, 30, item_id="other", changes=((NOON + 2, "refunded"),)),
            Line("B", "42", NOON, 4),
        ],
    )

    assert sums(store)["gross"] == 234


def test_a_line_is_known_until_the_last_second_of_the_day_and_not_after(store: sqlite3.Connection) -> None:
    midnight = at("2024-03-11")
    write(store, [Line("A", "42", midnight - 1), Line("B", "42", midnight)])

    assert orders(store, DAY) == [("A", midnight - 1)]
    assert orders(store, date(2024, 3, 11)) == [("A", midnight - 1), ("B", midnight)]


def test_one_user_sees_their_own_orders_only(store: sqlite3.Connection) -> None:
    mine = Line("A", "42", NOON, changes=((NOON + 1, "refunded"),))
    write(store, [mine, Line("B", "43", NOON)])

    assert orders(store, user_id="42") == [("A", NOON)]
    assert orders(store, user_id="44") == []


def users_of(snapshot: Snapshot) -> set[str]:
    return {row[0] for row in snapshot.query(" SELECT user_id FROM orders")}


def test_a_sample_has_so_many_users_with_all_of_their_orders(store: sqlite3.Connection) -> None:
    write(store, [Line(f"{user}-{n}", f"u{user}", NOON + n) for user in range(30) for n in range(3)])
    everybody = Snapshot(store, DAY)

    sample = sampled(everybody, 10)

    assert len(users_of(sample)) == 10
    assert sample.query(" SELECT COUNT(*) FROM orders").fetchone()[0] == 30
    assert users_of(sample) == users_of(sampled(everybody, 10))
    assert sampled(everybody, 30) is everybody
    other = next(iter(users_of(everybody) - users_of(sample)))
    assert [row[0] for row in sample.query(" SELECT DISTINCT user_id FROM orders", user_id=other)] == [other]


def test_users_who_come_later_do_not_change_a_sample(store: sqlite3.Connection) -> None:
    write(store, [Line(str(user), f"u{user}", NOON) for user in range(30)])
    before = users_of(sampled(Snapshot(store, DAY), 10))

    write(store, [Line(f"later {user}", f"later {user}", at("2024-03-11")) for user in range(100)])

    assert users_of(sampled(Snapshot(store, DAY), 10)) == before
    assert users_of(sampled(Snapshot(store, date(2024, 3, 11)), 10)) != before


def test_data_reaches_to_the_day_of_the_latest_order(store: sqlite3.Connection) -> None:
    write(
        store,
        [
            Line("A", "42", at("2024-03-01 23:59:59")),
            Line("B", "42", at("2024-03-05"), quantity=-1),
            Line("C", "42", at("2024-03-06"), status="unpaid"),
            Line("D", "42", at("2024-03-07"), kind="test"),
            Line("E", "42", at("2024-03-08"), changes=((at("2024-03-09"), "cancelled"),)),
        ],
    )

    assert data_through(store) == date(2024, 3, 1)
    assert latest_order_at(store) == at("2024-03-01 23:59:59")


def test_data_reaches_to_a_sale_without_a_user_too(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", at("2024-03-01")), Line("B", "", at("2024-03-04"))])

    assert data_through(store) == date(2024, 3, 4)


def test_without_orders_data_reaches_nowhere_and_the_next_step_is_said(store: sqlite3.Connection) -> None:
    with pytest.raises(EmptyStoreError) as caught:
        data_through(store)

    assert "opsbot import" in caught.value.next_step
    assert data_version(store) == 0


def test_the_data_version_moves_with_imports_that_changed_something(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", NOON)])
    version = data_version(store)
    store.execute("INSERT INTO imports VALUES (NULL, 'lines', 'same.csv', 0, 1, 0, 0, 1, 0, 0)")

    assert data_version(store) == version == 1

    write(store, [Line("B", "42", NOON)])

    assert data_version(store) == 3


def test_age_is_counted_in_whole_days() -> None:
    assert age_days(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert age_days(DAY, DAY) == 0
