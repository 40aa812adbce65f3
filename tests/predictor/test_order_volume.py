"""Order volume: a week with half of the usual orders is told."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest

from predictor.order_volume import order_volume
from storage.moments import day_start
from tests.conftest import Line, write

AS_OF = date(2024, 6, 30)


def days(store: sqlite3.Connection, per_day: dict[int, int]) -> None:
    """So many orders on each day, counted back from AS_OF."""
    write(
        store,
        [
            Line(f"{back}-{n}", f"u{n}", day_start(AS_OF - timedelta(days=back)) + n, 1000)
            for back, orders in per_day.items()
            for n in range(orders)
        ],
    )


@pytest.mark.parametrize(("a_day", "fell"), [(5, False), (3, False), (2, True), (0, True)])
def test_half_of_the_usual_week_is_told(store: sqlite3.Connection, a_day: int, fell: bool) -> None:
    days(store, {back: a_day if back < 7 else 5 for back in range(63)})

    found = order_volume(store, AS_OF)

    assert (found.orders, found.fell) == (7 * a_day, fell)
    assert found.usual == pytest.approx(35)


def test_a_small_shop_has_quiet_weeks(store: sqlite3.Connection) -> None:
    days(store, {back: 0 if back < 7 else 2 for back in range(63)})

    assert not order_volume(store, AS_OF).fell


def test_a_young_shop_is_measured_by_the_weeks_it_has(store: sqlite3.Connection) -> None:
    days(store, {back: 1 if back < 7 else 6 for back in range(21)})

    found = order_volume(store, AS_OF)

    assert found.usual == pytest.approx(42, rel=0.01)
    assert found.fell


def test_later_orders_are_not_known(store: sqlite3.Connection) -> None:
    days(store, dict.fromkeys(range(-7, 63), 5))

    assert order_volume(store, AS_OF).orders == 35
