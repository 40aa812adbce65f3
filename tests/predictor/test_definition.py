"""What churn means in a shop: from its own gaps, as asked, or as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

import pytest

from predictor.definition import HORIZONS_DAYS, Definition, choose_definition, horizon_from_gaps
from predictor.errors import TooLittleHistoryError
from storage.moments import DAY_SECONDS
from storage.snapshot import Snapshot
from tests.conftest import Line, at, write

START = at("2023-01-01 12:00")
END = date(2024, 12, 31)


def ordering_after(gaps: Sequence[float], user_id: str = "42", first: float = 0) -> list[Line]:
    """A user's orders with these days between them."""
    days = [first + sum(gaps[:i]) for i in range(len(gaps) + 1)]
    return [Line(f"{user_id}-{i}", user_id, START + round(day * DAY_SECONDS)) for i, day in enumerate(days)]


def horizon(store: sqlite3.Connection, gaps: Sequence[float]) -> int:
    write(store, ordering_after(gaps))
    return horizon_from_gaps(Snapshot(store, END))


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([1, 1, 1], 7),
        ([7], 7),
        ([7.01], 14),
        ([14], 14),
        ([15], 30),
        ([31], 60),
        ([61], 90),
        ([91], 180),
        ([400], 180),
    ],
)
def test_the_usual_gap_is_rounded_up_to_a_horizon(
    store: sqlite3.Connection, gaps: list[float], expected: int
) -> None:
    assert horizon(store, gaps) == expected


def test_the_75th_percentile_of_the_gaps_decides(store: sqlite3.Connection) -> None:
    # 15, so 30; the median, 13, would give 14, and the mean, 86, would give 90.
    assert horizon(store, [400, 2, 13, 1, 15]) == 30


def test_the_percentile_lies_between_two_gaps_where_it_falls_there(store: sqlite3.Connection) -> None:
    # Of 10 and 16 it is 14.5, past the horizon of 14 days.
    assert horizon(store, [10, 16]) == 30


def test_gaps_are_each_users_own(store: sqlite3.Connection) -> None:
    write(store, [*ordering_after([5], "42"), *ordering_after([5], "43", first=300)])

    assert horizon_from_gaps(Snapshot(store, END)) == 7


def test_only_orders_known_by_then_count(store: sqlite3.Connection) -> None:
    write(store, ordering_after([5, 100, 100, 100]))

    assert horizon_from_gaps(Snapshot(store, date(2023, 1, 6))) == 7
    assert horizon_from_gaps(Snapshot(store, END)) == 180


def test_where_nobody_ordered_twice_there_is_no_rhythm(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", START), Line("B", "43", START)])

    with pytest.raises(TooLittleHistoryError, match="Nobody has ordered twice as of 2024-12-31") as caught:
        horizon_from_gaps(Snapshot(store, END))

    assert caught.value.next_step


@pytest.mark.parametrize(
    ("horizon_days", "active_days", "current", "expected"),
    [
        (None, None, None, Definition(7, 21)),
        (None, 50, None, Definition(7, 50)),
        (60, None, None, Definition(60, 180)),
        (60, 100, None, Definition(60, 100)),
        (None, None, Definition(30, 45), Definition(30, 45)),
        (30, None, Definition(30, 45), Definition(30, 45)),
        (60, None, Definition(30, 45), Definition(60, 180)),
        (None, 100, Definition(30, 45), Definition(30, 100)),
        (60, 100, Definition(30, 45), Definition(60, 100)),
    ],
)
def test_what_was_asked_for_then_what_was_then_the_shops_own(
    store: sqlite3.Connection,
    horizon_days: int | None,
    active_days: int | None,
    current: Definition | None,
    expected: Definition,
) -> None:
    write(store, ordering_after([5, 5]))
    snapshot = Snapshot(store, END)

    chosen = choose_definition(snapshot, horizon_days=horizon_days, active_days=active_days, current=current)

    assert chosen == expected


def test_a_definition_that_stands_needs_no_history(store: sqlite3.Connection) -> None:
    current = Definition(30, 90)

    assert (
        choose_definition(Snapshot(store, END), horizon_days=None, active_days=None, current=current)
        == current
    )


def test_the_horizons_are_those_of_the_design() -> None:
    assert HORIZONS_DAYS == (7, 14, 30, 60, 90, 180)
